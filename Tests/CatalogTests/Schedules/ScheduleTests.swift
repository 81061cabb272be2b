import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// What schedules fire, and what they record instead.
@Suite struct ScheduleTests {
    @Test func aTickIsOneRunHoweverManyDaemonsFireIt() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create()
            try await place.world.root.execute("update lacuna.schedule set next_due = now() - interval '1 second'")
            var daemons: [TrainingCatalog] = []
            for _ in 0..<4 {
                daemons.append(TrainingCatalog(try await place.world.connect(as: "lacunad"), program: "daemon"))
            }
            let fired = try await withThrowingTaskGroup(of: FiredTicks.self) { group in
                for daemon in daemons {
                    for _ in 0..<5 { group.addTask { try await daemon.fireTicks() } }
                }
                return try await group.reduce(into: [FiredTicks]()) { $0.append($1) }
            }
            #expect(fired.map(\.fired).reduce(0, +) == 1)
            #expect(fired.allSatisfy { ($0.secondsToNext ?? -1) > 0 && ($0.secondsToNext ?? 0) <= 3600 })
            #expect(try await place.world.root.number("select count(*) from lacuna.tick") == 1)
            #expect(try await place.world.root.number("select count(*) from lacuna.job where tick_id is not null") == 1)
            for daemon in daemons { await daemon.connection.close() }
        }
    }

    @Test func ticksThatNobodyFiredAreOneRowWithTheirNumber() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create()
            try await place.expect("2030-01-01 00:00Z")
            #expect(try await place.fire(at: "2030-01-01 05:30Z") == "0|6")
            #expect(try await place.ticks() == ["01-01 00:00|cron|skipped"])
            #expect(
                try await place.reasons() == [
                    "6 ticks from 2030-01-01 00:00 to 2030-01-01 05:00 were missed: no daemon was running, or the clock was set forward"
                ])
            #expect(try await place.fire(at: "2030-01-01 06:00Z") == "1|0")
            #expect(try await place.ticks().last == "01-01 06:00|cron|waiting")
        }
    }

    @Test func catchUpRunsTheNewestOfTheMissedTicks() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.catchUp = .once }
            try await place.expect("2030-01-01 00:00Z")
            #expect(try await place.fire(at: "2030-01-01 05:30Z") == "1|5")
            #expect(try await place.ticks() == ["01-01 00:00|cron|skipped", "01-01 05:00|catch-up|waiting"])
            #expect(try await place.fire(at: "2030-01-01 05:31Z") == "0|0")
        }
    }

    /// A late tick is on time for five minutes, and an earlier one is missed even so.
    @Test func aTickIsMissedAfterFiveMinutes() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create(cron: "*/2 * * * *")
            try await place.expect("2030-01-01 00:00Z")
            #expect(try await place.fire(at: "2030-01-01 00:03Z") == "1|1")
            #expect(try await place.ticks() == ["01-01 00:00|cron|skipped", "01-01 00:02|cron|waiting"])
        }
    }

    @Test func aYearOfMissedMinutesIsCountedToAThousand() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create(cron: "* * * * *") { $0.catchUp = .once }
            try await place.expect("2030-01-01 00:00Z")
            #expect(try await place.fire(at: "2031-01-01 00:00:30Z") == "1|1004")
            #expect(try await place.fire(at: "2031-01-01 00:01:00Z") == "0|0", "the first run is still open")
        }
    }

    @Test func aClockSetBackFiresNoTickTwice() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.overlap = .queue }
            try await place.expect("2030-01-01 00:00Z")
            #expect(try await place.fire(at: "2030-01-01 00:00:01Z") == "1|0")
            for time in ["2029-12-31 23:00Z", "2029-12-31 23:30Z"] { try await place.fire(at: time) }
            let before = try await place.ticks()
            #expect(before == ["01-01 00:00|cron|waiting"])
            #expect(try await place.fire(at: "2030-01-01 00:00:02Z") == "0|0")
            #expect(try await place.ticks() == before)
            #expect(try await place.world.root.number("select count(*) from lacuna.job where tick_id is not null") == 1)
        }
    }

    /// A clock that was wrong for a while does not stop a schedule.
    @Test func aClockThatWasSetForwardByAYearIsFollowedBack() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.trigger.jitterSeconds = 600 }
            try await place.expect("2030-01-01 00:00Z")
            #expect(try await place.fire(at: "2031-01-01 00:00:01Z") == "1|1000")
            try await place.fire(at: "2030-01-01 00:30Z")
            let next = try await place.world.root.ask("select next_due = '2030-01-01 01:00Z' from lacuna.schedule")
            #expect(next == ["true"])
            let due = "select due <= '2030-01-01 00:30Z' from lacuna.job where tick_id is not null"
            #expect(try await place.world.root.ask(due) == ["true"])
        }
    }

    @Test func aTickIsSkippedWhileARunIsOpen() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create()
            try await place.expect("2030-01-01 00:00Z")
            try await place.fire(at: "2030-01-01 00:00Z")
            #expect(try await place.fire(at: "2030-01-01 01:00Z") == "0|0")
            #expect(try await place.reasons() == ["run n-1 of this schedule has not ended"])
            let held = try await place.start()
            #expect(held.run.name == "n-1")
            try await place.fire(at: "2030-01-01 02:00Z")
            try await place.finish(held)
            #expect(try await place.fire(at: "2030-01-01 03:00Z") == "1|0")
            #expect(
                try await place.ticks() == [
                    "01-01 00:00|cron|done", "01-01 01:00|cron|skipped", "01-01 02:00|cron|skipped",
                    "01-01 03:00|cron|waiting",
                ])
        }
    }

    @Test func aQueuedTickRunsAfterTheOpenOne() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.overlap = .queue }
            try await place.expect("2030-01-01 00:00Z")
            try await place.fire(at: "2030-01-01 00:00Z")
            let held = try await place.start()
            for hour in 1...3 { try await place.fire(at: "2030-01-01 0\(hour):00Z") }
            #expect(
                try await place.reasons() == [
                    "waits for the end of another run of the schedule", "run n-2 of this schedule has not ended",
                    "run n-2 of this schedule has not ended",
                ])
            #expect(try await place.world.root.number("select count(*) from lacuna.job where tick_id is not null") == 1)
            try await place.finish(held)
            #expect(try await place.fire(at: "2030-01-01 03:01Z") == "1|0")
            #expect(try await place.start().run.name == "n-2")
        }
    }

    /// A failure neither blocks the next tick nor is lost, and a retry continues the same run.
    @Test func aFailedRunWaitsForARetry() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create()
            try await place.expect("2030-01-01 00:00Z")
            try await place.fire(at: "2030-01-01 00:00Z")
            let held = try await place.start()
            #expect(try await refusal { _ = try await place.world.catalog.retrySchedule("n") } == "LA005")
            _ = try await place.world.jobs.fail(held.job, reason: "out of memory", pause: 0, final: true)
            #expect(try await place.ticks() == ["01-01 00:00|cron|failed"])
            #expect(try await place.reasons() == ["out of memory"])
            #expect(try await place.world.catalog.retrySchedule("n") == "n-1")
            let again = try #require(try await place.world.jobs.claim([.run]).first)
            let tick = try await place.world.training.tick(
                of: Claim(job: JobID(again.claim.job), token: again.claim.token))
            #expect(tick?.name == "n-1" && tick?.attempt == 1 && again.run == held.run.id.rawValue)
            _ = try await place.world.jobs.fail(again.claim, reason: "again", pause: 0, final: true)
            #expect(try await place.fire(at: "2030-01-01 01:00Z") == "1|0")
            #expect(try await place.ticks() == ["01-01 00:00|cron|failed", "01-01 01:00|cron|waiting"])
        }
    }

    /// Whoever finds that a tick has failed is told of which schedule it is.
    @Test func theEndOfTheLastLeaseOfATickNamesItsSchedule() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create()
            _ = try await place.world.catalog.runSchedule("n")
            let held = try await place.start()
            for (attempts, state) in [(4, JobState.waiting), (5, .dead)] {
                try await place.world.root.execute(
                    """
                    update lacuna.job set state = 'running', attempts = \(attempts), worker = 'w', login = 'lacunad',
                        lease_until = clock_timestamp() - interval '1 s' where id = \(held.claim.job)
                    """)
                let expired = try await place.world.jobs.expireLeases()
                #expect(expired.map(\.job) == [held.job.job] && expired.map(\.kind) == [.run])
                #expect(expired.map(\.state) == [state] && expired.map(\.schedule) == ["n"])
            }
            #expect(try await place.ticks().map { $0.hasSuffix("run-now|failed") } == [true])
        }
    }

    /// Neither a daemon that stops nor an attempt that fails gives a run more time; a person who retries it does.
    @Test func theTimeOfARunCountsFromItsFirstStart() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.maximumHours = 2 }
            _ = try await place.world.catalog.runSchedule("n")
            let first = try await place.start().job
            #expect(try await secondsLeft(first, place) > 7000)
            try await place.world.root.execute(
                "update lacuna.job set begun_at = begun_at - interval '1 hour' where id = \(first.job)")
            try await place.world.jobs.release(first)
            let second = try #require(try await place.world.jobs.claim([.run]).first?.claim)
            #expect(try await secondsLeft(second, place) < 3600)
            _ = try await place.world.jobs.fail(second, reason: "no memory", pause: 0)
            let third = try #require(try await place.world.jobs.claim([.run]).first?.claim)
            #expect(try await secondsLeft(third, place) < 3600)
            _ = try await place.world.jobs.fail(third, reason: "too long", pause: 0, final: true)
            _ = try await place.world.catalog.retrySchedule("n")
            let again = try #require(try await place.world.jobs.claim([.run]).first?.claim)
            #expect(try await secondsLeft(again, place) > 7000)
        }
    }

    private func secondsLeft(_ claim: JobClaim, _ place: ScheduleWorld) async throws -> Double {
        let tick = try await place.world.training.tick(of: Claim(job: JobID(claim.job), token: claim.token))
        return try #require(tick?.secondsLeft)
    }

    @Test func aPausedScheduleFiresNothingAndMakesUpForNothing() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create()
            let catalog = place.world.catalog
            #expect(try await catalog.pauseSchedule("n", reason: "holidays"))
            #expect(try await catalog.pauseSchedule("n", reason: nil) == false)
            #expect(try await place.fire(at: "2040-01-01 00:00Z") == "0|0")
            #expect(try await catalog.schedule(named: "n").next == [])
            #expect(try await catalog.resumeSchedule("n"))
            #expect(try await catalog.resumeSchedule("n") == false)
            #expect(try await catalog.schedule(named: "n").next.count == 3)
            #expect(try await place.ticks() == [])
            let actions = try await catalog.actions(on: try await catalog.schedule(named: "n"))
            #expect(actions.map(\.action) == ["create", "pause", "resume"])
            #expect(actions.map(\.reason) == [nil, "holidays", nil])
            #expect(actions.allSatisfy { $0.agent == "lacuna" })
        }
    }

    @Test func runNowIgnoresWindowAndDataAndIsRefusedWhileARunIsOpen() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create(cron: nil) {
                $0.trigger.whenNew = 1000
                $0.trigger.window = TimeWindow(start: "00:00", end: "00:01")
            }
            #expect(try await place.world.catalog.runSchedule("n") == "n-1")
            #expect(try await place.world.jobs.claim([.run]).count == 1)
            #expect(try await refusal { _ = try await place.world.catalog.runSchedule("n") } == "LA005")
        }
    }

    /// It waits for the end of the open run, and for neither the window nor the end of the pause.
    @Test func aRunNowOfAPausedScheduleThatQueuesRuns() async throws {
        try await ScheduleWorld.with { place async throws in
            let catalog = place.world.catalog
            try await place.create {
                $0.overlap = .queue
                $0.trigger.window = TimeWindow(start: "00:00", end: "00:01")
            }
            #expect(try await catalog.runSchedule("n") == "n-1")
            let held = try await place.start()
            #expect(try await catalog.pauseSchedule("n", reason: nil))
            #expect(try await catalog.runSchedule("n") == "n-2")
            #expect(try await place.reasons() == ["waits for the end of another run of the schedule"])
            #expect(try await place.fire(at: "2030-01-01 12:00Z") == "0|0")
            try await place.finish(held)
            #expect(try await place.fire(at: "2030-01-01 12:01Z") == "1|0")
            let due = "select due = '2030-01-01 12:01Z' from lacuna.job where state = 'waiting'"
            #expect(try await place.world.root.ask(due) == ["true"])
            #expect(try await place.start().run.name == "n-2")
        }
    }

    /// A tick that a pause keeps says so, and stops no run that a person asks for.
    @Test func aQueuedTickOfAPausedScheduleWaitsForItsResumption() async throws {
        try await ScheduleWorld.with { place async throws in
            let catalog = place.world.catalog
            try await place.create { $0.overlap = .queue }
            try await place.expect("2030-01-01 00:00Z")
            for hour in 0...1 { try await place.fire(at: "2030-01-01 0\(hour):00Z") }
            #expect(try await catalog.pauseSchedule("n", reason: nil))
            try await place.finish(try await place.start())
            #expect(try await place.fire(at: "2030-01-01 01:01Z") == "0|0")
            #expect(try await place.reasons() == ["waits for lacuna schedule resume"])
            #expect(try await catalog.runSchedule("n") == "n-3")
            #expect(try await place.fire(at: "2030-01-01 01:02Z") == "1|0")
            let held = try await place.start()
            #expect(held.run.name == "n-3")
            let error = await #expect(throws: PostgresError.self) { try await catalog.runSchedule("n") }
            #expect(error?.sqlState == "LA005" && remedy(of: error)?.contains("lacuna schedule resume") == true)
            try await place.finish(held)
            #expect(try await catalog.resumeSchedule("n"))
            try await place.expect("2030-01-01 02:00Z")
            #expect(try await place.fire(at: "2030-01-01 01:03Z") == "1|0")
            #expect(try await place.start().run.name == "n-2")
        }
    }

    private func remedy(of error: PostgresError?) -> String? {
        guard case .server(let error)? = error else { return nil }
        return error.hint
    }

    /// The name of a removed schedule is free, its numbers go on, and its history stays.
    @Test func aRemovedScheduleCancelsWhatWaits() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.overlap = .queue }
            try await place.expect("2030-01-01 00:00Z")
            for hour in 0...1 { try await place.fire(at: "2030-01-01 0\(hour):00Z") }
            #expect(try await place.world.catalog.removeSchedule("n", reason: nil) == 2)
            #expect(try await place.ticks() == ["01-01 00:00|cron|cancelled", "01-01 01:00|cron|skipped"])
            #expect(try await place.reasons() == ["the schedule was removed", "the schedule was removed"])
            await #expect(throws: CatalogError.unknownSchedule("n")) {
                try await place.world.catalog.schedule(named: "n")
            }
            try await place.create()
            #expect(try await place.world.catalog.runSchedule("n") == "n-3")
            #expect(try await place.world.catalog.scheduleHistory(of: "n", limit: nil).count == 3)
        }
    }

    /// A run of another origin may have the name that the next number would give.
    @Test func numbersOfExistingRunsAreNotUsed() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create()
            _ = try await place.world.start("n-1", organs: ["liver"])
            #expect(try await place.world.catalog.runSchedule("n") == "n-2")
        }
    }

    @Test(arguments: [
        ("20:00", "06:00", "2030-01-01 12:00Z", "2030-01-01 19:00Z"),
        ("20:00", "06:00", "2030-01-01 04:00Z", "2030-01-01 04:00Z"),
        ("20:00", "06:00", "2030-01-01 05:00Z", "2030-01-01 19:00Z"),
        ("08:00", "10:00", "2030-01-01 12:00Z", "2030-01-02 07:00Z"),
        ("08:00", "10:00", "2030-01-01 05:00Z", "2030-01-01 07:00Z"),
        ("02:30", "04:00", "2030-03-30 12:00Z", "2030-03-31 01:00Z"),
    ])
    func aRunOutsideOfTheWindowWaitsForIt(start: String, end: String, due: String, begins: String) async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create {
                $0.trigger.timeZone = "Europe/Berlin"
                $0.trigger.window = TimeWindow(start: start, end: end)
            }
            try await place.expect(due)
            #expect(try await place.fire(at: due) == "1|0")
            let job = try await place.world.root.ask(
                "select due = '\(begins)', due from lacuna.job where tick_id is not null")
            #expect(job[0].hasPrefix("true"), "\(job)")
        }
    }

    /// A delay depends on the schedule and the instant alone, so that all daemons agree.
    @Test func jitterIsTheSameForAllDaemons() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.trigger.jitterSeconds = 600 }
            let delays = try await place.world.root.ask(
                """
                select extract(epoch from lacuna.delay_of_tick(s, '2030-01-01Z'::timestamptz + n * interval '1 hour')) from lacuna.schedule s,
                    generate_series(1, 200) n
                """)
            let seconds = delays.compactMap(Double.init)
            #expect(seconds.count == 200 && seconds.allSatisfy { $0 >= 0 && $0 < 600 })
            #expect(Set(seconds).count > 190 && (seconds.max() ?? 0) > 500 && (seconds.min() ?? 600) < 100)
            try await place.expect("2030-01-01 00:00Z")
            try await place.fire(at: "2030-01-01 00:00Z")
            let same = try await place.world.root.ask(
                """
                select j.due = t.instant + lacuna.delay_of_tick(s, t.instant) from lacuna.job j join lacuna.tick t on t.id = j.tick_id,
                    lacuna.schedule s
                """)
            #expect(same == ["true"])
        }
    }

    /// The next instant is that of the job where a run waits for it.
    @Test func theNextInstantIsForeseen() async throws {
        try await ScheduleWorld.with { place async throws in
            #expect(try await place.world.training.fireTicks().secondsToNext == nil)
            try await place.create { $0.trigger.jitterSeconds = 1200 }
            try await place.expect("2030-01-01 00:00Z")
            try await place.world.root.execute(
                "create table seen as select next_due, seconds from lacuna.fire_ticks_at('2030-01-01 00:00Z')")
            let next = try await place.world.root.ask(
                "select next_due = due, seconds > 0 from seen, lacuna.job where tick_id is not null")
            #expect(next == ["true|true"])
        }
    }

    /// A run outside of the window starts when it opens, once.
    @Test func theNextTimesRespectTheWindow() async throws {
        try await ScheduleWorld.with { place async throws in
            for (name, start, end) in [("day", "08:00", "09:30"), ("night", "22:00", "01:00")] {
                try await place.create(name) { $0.trigger.window = TimeWindow(start: start, end: end) }
                try await place.world.root.execute(
                    "update lacuna.schedule set next_due = '2030-01-01 05:00Z' where name = '\(name)'")
            }
            let day = try await place.world.catalog.schedule(named: "day").next.map(\.local)
            #expect(day == ["2030-01-01 08:00", "2030-01-01 09:00", "2030-01-02 08:00"])
            let night = try await place.world.catalog.schedule(named: "night").next.map(\.local)
            #expect(night == ["2030-01-01 22:00", "2030-01-01 23:00", "2030-01-02 00:00"])
        }
    }

    @Test func whatCannotRunIsRefused() async throws {
        try await ScheduleWorld.with { place async throws in
            for (state, change) in [
                ("LA004", { $0.split = "nowhere" }), ("LA004", { $0.organs = ["heart"] }),
                ("LA004", { $0.trigger.cron = "0 2 30 2 *" }), ("LA004", { $0.trigger.timeZone = "Mars/Olympus" }),
                ("23514", { $0.trigger.cron = nil }), ("23514", { $0.trigger.whenNew = 0 }),
                ("23514", { $0.name = "a/b" }), ("23514", { $0.name = String(repeating: "n", count: 51) }),
                ("LA004", { $0.trigger.jitterSeconds = 3601 }), ("23514", { $0.adoptionMargin = 2 }),
                ("23514", { $0.maximumHours = 0 }),
                ("23514", { $0.trigger.window = TimeWindow(start: "02:00", end: "02:00") }),
            ] as [(String, (inout NewSchedule) -> Void)] {
                #expect(try await refusal { try await place.create("x", change) } == state)
            }
            try await place.create()
            #expect(try await refusal { try await place.create() } == "LA005")
            #expect(try await place.world.catalog.schedules().map(\.name) == ["n"])
        }
    }

    @Test func anEarlierRunIsNotRetriedWhileALaterOneIsOpen() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create()
            try await place.expect("2030-01-01 00:00Z")
            try await place.fire(at: "2030-01-01 00:00Z")
            let first = try await place.start().job
            _ = try await place.world.jobs.fail(first, reason: "out of memory", pause: 0, final: true)
            try await place.fire(at: "2030-01-01 01:00Z")
            let register = JobRegister(place.world.manager)
            let error = await #expect(throws: PostgresError.self) { try await register.retry(first.job) }
            #expect(error?.sqlState == "LA005" && error?.description.contains("run n-2 of this schedule") == true)
            try await place.finish(try await place.start())
            try await register.retry(first.job)
        }
    }
}

extension HeldRun {
    var job: JobClaim { JobClaim(job: claim.job.rawValue, token: claim.token) }
}
