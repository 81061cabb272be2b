import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// What a round withholds keeps its earlier label, is no label itself, and is released by a person alone.
@Suite struct WithheldTests {
    // MARK: - Earlier labels

    @Test func aWithheldOrganKeepsItsEarlierLabels() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            let first = try await world.shown()
            #expect(first == ["2|liver|10|r/0", "2|spleen|11|r/0", "3|liver|12|r/0"])
            try await world.stage(held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5)])
            try await world.publish(held, 1, withheld: ["spleen"])
            let second = try await world.shown()
            #expect(second == ["2|liver|20|r/1", "2|spleen|11|r/0"])
            let labels = try await world.roundLabels(held, 1)
            #expect(labels == ["2|liver|20|false", "2|spleen|11|true"])
            let earlier = try await world.roundLabels(held, 0)
            #expect(earlier == ["2|liver|10|false", "2|spleen|11|false", "3|liver|12|false"])
            try await expectTrueCoverage(world)
        }
    }

    @Test func anOrganThatNoRoundPublishedHasNoLabels() async throws {
        try await withRun { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volumes[1], [("liver", 10, 0.5), ("spleen", 11, 0.5)])
            try await world.publish(held, 0, withheld: ["spleen"])
            #expect(try await world.shown() == ["2|liver|10|r/0"])
            #expect(try await world.roundLabels(held, 0) == ["2|liver|10|false"])
        }
    }

    @Test func aVolumeKeepsItsEarlierLabelWhereItsMaskIsWithheld() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            try await world.secondRound(held, volumes)
            #expect(try await world.shown() == ["2|liver|10|r/0", "2|spleen|21|r/1", "3|liver|22|r/1"])
            #expect(
                try await world.roundLabels(held, 1) == ["2|liver|10|true", "2|spleen|21|false", "3|liver|22|false"])
            let predicted = try await world.training.predictedMasks(of: held.rounds[1].id)
            #expect(predicted.map(\.organ) == ["liver", "spleen", "liver"])
            #expect(predicted.map(\.mask.content) == [digest(20), digest(21), digest(22)])
            try await expectTrueCoverage(world)
        }
    }

    /// A third round carries what the second one carried.
    @Test func aCarriedLabelIsCarriedOn() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            try await world.secondRound(held, volumes)
            try await world.stage(
                held, 2, try await world.checkpoint(held, 2), volumes[1], [("liver", 30, 0.5)], withheld: ["liver"])
            try await world.publish(held, 2)
            #expect(try await world.shown() == ["2|liver|10|r/0"])
            #expect(try await world.carriers(of: 10) == ["0|false", "1|true", "2|true"])
        }
    }

    @Test func aVolumeThatWasExcludedMeanwhileKeepsItsEarlierLabel() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 1)
            try await world.stage(held, 1, checkpoint, volumes[1], [("liver", 20, 0.5)], withheld: ["liver"])
            #expect(try await world.catalog.withdraw(.volume(volumes[1]), recalling: false, reason: "artefacts"))
            let refused = try await refusal {
                try await world.stage(held, 1, checkpoint, volumes[1], [("spleen", 21, 0.5)], withheld: ["spleen"])
            }
            #expect(refused == "LA010")
            try await world.publish(held, 1)
            #expect(try await world.shown() == [])
            #expect(try await world.catalog.restore(.volume(volumes[1]), reason: "no artefacts"))
            #expect(try await world.shown() == ["2|liver|10|r/0"])
            try await expectTrueCoverage(world)
        }
    }

    @Test func aRollbackShowsWhatTheRoundShowed() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            try await world.stage(held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5)])
            try await world.publish(held, 1, withheld: ["spleen"])
            let second = try await world.shown()
            try await world.stage(
                held, 2, try await world.checkpoint(held, 2), volumes[1], [("liver", 30, 0.5), ("spleen", 31, 0.5)])
            try await world.publish(held, 2)
            #expect(try await world.catalog.rollBack(run: "r", organs: nil, to: 1, reason: "test"))
            #expect(try await world.shown() == second)
            try await expectTrueCoverage(world)
        }
    }

    // MARK: - Withheld masks

    @Test func aWithheldMaskIsNoLabel() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            try await world.secondRound(held, volumes)
            let withheld = try await world.maskID(20)
            let labels = try await world.catalog.labels()
            #expect(!labels.contains { $0.mask == withheld })
            let listed = try await world.catalog.withheldMasks()
            #expect(listed.map(\.mask) == [withheld])
            #expect(listed.map(\.withheld) == ["lowQuality"] && listed.map(\.round) == ["r/1"])
            #expect(listed.map(\.quality) == [World.quality])
            let versions = try await world.catalog.maskHistory(volume: volumes[1], organ: "liver")
            #expect(versions.map(\.withheld) == [nil, "lowQuality"] && versions.map(\.isCurrent) == [true, false])
            #expect(versions.map(\.round) == ["r/0", "r/1"])
            let events = try await world.catalog.history(volume: volumes[1], organ: "liver")
            #expect(!events.contains { $0.mask == withheld })
            let exported = try await world.catalog.exportLabels(
                volume: volumes[1], asOf: Revision(Int64(try await world.revision())))
            #expect(exported.map(\.round) == ["r/0", "r/1"])
            #expect(!exported.contains { $0.mask?.mask == withheld })
        }
    }

    @Test func coverageHasTheMediansOfTheRoundThatIsShown() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            #expect(try await world.qualities(.organ) == ["liver": World.quality, "spleen": World.quality])
            try await world.stage(
                held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5), ("spleen", 21, 0.5)],
                withheld: ["spleen"], quality: MaskQuality(softDice: 0.25))
            try await world.publish(held, 1)
            let expected = ["liver": MaskQuality(softDice: 0.25), "spleen": World.quality]
            #expect(try await world.qualities(.organ) == expected)
            #expect(try await world.qualities(.round).count == 4)
        }
    }

    @Test func stagingAgainChangesNothing() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 1)
            try await world.stage(held, 1, checkpoint, volumes[1], [("liver", 20, 0.5)], withheld: ["liver"])
            let masks = "select t from lacuna.mask t order by id"
            let before = try await world.root.ask(masks)
            try await world.stage(held, 1, checkpoint, volumes[1], [("liver", 20, 0.5)])
            #expect(try await world.root.ask(masks) == before)
            #expect(try await world.root.number("select count(*) from lacuna.withheld_mask") == 1)
        }
    }

    /// The lineage of a withheld mask leads to its checkpoint, and from it to nothing; a carried mask is found once.
    @Test func lineageKnowsWithheldAndCarriedMasks() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            try await world.secondRound(held, volumes)
            let network = try await world.checkpoint(held, 2)
            let (kept, withheld) = (try await world.maskID(10), try await world.maskID(20))
            #expect(
                try await world.edges("kind = 'mask' and id = \(withheld) and source_kind = 'checkpoint'")
                    == ["predicted by"])
            #expect(try await world.edges("source_kind = 'mask' and source_id = \(withheld)") == [])
            #expect(try await world.edges("kind = 'mask' and id = \(kept) and source_kind = 'checkpoint'").count == 1)
            // The networks of the rounds 1 and 2 saw the carried mask, each once.
            #expect(
                try await world.edges("source_kind = 'mask' and source_id = \(kept) and kind = 'checkpoint'")
                    == ["trained on", "trained on"])
            let seen = try await world.manager.ask(
                """
                select m.id from lacuna.lineage_edge e join lacuna.mask m on m.id = e.source_id and m.activity_id <> 1
                where e.kind = 'checkpoint' and e.id = \(network) and e.via = 'trained on' and e.source_kind = 'mask'
                and exists (select from lacuna.predicted_mask p where p.mask_id = m.id) order by m.id
                """)
            let expected = [kept, try await world.maskID(21), try await world.maskID(22)].map(\.description)
            #expect(seen == expected.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) })
            let walked = try await world.catalog.lineage(of: .mask(withheld), forward: false)
            #expect(walked.first { $0.id == withheld.rawValue }?.label.hasSuffix("withheld") == true)
        }
    }

    @Test func aRemovalPlansWithheldMasksAndAPurgeDestroysThem() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            try await world.secondRound(held, volumes)
            let subject = Withdrawable.subject(try await world.catalog.subject(of: volumes[1]))
            let plan = try await world.catalog.removalPlan(subject)
            #expect(plan.filter { $0.kind == "withheld mask" }.map(\.count) == [1])
            #expect(plan.filter { $0.kind == "pseudo label" }.map(\.count) == [2, 1])
            #expect(try await world.catalog.withdraw(subject, recalling: true, reason: "consent"))
            #expect(try await world.catalog.withheldMasks() == [])
            let objects = try await world.catalog.purgePlan(subject).map(\.digest)
            #expect(objects.contains(digest(5_000_020)), "the object of the withheld mask")
        }
    }

    /// A checkpoint is kept for withheld masks alone.
    @Test func theNetworkOfWithheldMasksIsKept() async throws {
        try await withRun { world, held, volumes async throws in
            try await world.stage(
                held, 0, try await world.checkpoint(held, 0), volumes[1], [("liver", 20, 0.5)], withheld: ["liver"])
            try await world.publish(held, 0, withheld: ["liver", "spleen"])
            let plan = try await world.catalog.pruningPlan(PruningScope())
            #expect(plan.filter { $0.round == 0 }.map(\.reason) == [.labels])
        }
    }

    // MARK: - Runs

    private func withRun(_ body: (World, HeldRun, [VolumeID]) async throws -> Void) async throws {
        try await World.withWithholdingRun(body)
    }
}

