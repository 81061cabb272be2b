import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// A catalogue with a split s: volumes of the parts train and validation, whose liver is annotated, and one of the part test.
struct ScheduleWorld {
    let world: World
    let train: VolumeID
    let validation: [VolumeID]
    let test: VolumeID

    static func with(_ body: (ScheduleWorld) async throws -> Void) async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let train = try await catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            var validation: [VolumeID] = []
            for n in 2...4 { validation.append(try await catalog.add("A", scan: n, [annotated("liver", n)]).volume) }
            let test = try await catalog.add("A", scan: 5, [annotated("liver", 5)]).volume
            let held: [(VolumeID, SplitPart)] = validation.map { ($0, .validation) }
            try await catalog.split("s", [(train, .train), (test, .test)] + held)
            try await body(ScheduleWorld(world: world, train: train, validation: validation, test: test))
        }
    }

    /// Creates a schedule `n` of liver on the split s.
    func create(_ name: String = "n", cron: String? = "0 * * * *", _ change: (inout NewSchedule) -> Void = { _ in })
        async throws
    {
        var schedule = NewSchedule(
            name: name, configuration: JSONText(#"{"run": {"name": "n"}}"#), split: "s", origins: [.expert],
            trainsUnassigned: false, modalities: ["CT"], organs: ["liver"], classMapping: [:])
        schedule.trigger.cron = cron
        schedule.trigger.quietSeconds = 60
        change(&schedule)
        try await world.catalog.createSchedule(schedule)
    }

    /// Fires at a time of the server's clock; the numbers of ticks that run and that were missed.
    @discardableResult
    func fire(at time: String) async throws -> String {
        try await world.root.ask("select fired, missed from lacuna.fire_ticks_at('\(time)')")[0]
    }

    /// Sets the next instant of all schedules, as if they had been created before it.
    func expect(_ instant: String) async throws {
        try await world.root.execute(
            "update lacuna.schedule set next_due = '\(instant)' where next_due is not null; "
                + "update lacuna.schedule_clock set latest = '\(instant)'")
    }

    /// The ticks in order of time: instant in UTC, cause, outcome.
    func ticks() async throws -> [String] {
        try await world.manager.ask(
            """
            select to_char(instant at time zone 'UTC', 'MM-DD HH24:MI'), cause, outcome from lacuna.schedule_history
            order by instant, tick_id
            """)
    }

    func reasons() async throws -> [String] {
        try await world.manager.ask(
            "select reason from lacuna.schedule_history where reason is not null order by instant, tick_id")
    }

    /// Claims the due run and creates it, as a daemon does.
    func start(organs: [OrganKey] = ["liver"], rounds: Int = 0) async throws -> HeldRun {
        try await world.root.execute(
            "update lacuna.job set due = now() where state = 'waiting' and tick_id is not null")
        let job = try #require(try await world.jobs.claim([.run]).first)
        let claim = Claim(job: JobID(job.claim.job), token: job.claim.token)
        let tick = try #require(try await world.training.tick(of: claim))
        let run = try await world.training.startRun(
            world.runStart(tick.name, organs: organs, rounds: rounds), under: claim)
        return HeldRun(run: run, claim: claim, rounds: try await world.training.rounds(of: run.id))
    }

    /// Takes a run through its rounds and closes it, with these results of its last round on the validation volumes.
    func finish(_ held: HeldRun, dice: [Double] = []) async throws {
        for round in held.rounds.dropLast().indices { try await world.publish(held, round) }
        let results = zip(validation, dice).map { volume, dice in
            EvaluationRecord(
                volume: volume, organ: "liver", dice: dice, predictedMillilitres: 1, referenceMillilitres: 1)
        }
        try await world.evaluate(held, held.rounds.count - 1, results)
        try await world.close(held, held.rounds.count - 1)
    }
}
