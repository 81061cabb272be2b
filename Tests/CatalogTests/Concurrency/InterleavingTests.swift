import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Two connections at once, each stopped at a critical moment by a lock that the server reports.
@Suite(.timeLimit(.minutes(5))) struct InterleavingTests {
    @Test func twoImportersOfOneNewScanMakeOneVolume() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 9)
            let other = try await world.connect(as: "lacuna")
            let process = await other.backendProcess
            let second = try await recording(in: "B", LabelCatalog(other, program: "other"))
            let third = try await world.connect(as: "lacuna")
            try await third.execute("begin; select lacuna.lock_volume('\\x\(digest(1))')")
            async let later = second(1, "q", [annotated("liver", 2)])
            try await world.root.awaitBlocked(process)
            try await third.execute("commit")
            let one = try await later
            let two = try await world.catalog.add("A", scan: 1, [annotated("liver", 1, origin: .assisted)]).volume
            #expect(one == two)
            #expect(try await world.manager.number("select count(*) from lacuna.annotation") == 2)
            try await expectTrueCoverage(world)
        }
    }

    @Test func theSecondImporterOfAnOrganWaitsAndCountsStayTrue() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1).volume
            let other = try await world.connect(as: "lacuna")
            let process = await other.backendProcess
            let second = try await recording(in: "B", LabelCatalog(other, program: "other"))
            try await world.manager.execute(
                """
                begin;
                insert into lacuna.change (activity_id) values (1);
                insert into lacuna.annotation (volume_id, organ_id, release_id, status, origin, change_id)
                values (\(volume), 1, 1, 'absent', 'expert', (select max(id) from lacuna.change));
                """)
            async let waiting = second(1, "p", [annotated("liver", 2, origin: .assisted)])
            try await world.root.awaitBlocked(process)
            try await world.manager.execute("commit")
            _ = try await waiting
            #expect(try await world.plainStates() == ["1|liver|absent|expert"])
            try await expectTrueCoverage(world)
        }
    }

    @Test func anAnnotationThatComesWhileARoundIsPublishedWins() async throws {
        try await World.with { world async throws in
            let (held, volume) = try await stagedRun(world)
            let process = await world.trainer.backendProcess
            try await world.manager.execute(annotation(of: volume, organ: 1, begin: true))
            async let publishing: Void = world.publish(held, 0)
            try await world.root.awaitBlocked(process)
            try await world.manager.execute("commit")
            try await publishing
            #expect(try await world.plainStates().contains("\(volume)|liver|absent|expert"))
            try await expectTrueCoverage(world)
        }
    }

    @Test func anAnnotationThatComesAfterAPublicationStartedWins() async throws {
        try await World.with { world async throws in
            let (held, volume) = try await stagedRun(world)
            let process = await world.manager.backendProcess
            let round = held.rounds[0].id
            try await world.trainer.execute(
                """
                begin;
                select lacuna.publish_round(\(held.claim.job), \(held.claim.token), \(round), 'relabelling', 'published', '{}', '{}');
                """)
            async let importing: Void = world.manager.execute(annotation(of: volume, organ: 1, begin: false))
            try await world.root.awaitBlocked(process)
            try await world.trainer.execute("commit")
            try await importing
            #expect(try await world.plainStates().contains("\(volume)|liver|absent|expert"))
            #expect(try await world.plainStates().contains("\(volume)|spleen|pseudo|model"))
            try await expectTrueCoverage(world)
        }
    }

    @Test func aNewSourceThatComesWhileARoundIsPublishedIsCounted() async throws {
        try await World.with { world async throws in
            let (held, volume) = try await stagedRun(world)
            let process = await world.trainer.backendProcess
            try await world.manager.execute(
                """
                begin;
                insert into lacuna.change (activity_id) values (1);
                insert into lacuna.source (volume_id, release_id, case_name, file, file_sha256, file_bytes, affine, spacing,
                    orientation, qform_code, sform_code, storage_type, change_id)
                select \(volume), r.id, 'x', 'x', '\\x\(digest(1))', 1, array_fill(1, array[12]), '{1,1,1}', 'RAS', 0, 1, 'int16',
                    (select max(id) from lacuna.change) from lacuna.release r join lacuna.dataset d on d.id = r.dataset_id
                where d.name = 'B';
                """)
            async let publishing: Void = world.publish(held, 0)
            try await world.root.awaitBlocked(process)
            try await world.manager.execute("commit")
            try await publishing
            try await expectTrueCoverage(world)
        }
    }

    @Test func twoNewVolumesOfOneSubjectCountItOnce() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 9, subject: "p")
            let other = try await world.connect(as: "lacuna")
            let process = await other.backendProcess
            try await world.catalog.add("B", scan: 9, subject: "q")
            let first = try await recording(in: "A", world.catalog)
            let second = try await recording(in: "B", LabelCatalog(other, program: "other"))
            try await world.root.execute("begin; select from lacuna.subject for no key update")
            async let one = second(2, "q", [])
            try await world.root.awaitBlocked(process)
            async let two = first(1, "p", [])
            try await world.root.execute("commit")
            let made = try await [one, two]
            #expect(made[0] != made[1])
            try await expectTrueCoverage(world)
        }
    }

    @Test func aLabelIsNeverStagedIntoARoundThatIsBeingPublished() async throws {
        try await World.with { world async throws in
            let (held, volume) = try await stagedRun(world)
            let second = try await world.connect(as: "lacunad")
            let process = await second.backendProcess
            let (job, token, round) = (held.claim.job, held.claim.token, held.rounds[0].id)
            try await world.trainer.execute(
                "begin; select lacuna.publish_round(\(job), \(token), \(round), 'relabelling', 'published', '{}', '{}')"
            )
            async let late = second.refusal(
                of: """
                    select lacuna.stage_pseudo_labels(\(job), \(token), \(round), 1, \(volume), '\\x\(digest(77))', 9, '{stomach}',
                        '{0}', '{9}', array['\\x\(digest(78))'::bytea], '{1}', '{1}', '{0,0,0,1,1,1}', '{0.5}')
                    """)
            try await world.root.awaitBlocked(process)
            try await world.trainer.execute("commit")
            #expect(try await late == "LA005")
            try await expectTrueCoverage(world)
        }
    }

    /// The publication waits for the strict import; the other import, which comes after both, must hold nothing that they need.
    @Test func aStrictImportAPublicationAndAnImportDoNotStopEachOther() async throws {
        try await World.with { world async throws in
            let (held, _) = try await stagedRun(world)
            let publisher = await world.trainer.backendProcess
            let other = try await world.connect(as: "lacuna")
            let process = await other.backendProcess
            let second = try await recording(in: "B", LabelCatalog(other, program: "other"))
            let activity = try await world.catalog.startActivity(.import)
            let release = try await world.catalog.release(
                ReleaseRecord(
                    dataset: "A", release: "1", layout: "msd", origin: .expert, licence: nil, licenceSource: nil,
                    root: "/data"), activity: activity)
            try await world.catalog.recordAll { scope async throws in
                _ = try await scope.record(
                    source(scan: 21, case: "c21", subject: "c21"), labelFiles: [labelFile("c21")], in: release,
                    activity: activity, labels: CaseLabels([annotated("liver", 21)]))
                async let publishing: Void = world.publish(held, 0)
                try await world.root.awaitBlocked(publisher)
                async let importing = second(22, "c22", [annotated("liver", 22)])
                try await world.root.awaitBlocked(process)
                _ = try await scope.record(
                    source(scan: 22, case: "c22", subject: "c22"), labelFiles: [labelFile("c22")], in: release,
                    activity: activity, labels: CaseLabels([annotated("liver", 23)]))
                try await world.manager.execute("commit; begin")
                try await publishing
                _ = try await importing
            }
            try await expectTrueCoverage(world)
        }
    }

    // MARK: -

    private func annotation(of volume: VolumeID, organ: Int, begin: Bool) -> String {
        """
        \(begin ? "begin;" : "")
        insert into lacuna.change (activity_id) values (1);
        insert into lacuna.annotation (volume_id, organ_id, release_id, status, origin, change_id)
        values (\(volume), \(organ), 1, 'absent', 'expert', (select max(id) from lacuna.change));
        """
    }

    /// A run of volume 1 of dataset A with liver and spleen staged; dataset B has another volume.
    private func stagedRun(_ world: World) async throws -> (HeldRun, VolumeID) {
        let volume = try await world.catalog.add("A", scan: 1).volume
        try await world.catalog.add("B", scan: 9)
        try await world.catalog.split("s", [(volume, .train)])
        let held = try await world.start("r")
        let checkpoint = try await world.checkpoint(held, 0)
        try await world.stage(held, 0, checkpoint, volume, [("liver", 11, 0.9), ("spleen", 12, 0.8)])
        return (held, volume)
    }

    /// A function that records one case in the dataset's release.
    private func recording(
        in dataset: String, _ catalog: LabelCatalog
    ) async throws -> @Sendable (Int, String, [LabelRecord]) async throws -> VolumeID {
        let activity = try await catalog.startActivity(.import)
        let release = try await catalog.release(
            ReleaseRecord(
                dataset: dataset, release: "1", layout: "msd", origin: .expert, licence: nil, licenceSource: nil,
                root: "/data"), activity: activity)
        return { scan, subject, labels in
            try await catalog.record(
                source(scan: scan, case: "x\(scan)", subject: subject), labelFiles: [labelFile("x\(scan)")],
                in: release,
                activity: activity, storing: { CaseLabels(labels) }
            ).volume
        }
    }
}