extension World {
    static let quality = MaskQuality(
        softDice: 0.5, predicted: PredictedDice(dice: 0.75, lower: 0.5, upper: 0.875))

    /// Run r of three rounds that publish, and three volumes for training: one annotated, two blank.
    static func withWithholdingRun(_ body: (World, HeldRun, [VolumeID]) async throws -> Void) async throws {
        try await World.with { world async throws in
            var volumes = [
                try await world.catalog.add("A", scan: 1, [annotated("liver", 1), annotated("spleen", 2)]).volume
            ]
            for scan in 2...3 { volumes.append(try await world.catalog.add("A", scan: scan).volume) }
            try await world.catalog.split("s", volumes.map { ($0, .train) })
            try await body(world, try await world.start("r", organs: ["liver", "spleen"], rounds: 3), volumes)
        }
    }

    /// Round 1 withholds the liver of the second volume.
    fileprivate func secondRound(_ held: HeldRun, _ volumes: [VolumeID]) async throws {
        let checkpoint = try await checkpoint(held, 1)
        try await stage(
            held, 1, checkpoint, volumes[1], [("liver", 20, 0.5), ("spleen", 21, 0.5)], withheld: ["liver"],
            quality: World.quality)
        try await stage(held, 1, checkpoint, volumes[2], [("liver", 22, 0.5)])
        try await publish(held, 1)
    }

