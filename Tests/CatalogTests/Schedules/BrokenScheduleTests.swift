import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// Schedules that cannot be fired any more: they are paused with the reason, and the others are fired all the same.
@Suite struct BrokenScheduleTests {
    /// A schedule whose time zone is gone is paused with the reason, and the others are fired all the same.
    @Test func aScheduleThatCannotBeFiredStopsNoOther() async throws {
        try await ScheduleWorld.with { place async throws in
            for name in ["a", "b", "c"] { try await place.create(name) }
            try await place.create("d", cron: nil) {
                $0.trigger.whenNew = 1
                $0.trigger.window = TimeWindow(start: "01:00", end: "02:00")
            }
            try await place.world.root.execute(
                "update lacuna.schedule set time_zone = 'Mars/Olympus' where name in ('b', 'd'); "
                    + "update lacuna.schedule set created_revision = 0, seen_revision = 0 where name = 'd'")
            try await place.expect("2030-01-01 00:00Z")
            #expect(try await place.fire(at: "2030-01-01 00:00:01Z") == "2|0")
            let paused = "select name from lacuna.schedule where is_paused and next_due is null order by name"
            #expect(try await place.world.root.ask(paused) == ["b", "d"])
            let reasons = try await place.reasons()
            #expect(reasons.count == 2)
            let reason = #"the schedule cannot be fired (SQLSTATE 22023): time zone "Mars/Olympus" not recognized"#
            #expect(reasons.allSatisfy { $0 == reason }, "\(reasons)")
            #expect(try await place.fire(at: "2030-01-01 00:00:02Z") == "0|0", "it is not tried again")
            let row = try await place.world.catalog.schedule(named: "b")
            #expect(row.isPaused && row.next == [] && row.last?.outcome == .skipped)
            #expect(try await place.world.catalog.actions(on: row).map(\.reason) == [nil, reason])
            #expect(try await refusal { _ = try await place.world.catalog.resumeSchedule("b") } == "LA004")
            try await place.world.root.execute("update lacuna.schedule set time_zone = 'UTC'")
            #expect(try await place.world.catalog.resumeSchedule("b"))
        }
    }

    /// The times of a schedule whose time zone is gone are in UTC, which they say, before it is fired and after.
    @Test func aScheduleOfAnUnknownTimeZoneIsShownInUTC() async throws {
        try await ScheduleWorld.with { place async throws in
            let catalog = place.world.catalog
            try await place.create { $0.trigger.timeZone = "Europe/Paris" }
            try await place.expect("2030-01-01 00:00Z")
            #expect(try await catalog.schedule(named: "n").next.map(\.local).first == "2030-01-01 01:00")
            try await place.world.root.execute("update lacuna.schedule set time_zone = 'Mars/Olympus'")
            let next = try await catalog.schedule(named: "n").next
            #expect(next.map(\.local) == ["2030-01-01 00:00 UTC"] && next.map(\.utc) == ["2030-01-01T00:00:00Z"])
            try await place.fire(at: "2030-01-01 00:00Z")
            #expect(try await catalog.schedule(named: "n").last?.instant.local == "2030-01-01 00:00 UTC")
            let row = try await catalog.scheduleHistory(of: "n", limit: nil)[0]
            #expect(row.instant.local == "2030-01-01 00:00 UTC" && row.reason?.contains("Mars/Olympus") == true)
            #expect(try await catalog.removeSchedule("n", reason: nil) == 0)
        }
    }

    @Test func aScheduleThatCannotBeFiredStopsNoClockThatIsSetBack() async throws {
        try await ScheduleWorld.with { place async throws in
            for name in ["a", "b"] { try await place.create(name) }
            try await place.world.root.execute("update lacuna.schedule set time_zone = 'Mars/Olympus' where name = 'a'")
            try await place.expect("2030-01-01 00:00Z")
            #expect(try await place.fire(at: "2029-01-01 00:30Z") == "0|0")
            let next = try await place.world.root.ask(
                "select name, next_due = '2029-01-01 01:00Z' from lacuna.schedule order by name")
            #expect(next == ["a|-", "b|true"])
        }
    }

    /// The last run that an expression is due for starts, and the schedule is paused with the reason.
    @Test func aCronThatIsNotDueAgainPausesItsSchedule() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create(cron: "0 0 29 2 *")
            try await place.create("other")
            try await place.world.root.execute("update lacuna.schedule set cron = '0 0 29 2 */7' where name = 'n'")
            try await place.expect("2032-02-29 00:00Z")
            #expect(try await place.fire(at: "2032-02-29 00:00:01Z") == "2|0")
            let row = try await place.world.catalog.schedule(named: "n")
            #expect(row.isPaused && row.next == [])
            let reason = "the cron expression '0 0 29 2 */7' has no further instant within 3000 days"
            #expect(try await place.world.catalog.actions(on: row).last?.reason == reason)
        }
    }

    /// A tick that waits for another run is kept where its schedule cannot be fired.
    @Test func aQueuedTickOfABrokenScheduleStopsNoOther() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create {
                $0.overlap = .queue
                $0.trigger.window = TimeWindow(start: "00:00", end: "23:59")
            }
            try await place.create("other") { $0.overlap = .queue }
            try await place.expect("2030-01-01 00:00Z")
            for hour in 0...1 { try await place.fire(at: "2030-01-01 0\(hour):00Z") }
            try await place.world.root.execute(
                "update lacuna.schedule set time_zone = 'Mars/Olympus' where name = 'n'; "
                    + "update lacuna.job set state = 'dead', reason = 'x', ended_at = now() where tick_id is not null")
            #expect(try await place.fire(at: "2030-01-01 01:30Z") == "1|0")
            #expect(try await place.world.root.ask("select name from lacuna.schedule where is_paused") == ["n"])
        }
    }
}
