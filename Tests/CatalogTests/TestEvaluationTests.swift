import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// The database opens the test part of a split once its run is finished, to a manager's login, and keeps one result.
@Suite struct TestEvaluationTests {
    @Test func aFinishedRunIsEvaluatedOnceOnTheLabelsOfExperts() async throws {
        try await withRun { world, held, volumes in
            try await world.close(held, 0)
            _ = try await world.catalog.openTestPart(of: held.run.id, round: nil)  // and interrupted
            let part = try await world.catalog.openTestPart(of: held.run.id, round: 0)
            #expect(part.round == 0)
            #expect(try await world.catalog.testVolumes(part).map(\.id) == volumes.test)
            let labels = try await world.catalog.testLabels(part)
            #expect(
                labels.map(\.volume) == volumes.test && labels.allSatisfy { $0.organ == "liver" && $0.part == .test })
            #expect(labels.map { $0.mask == nil } == [false, true], "the second is absent")
            #expect(try await world.catalog.testEvaluation(of: "r") == nil)
            #expect(try await world.catalog.testOpenings(of: "r").map(\.hasResult) == [false, false])

            let results = [
                TestRecord(
                    volume: volumes.test[0], organ: "liver", dice: 0.75, surfaceDice: 0.5,
                    quality: MaskQuality(
                        softDice: 0.5, predicted: PredictedDice(dice: 0.5, lower: 0.25, upper: 0.875)),
                    predictedMillilitres: 2, referenceMillilitres: 4),
                TestRecord(
                    volume: volumes.test[1], organ: "liver", dice: nil, predictedMillilitres: 0,
                    referenceMillilitres: 0),
            ]
            try await world.catalog.recordTestEvaluation(part, intervalRate: 0.5, results)
            let recorded = try #require(try await world.catalog.testEvaluation(of: "r"))
            #expect(recorded.run == "r" && recorded.round == 0 && recorded.split == "s" && recorded.login == "lacuna")
            #expect(recorded.openings == 2 && recorded.intervalRate == 0.5 && recorded.revision == held.run.revision)
            #expect(recorded.leftOut == TestExclusions(volumes: 0, subjects: 0, readBy: []))
            let openings = try await world.catalog.testOpenings(of: "r")
            #expect(
                openings.map(\.hasResult) == [false, true]
                    && openings.allSatisfy { $0.login == "lacuna" && $0.round == 0 })
            #expect(try await world.catalog.testResults(of: "r").map(\.record) == results)
            #expect(
                try await world.manager.ask("select kind, agent from lacuna.activity where kind = 'evaluation'") == [
                    "evaluation|lacuna", "evaluation|lacuna",
                ])

            let second = try await refusal {
                try await world.catalog.recordTestEvaluation(part, intervalRate: nil, results)
            }
            let opened = try await refusal { _ = try await world.catalog.openTestPart(of: held.run.id, round: nil) }
            let read = try await refusal { _ = try await world.catalog.testLabels(part) }
            #expect([second, opened, read] == ["LA018", "LA018", "LA018"])
        }
    }

    @Test func thePartStaysClosedWhileTheRunIsOpenAndToOthers() async throws {
        try await withRun { world, held, _ in
            func opening() async throws -> String? {
                try await refusal { _ = try await world.catalog.openTestPart(of: held.run.id, round: nil) }
            }
            #expect(try await opening() == "LA005")
            try await world.reach("evaluated", held, 0)
            #expect(try await opening() == "LA005")
            try await world.close(held, 0)
            for call in [
                "open_test_part(\(held.run.id), null, 'x')", "test_volumes(1)", "test_labels(1)", "test_exclusions(1)",
            ] {
                #expect(try await world.trainer.refusal(of: "select lacuna.\(call)") == "42501", "\(call)")
            }
            let part = try await world.catalog.openTestPart(of: held.run.id, round: nil)
            for (call, state) in [
                ("test_volumes(\(part.opening))", "LA015"), ("test_labels(\(part.opening))", "LA015"),
                ("test_exclusions(\(part.opening))", "LA015"), ("test_volumes(-1)", "LA003"),
                ("test_labels(null)", "LA003"),
                ("open_test_part(-1, null, 'x')", "LA004"), ("open_test_part(null, null, 'x')", "LA004"),
                ("open_test_part(\(held.run.id), 7, 'x')", "LA004"),
                ("open_test_part(\(held.run.id), null, null)", "23502"),
            ] {
                #expect(try await world.root.refusal(of: "select * from lacuna.\(call)") == state, "\(call)")
            }
            for table in ["test_opening", "test_evaluation", "test_exclusion", "test_result"] {
                #expect(try await world.trainer.refusal(of: "select * from lacuna.\(table)") == "42501", "\(table)")
                let write = "insert into lacuna.\(table) default values"
                #expect(try await world.manager.refusal(of: write) == "42501", "\(table)")
            }
        }
    }

    @Test func aCancelledOrRecalledRunIsNotEvaluated() async throws {
        try await withRun { world, held, volumes in
            let subject = try await world.catalog.subject(of: volumes.train)
            #expect(try await world.catalog.withdraw(.subject(subject), recalling: true, reason: "consent"))
            let cancelled = try await refusal { _ = try await world.catalog.openTestPart(of: held.run.id, round: nil) }
            #expect(cancelled == "LA013")
        }
        try await withRun { world, held, volumes in
            try await world.close(held, 0)
            let subject = try await world.catalog.subject(of: volumes.train)
            #expect(try await world.catalog.withdraw(.subject(subject), recalling: true, reason: "consent"))
            let recalled = try await refusal { _ = try await world.catalog.openTestPart(of: held.run.id, round: nil) }
            #expect(recalled == "LA010")
        }
    }

    /// What was imported since the run began is not in it, what was removed since is not read, and what the run has read of a subject
    /// that was merged since is left out.
    @Test func theTestPartIsThatOfTheRevisionOfTheRun() async throws {
        try await withRun { world, held, volumes in
            try await world.close(held, 0)
            try await world.catalog.add("A", release: "2", scan: 3, [annotated("liver", 30)])
            let part = try await world.catalog.openTestPart(of: held.run.id, round: nil)
            #expect(try await world.catalog.testLabels(part)[0].mask?.content == digest(3))
            let removed = try await world.catalog.subject(of: volumes.test[1])
            #expect(try await world.catalog.withdraw(.subject(removed), recalling: true, reason: "consent"))
            #expect(try await world.catalog.testLabels(part).map(\.volume) == [volumes.test[0]])
            try await world.merge(volumes.test[0], volumes.train)
            #expect(try await world.catalog.testVolumes(part).map(\.id) == [])
            #expect(try await world.catalog.testLabels(part) == [])
        }
    }

    @Test func whatWasLeftOutIsRecordedWithTheRunThatReadIt() async throws {
        try await withRun { world, held, volumes in
            try await world.close(held, 0)
            try await world.merge(volumes.test[0], volumes.train)
            let part = try await world.catalog.openTestPart(of: held.run.id, round: nil)
            let labels = try await world.catalog.testLabels(part)
            #expect(labels.map(\.volume) == [volumes.test[1]])
            let leftOut = try await world.catalog.testExclusions(part)
            try await world.catalog.recordTestEvaluation(
                part, intervalRate: nil,
                [
                    TestRecord(
                        volume: volumes.test[1], organ: "liver", dice: nil, predictedMillilitres: 0,
                        referenceMillilitres: 0)
                ])
            let recorded = try await world.catalog.testEvaluation(of: "r")
            // The training volume is of the subject in the test part now.
            #expect(leftOut == TestExclusions(volumes: 2, subjects: 1, readBy: ["r"]))
            #expect(recorded?.leftOut == leftOut)
        }
    }

    /// A run that it started from trained on it, by another split.
    @Test func whatAnEarlierRunReadIsLeftOutToo() async throws {
        try await withRun { world, held, volumes in
            try await world.close(held, 0)
            try await world.catalog.split(
                "other", [(volumes.test[0], .train), (volumes.train, .test), (volumes.validation, .validation)])
            let later = try await world.start("later", split: "other", organs: ["liver"], rounds: 0)
            try await world.close(later, 0)
            try await world.root.execute("insert into lacuna.run_start values (\(later.run.id), \(held.run.id), 0)")
            let part = try await world.catalog.openTestPart(of: later.run.id, round: nil)
            #expect(try await world.catalog.testVolumes(part).isEmpty)
            let leftOut = try await world.catalog.testExclusions(part)
            #expect(leftOut == TestExclusions(volumes: 1, subjects: 1, readBy: ["r"]))
        }
    }

    @Test func resultsAreThoseOfTheWholePartAndNothingElse() async throws {
        try await withRun { world, held, volumes in
            try await world.close(held, 0)
            let part = try await world.catalog.openTestPart(of: held.run.id, round: nil)
            let (a, b) = (volumes.test[0], volumes.test[1])
            func call(
                _ volumes: String, organs: String = "{liver,liver}", dice: String = "{1,null}",
                surface: String = "{1,null}",
                soft: String = "{1,null}", predicted: String = "{null,null}", lower: String = "{null,null}",
                upper: String = "{null,null}", millilitres: String = "{1,0}", rate: String = "0.8"
            ) -> String {
                "\(part.opening), \(rate), array[\(volumes)]::bigint[], '\(organs)', '\(dice)', '\(surface)', '\(soft)', '\(predicted)', "
                    + "'\(lower)', '\(upper)', '\(millilitres)', '{1,0}'"
            }
            let both = "\(a), \(b)"
            for (arguments, state) in [
                (call("\(a), \(volumes.train)"), "LA006"), (call("\(a), \(volumes.validation)"), "LA006"),
                (call("\(a), -1"), "LA006"), (call("\(a), null"), "LA006"), (call("\(a), \(a)"), "LA004"),
                (call(both, organs: "{liver,spleen}"), "LA006"), (call(both, organs: "{liver,heart}"), "LA004"),
                (call("\(a)"), "LA004"), (call(both, dice: "{1}"), "LA004"), (call(both, dice: "{1.5,null}"), "23514"),
                (call(both, dice: "{NaN,null}"), "23514"), (call(both, surface: "{2,null}"), "23514"),
                (call(both, soft: "{-1,null}"), "23514"), (call(both, millilitres: "{infinity,0}"), "23514"),
                (call(both, millilitres: "{null,0}"), "23502"), (call(both, predicted: "{0.5,null}"), "23514"),
                (
                    call(both, predicted: "{0.5,null}", lower: "{0.6,null}", upper: "{0.7,null}"), "23514"
                ),
                (call(both, rate: "2"), "23514"),
                ("\(part.opening), 0.8, null, null, null, null, null, null, null, null, null, null", "LA004"),
                ("-1, 0.8, null, null, null, null, null, null, null, null, null, null", "LA003"),
                (
                    "\(part.opening), 0.8, array[\(a)], '{liver}', '{1}', '{1}', '{1}', '{null}', '{null}', '{null}', '{1}', '{1}'",
                    "LA006"
                ),
            ] {
                let script = "select lacuna.record_test_evaluation(\(arguments))"
                #expect(try await world.manager.refusal(of: script) == state, "\(arguments)")
            }
            #expect(try await world.manager.ask("select * from lacuna.test_evaluation") == [])
            #expect(try await world.manager.refusal(of: "select lacuna.record_test_evaluation(\(call(both)))") == nil)
        }
    }

    /// No function of the trainer names a volume of the test part, in any state of a run, and no snapshot contains one.
    @Test func theTrainerReadsNothingOfTheTestPart() async throws {
        try await withRun { world, held, volumes in
            for state in ["training", "trained", "confidenceFitted", "evaluated", "finished"] {
                if state == "finished" { try await world.close(held, 0) } else { try await world.reach(state, held, 0) }
                let read = try await world.trainer.ask(
                    """
                    select volume_id from lacuna.run_volumes(\(held.run.id))
                    union select volume_id from lacuna.run_labels(\(held.run.id))
                    union select volume_id from lacuna.round_labels(\(held.rounds[0].id))
                    union select volume_id from lacuna.round_masks(\(held.rounds[0].id)) order by 1
                    """)
                #expect(read == ["\(volumes.train)", "\(volumes.validation)"], "\(state)")
            }
            let kept = try await world.root.ask("select distinct volume_id from lacuna.run_input order by 1")
            #expect(kept == ["\(volumes.train)", "\(volumes.validation)"])
        }
    }

    private struct Volumes {
        let train, validation: VolumeID
        /// Liver by an expert, annotated and absent; the first has another organ drafted by a model.
        let test: [VolumeID]
    }

    /// A run without relabelling.
    private func withRun(_ body: (World, HeldRun, Volumes) async throws -> Void) async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volumes = Volumes(
                train: try await catalog.add("A", scan: 1, [annotated("liver", 1)]).volume,
                validation: try await catalog.add("A", scan: 2, [annotated("liver", 2)]).volume,
                test: [
                    try await catalog.add(
                        "A", scan: 3, [annotated("liver", 3), annotated("spleen", 13, origin: .assisted)]
                    ).volume,
                    try await catalog.add("A", scan: 4, [absent("liver")]).volume,
                ])
            try await catalog.split(
                "s", [(volumes.train, .train), (volumes.validation, .validation)] + volumes.test.map { ($0, .test) })
            let held = try await world.start("r", organs: ["liver", "spleen"], rounds: 0)
            try await body(world, held, volumes)
        }
    }
}

extension World {
    /// Merges the subject of the second volume into that of the first.
    fileprivate func merge(_ kept: VolumeID, _ merged: VolumeID) async throws {
        let (kept, merged) = (try await catalog.subject(of: kept), try await catalog.subject(of: merged))
        try await root.execute(
            """
            do $$ declare the_change bigint; begin
                insert into lacuna.change (activity_id) select min(id) from lacuna.activity returning id into the_change;
                perform lacuna.merge_subjects(\(kept), \(merged), the_change);
            end $$
            """)
    }
}