    /// Volume, organ, number of the content and round of the visible pseudo labels.
    func shown() async throws -> [String] {
        let labels = try await catalog.labels().filter { $0.status == .pseudo }
        var found: [String] = []
        for label in labels {
            let content = try await content(of: try #require(label.mask))
            found.append("\(label.volume)|\(label.organ)|\(content)|\(label.round ?? "-")")
        }
        return found
    }

    fileprivate func roundLabels(_ held: HeldRun, _ round: Int) async throws -> [String] {
        var found: [String] = []
        for label in try await training.pseudoLabels(of: held.rounds[round].id) {
            found.append("\(label.volume)|\(label.organ)|\(try await content(of: label.mask.mask))|\(label.isEarlier)")
        }
        return found
    }

    /// By organ, or by round and organ.
    fileprivate func qualities(_ grouping: CoverageGrouping) async throws -> [String: MaskQuality] {
        var found: [String: MaskQuality] = [:]
        for row in try await catalog.coverage(by: grouping) {
            if let quality = row.quality { found[(row.group.map { "\($0) " } ?? "") + row.organ.rawValue] = quality }
        }
        return found
    }

    private func content(of mask: MaskID) async throws -> Int {
        try await root.number(
            "select ('x' || encode(substr(content_sha256, 5, 4), 'hex'))::bit(32)::bigint from lacuna.mask where id = \(mask)"
        )
    }

    /// The mask whose content is number `n`.
    func maskID(_ n: Int) async throws -> MaskID {
        MaskID(Int64(try await root.number("select id from lacuna.mask where content_sha256 = '\\x\(digest(n))'")))
    }

    fileprivate func carriers(of n: Int) async throws -> [String] {
        try await root.ask(
            """
            select r.number, l.carried from lacuna.pseudo_label l join lacuna.round r on r.id = l.round_id
            where l.mask_id = \(try await maskID(n)) order by 1
            """)
    }

    fileprivate func edges(_ condition: String) async throws -> [String] {
        try await manager.ask("select via from lacuna.lineage_edge where \(condition) order by id, source_id")
    }
}
