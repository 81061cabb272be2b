import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// A new split is counted by its smaller parts, before importers are blocked.
@Suite(.timeLimit(.minutes(5))) struct SplitCountTests {
    @Test func everyShapeOfASplitIsCounted() async throws {
        try await World.with { world async throws in
            let volumes = try await sixVolumes(world)
            let subjects = try await subjects(of: volumes, world)
            #expect(try await world.catalog.withdraw(.volume(volumes[5]), recalling: false, reason: "blurred"))
            let held = try await publishedRun(world, volumes[0])
            let parts: [[SplitPart?]] = [
                [.train, .train, .train, .train, .test, .train], [nil, nil, nil, nil, .validation, nil],
                [.train, .validation, .test, .confidence, nil, .test], [nil, nil, nil, nil, nil, nil],
                [.test, .test, nil, nil, nil, .validation],
            ]
            let splits = parts.enumerated().map { index, parts in
                NewSplit(
                    name: "n\(index)",
                    members: Dictionary(
                        uniqueKeysWithValues: zip(subjects, parts).compactMap { key, part in part.map { (key, $0) } }))
            }
            try await world.catalog.createSplits(splits, method: "listed", seed: nil)
            try await expectTrueCoverage(world, "made at once")
            for split in splits {
                let alone = NewSplit(name: "\(split.name)-alone", members: split.members)
                try await world.catalog.createSplits([alone], method: "listed", seed: nil)
            }
            try await expectTrueCoverage(world, "made one by one")
            try await world.catalog.add("A", scan: 1, file: 1, [annotated("spleen", 90), annotated("pancreas", 91)])
            try await world.catalog.add("B", scan: 5, [annotated("liver", 92)])
            try await world.publish(held, 1)
            try await expectTrueCoverage(world, "after more labels")
        }
    }

    /// Statement by statement, without deferring the trigger.
    @Test func aSplitThatNobodyDefersIsCountedToo() async throws {
        try await World.with { world async throws in
            _ = try await sixVolumes(world)
            try await world.manager.execute(
                """
                begin;
                insert into lacuna.change (activity_id) values (1);
                insert into lacuna.split (name, method, change_id) select 'plain', 'listed', max(id) from lacuna.change;
                insert into lacuna.split_member select max(s.id), j.id, 'train' from lacuna.split s, lacuna.subject j
                where j.id <> 2 group by j.id;
                commit
                """)
            try await expectTrueCoverage(world)
        }
    }

    @Test func anImportThatEndsWhileASplitIsMadeIsCounted() async throws {
        try await World.with { world async throws in
            let volumes = try await sixVolumes(world)
            let subjects = try await subjects(of: volumes, world)
            let other = try await world.connect(as: "lacuna")
            let process = await other.backendProcess
            try await world.manager.execute(
                """
                begin;
                insert into lacuna.change (activity_id) values (1);
                insert into lacuna.annotation (volume_id, organ_id, release_id, status, origin, change_id)
                select v, 4, 1, 'absent', 'expert', (select max(id) from lacuna.change)
                from unnest(array[\(volumes[0]), \(volumes[4])]) v;
                """)
            let split = NewSplit(
                name: "s",
                members: Dictionary(uniqueKeysWithValues: subjects.map { ($0, $0 == subjects[4] ? .test : .train) }))
            async let making: Void = LabelCatalog(other, program: "other").createSplits(
                [split], method: "listed", seed: nil)
            try await world.root.awaitBlocked(process)
            try await world.manager.execute("commit")
            try await making
            try await expectTrueCoverage(world)
        }
    }

    @Test func aSplitWhoseSubjectsProveToBeOneMeanwhileIsRefused() async throws {
        try await World.with { world async throws in
            let volumes = try await sixVolumes(world)
            let subjects = try await subjects(of: volumes, world)
            let other = try await world.connect(as: "lacuna")
            let process = await other.backendProcess
            try await world.manager.execute(
                """
                begin;
                select pg_advisory_xact_lock(lacuna.pointer_lock());
                insert into lacuna.change (activity_id) values (1);
                select lacuna.merge_subjects(\(subjects[0]), \(subjects[1]), (select max(id) from lacuna.change));
                """)
            let split = NewSplit(name: "s", members: [subjects[0]: .train, subjects[1]: .test])
            async let refused = refusal {
                try await LabelCatalog(other, program: "other").createSplits([split], method: "listed", seed: nil)
            }
            try await world.root.awaitBlocked(process)
            try await world.manager.execute("commit")
            #expect(try await refused == "LA004")
            #expect(try await world.catalog.splits().isEmpty)
            try await expectTrueCoverage(world)
        }
    }

    // MARK: -

    /// Volumes of six patients; the stomach is divided into spleen and pancreas.
    private func sixVolumes(_ world: World) async throws -> [VolumeID] {
        var volumes: [VolumeID] = []
        for scan in 1...6 {
            let labels =
                scan % 2 == 0
                ? [annotated("liver", 10 * scan), shipped("pancreas", 10 * scan + 1)]
                : [annotated("stomach", 10 * scan), absent("liver"), shipped("spleen", 10 * scan + 1)]
            volumes.append(try await world.catalog.add(scan < 4 ? "A" : "B", scan: scan, labels).volume)
        }
        try await world.manager.execute(
            """
            insert into lacuna.organ_link select p.id, w.id, 'division' from lacuna.organ p, lacuna.organ w
            where p.key in ('spleen', 'pancreas') and w.key = 'stomach'
            """)
        return volumes
    }

    private func subjects(of volumes: [VolumeID], _ world: World) async throws -> [SubjectID] {
        var subjects: [SubjectID] = []
        for volume in volumes { subjects.append(try await world.catalog.subject(of: volume)) }
        return subjects
    }

    /// A run that has published pancreas and spleen of a volume, with another round to come.
    private func publishedRun(_ world: World, _ volume: VolumeID) async throws -> HeldRun {
        try await world.catalog.split("s", [(volume, .train)])
        let held = try await world.start("r")
        let checkpoint = try await world.checkpoint(held, 0)
        try await world.stage(held, 0, checkpoint, volume, [("pancreas", 80, 0.9), ("spleen", 81, 0.4)])
        try await world.publish(held, 0)
        return held
    }
}
