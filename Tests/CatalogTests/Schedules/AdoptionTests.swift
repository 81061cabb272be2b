import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// Scheduled runs that become the current one by themselves, and those that wait for a person.
@Suite struct AdoptionTests {
    /// A current run with these results, and a scheduled one that ends with those.
    private func compare(
        _ current: [Double], _ scheduled: [Double], volumes: Int = 3, publishing: Bool = true,
        withheld: [OrganKey] = [],
        _ body: (ScheduleWorld) async throws -> Void
    ) async throws {
        try await ScheduleWorld.with { place async throws in
            let world = place.world
            try await place.create {
                $0.adopt = .ifBetter
                $0.adoptionVolumes = volumes
            }
            if publishing {
                let first = try await world.start("first", organs: ["liver"], rounds: 1)
                try await world.publish(first, 0)
                try await place.finish(first, dice: current)
            }
            _ = try await world.catalog.runSchedule("n")
            let held = try await place.start(rounds: 1)
            try await world.publish(held, 0, withheld: withheld)
            try await place.finish(held, dice: scheduled)
            try await body(place)
        }
    }

    private func proposal(_ place: ScheduleWorld) async throws -> String? {
        try await place.world.catalog.adoptionProposals().first?.reason
    }

    @Test func aRunThatIsNotWorseBecomesTheCurrentOne() async throws {
        try await compare([0.8, 0.8, 0.8], [0.7, 0.85, 0.81]) { place async throws in
            #expect(try await place.world.catalog.currentRun() == "n-1")
            #expect(try await proposal(place) == nil)
            let row = try await place.world.catalog.scheduleHistory(of: "n", limit: nil)[0]
            #expect(row.adoption == .adopted && row.outcome == .done)
            let compared = try await place.world.catalog.adoptionComparison(of: "n-1")
            #expect(compared.count == 1 && compared[0].volumes == 3 && compared[0].isCompared && !compared[0].isWorse)
            #expect(
                abs((compared.first?.dice ?? 0) - 0.78667) < 1e-4 && abs((compared.first?.margin ?? 0) - 0.02) < 1e-6)
            #expect(try await place.world.catalog.adoptionDecision(on: "n-1")?.currentRun == "first")
            #expect(try await place.world.catalog.adoptionDecision(on: "first") == nil)
            let reason = try await place.world.manager.ask(
                "select reason, agent from lacuna.activity where kind = 'adoption' order by id desc limit 1")
            #expect(reason == ["schedule n: not worse than run first|lacunad"])
        }
    }

    @Test func aWorseRunWaitsForAPerson() async throws {
        try await compare([0.8, 0.8, 0.8], [0.7, 0.8, 0.8]) { place async throws in
            #expect(try await place.world.catalog.currentRun() == "first")
            #expect(try await proposal(place) == "the held-out Dice is worse: liver 0.767 instead of 0.800")
            #expect(try await place.world.catalog.adopt(run: "n-1", reason: "liver is fine"))
            #expect(try await proposal(place) == nil)
        }
    }

    @Test func fewVolumesAreNotCompared() async throws {
        try await compare([0.5, 0.5, 0.5], [0.9, 0.9, 0.9], volumes: 4) { place async throws in
            #expect(try await place.world.catalog.currentRun() == "first")
            #expect(
                try await proposal(place) == "no organ has enough volumes on which both runs were evaluated")
        }
    }

    /// Only volumes that both were evaluated on are compared.
    @Test func diceIsPaired() async throws {
        try await compare([0.5, 0.6], [0.5, 0.6, 0.1], volumes: 2) { place async throws in
            #expect(try await place.world.catalog.currentRun() == "n-1")
        }
    }

    @Test func aRunThatWouldHideLabelsWaitsForAPerson() async throws {
        try await compare([0.5, 0.5, 0.5], [0.9, 0.9, 0.9], withheld: ["liver"]) { place async throws in
            #expect(try await place.world.catalog.currentRun() == "first")
            #expect(
                try await proposal(place)
                    == "the current run has labels of organs for which this one has none: liver")
        }
    }

    /// The first run that publishes is the current one anyway.
    @Test func withoutACurrentRunTheFirstOneIsIt() async throws {
        try await compare([], [0.9, 0.9, 0.9], publishing: false) { place async throws in
            #expect(try await place.world.catalog.currentRun() == "n-1")
            #expect(try await proposal(place) == nil)
        }
    }

    /// A trainer makes no run the current one that no schedule asks to adopt.
    @Test func onlyAScheduleLetsADaemonAdopt() async throws {
        try await ScheduleWorld.with { place async throws in
            let world = place.world
            try await place.finish(try await world.start("first", organs: ["liver"], rounds: 1), dice: [0.1, 0.1, 0.1])
            try await place.create()
            _ = try await world.catalog.runSchedule("n")
            let held = try await place.start(rounds: 1)
            let early = try await refusal {
                _ = try await world.trainer.ask(
                    "select lacuna.adopt_if_better(\(held.claim.job), \(held.claim.token), 'p')")
            }
            #expect(early == nil)
            try await place.finish(held, dice: [0.9, 0.9, 0.9])
            let other = try await world.start("by-hand", organs: ["liver"], rounds: 1)
            try await place.finish(other, dice: [0.9, 0.9, 0.9])
            #expect(try await world.catalog.currentRun() == "first")
            #expect(try await proposal(place) == nil)
        }
    }

    @Test func anOpenRunIsNotAdopted() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.adopt = .ifBetter }
            _ = try await place.world.catalog.runSchedule("n")
            let held = try await place.start(rounds: 1)
            let state = try await place.world.trainer.refusal(
                of: "select lacuna.adopt_if_better(\(held.claim.job), \(held.claim.token), 'p')")
            #expect(state == "LA005")
        }
    }

    /// The weights of a run that was trained on removed data are not used, and a run that used them before is recalled with it.
    @Test func aRecallReachesTheRunsThatStartedFromIt() async throws {
        try await ScheduleWorld.with { place async throws in
            let world = place.world
            try await place.create { $0.startFrom = .previous }
            _ = try await world.catalog.runSchedule("n")
            let first = try await place.start(rounds: 1)
            _ = try await world.checkpoint(first, 0)
            try await place.finish(first)
            _ = try await world.catalog.runSchedule("n")
            let second = try await place.start(rounds: 1)
            #expect(try await world.training.tick(of: second.claim)?.previousRun == "n-1")
            _ = try await world.checkpoint(second, 0)
            try await world.root.execute(
                "alter table lacuna.run_input disable trigger all; "
                    + "delete from lacuna.run_input where run_id = \(second.run.id)")
            let subject = try await world.catalog.subject(of: place.train)
            #expect(try await world.catalog.withdraw(.subject(subject), recalling: true, reason: "consent"))
            let recalled = try await world.root.ask(
                "select distinct run.name from lacuna.contaminated_round c join lacuna.round r on r.id = c.round_id "
                    + "join lacuna.run on run.id = r.run_id order by 1")
            #expect(recalled == ["n-1", "n-2"])
            let next = try await world.root.ask("select coalesce(lacuna.previous_run(id, 99), -1) from lacuna.schedule")
            #expect(next == ["-1"])
            _ = try await world.catalog.runSchedule("n")
            let third = try await place.start(rounds: 1)
            #expect(try await world.training.tick(of: third.claim)?.previousRun == nil)
            let note = try await world.root.ask(
                "select reason from lacuna.schedule_history where run = '\(third.run.name)'")
            #expect(
                note == ["starts from new weights: run n-1 was trained on data that are removed or held out now"])
        }
    }

    /// The runs that started from one whose training subject is found to be held out are marked as it is, and those that are open
    /// are fenced, so that what they record next is marked too.
    @Test func aMergeMarksTheRunsThatStartedFromItsRun() async throws {
        try await ScheduleWorld.with { place async throws in
            let world = place.world
            let (p, q) = (
                try await world.catalog.subject(of: place.train), try await world.catalog.subject(of: place.test)
            )
            try await place.create { $0.startFrom = .previous }
            for _ in 1...2 {
                _ = try await world.catalog.runSchedule("n")
                let held = try await place.start(rounds: 1)
                _ = try await world.checkpoint(held, 0)
                try await place.finish(held)
                try await forgetInputs(of: held, but: "n-1", world)
            }
            _ = try await world.catalog.runSchedule("n")
            let open = try await place.start(rounds: 1)
            _ = try await world.checkpoint(open, 0)
            try await forgetInputs(of: open, but: "n-1", world)
            // From now on the two are in no different parts.
            try await world.catalog.createSplits(
                [NewSplit(name: "later", members: [p: .test])], method: "listed", seed: nil, locksTest: true)
            #expect(try await world.jobs.heartbeat(open.job) == .held)
            let join = try await world.catalog.joinSubjects(p, q, parameters: JSONText(#"{"reason": "test"}"#))
            #expect(join.newlyContaminated.count == 3)
            let marked = try await world.root.ask(
                """
                select distinct run.name from lacuna.contaminated_checkpoint c join lacuna.round r on r.id = c.round_id
                join lacuna.run on run.id = r.run_id where c.cause = 'held out' order by 1
                """)
            #expect(marked == ["n-1", "n-2", "n-3"])
            #expect(try await refusal { _ = try await world.checkpoint(open, 0, step: 2) } == "LA001")
            let made = try await world.catalog.subject(min(p, q)).joins.last
            _ = try await world.catalog.takeApart(
                try #require(made), of: min(p, q), parameters: JSONText(#"{"reason": "test"}"#))
            #expect(try await world.root.number("select count(*) from lacuna.contaminated_checkpoint") == 0)
        }
    }

    /// As if the run had been trained on other data than the run that it starts from.
    private func forgetInputs(of held: HeldRun, but first: String, _ world: World) async throws {
        if held.run.name == first { return }
        try await world.root.execute(
            "alter table lacuna.run_input disable trigger all; "
                + "delete from lacuna.run_input where run_id = \(held.run.id)")
    }
}
