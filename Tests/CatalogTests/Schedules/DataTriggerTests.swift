import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// Runs that new annotations start.
@Suite struct DataTriggerTests {
    /// Adds the annotations of one more subject of the part train.
    private func add(_ place: ScheduleWorld, scan: Int, _ labels: [LabelRecord]) async throws {
        let volume = try await place.world.catalog.add("A", scan: scan, labels).volume
        let subject = try await place.world.catalog.subject(of: volume)
        try await place.world.root.execute(
            "insert into lacuna.split_member (split_id, subject_id, part) "
                + "select id, \(subject), 'train' from lacuna.split where name = 's'")
    }

    /// What the clock of the server shows, some seconds later.
    private func later(_ seconds: Int, _ place: ScheduleWorld) async throws -> String {
        try await place.world.root.ask("select clock_timestamp() + interval '\(seconds) seconds'")[0]
    }

    private func new(_ place: ScheduleWorld) async throws -> Int {
        let row = try await place.world.catalog.schedule(named: "n")
        return try await place.world.catalog.detail(of: row).newAnnotations
    }

    @Test func aRunStartsWhenEnoughAnnotationsAreNewAndQuiet() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create(cron: nil) { $0.trigger.whenNew = 2 }
            #expect(try await new(place) == 0)
            try await add(place, scan: 11, [annotated("liver", 11)])
            #expect(try await new(place) == 1)
            #expect(try await place.fire(at: later(61, place)) == "0|0", "one is not enough")
            try await add(place, scan: 12, [annotated("liver", 12), annotated("spleen", 13)])
            #expect(try await new(place) == 2, "the spleen is not learned")
            #expect(try await place.fire(at: later(30, place)) == "0|0", "not quiet yet")
            #expect(try await place.fire(at: later(61, place)) == "1|0")
            let tick = try await place.world.catalog.scheduleHistory(of: "n", limit: nil)
            #expect(tick.map(\.cause) == ["data"] && tick[0].newAnnotations == 2 && tick[0].run == "n-1")
            #expect(try await place.fire(at: later(3600, place)) == "0|0")
        }
    }

    /// Held-out test labels, other origins and modalities, and subjects in no part do not start a run that would not use them.
    @Test func onlyAnnotationsThatTheRunWouldUseAreCounted() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create(cron: nil) { $0.trigger.whenNew = 1 }
            try await place.world.catalog.add("B", scan: 21, [annotated("liver", 21)])
            try await add(place, scan: 22, [annotated("liver", 22, origin: .assisted)])
            try await place.world.catalog.add("A", release: "2", scan: 5, case: "case5", [annotated("liver", 23)])
            try await add(place, scan: 24, [annotated("liver", 24)])
            try await place.world.root.execute(
                "update lacuna.volume set modality = 'MR' where id = (select max(id) from lacuna.volume)")
            #expect(try await new(place) == 0)
            #expect(try await place.fire(at: later(61, place)) == "0|0")
        }
    }

    /// An import that goes on is one event, but nothing is put off for more than ten quiet times.
    @Test func aStreamOfAnnotationsDoesNotPutARunOffForEver() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create(cron: nil) { $0.trigger.whenNew = 1 }
            try await add(place, scan: 11, [annotated("liver", 11)])
            try await place.world.root.execute(
                """
                alter table lacuna.change disable trigger revision_is_assigned_once;
                update lacuna.change set committed_at = committed_at - interval '9 minutes' where revision = lacuna.current_revision();
                """)
            try await add(place, scan: 12, [annotated("liver", 12)])
            #expect(try await place.fire(at: later(30, place)) == "0|0")
            #expect(try await place.fire(at: later(59, place)) == "0|0")
            #expect(try await place.fire(at: later(60, place)) == "1|0")
        }
    }

    /// A data trigger waits for the schedule's open run, and then counts what that run did not train on.
    @Test func whatIsNewIsCountedAgainstTheLastFinishedRun() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create(cron: nil) { $0.trigger.whenNew = 2 }
            try await add(place, scan: 11, [annotated("liver", 11)])
            try await add(place, scan: 12, [annotated("liver", 12)])
            #expect(try await place.fire(at: later(61, place)) == "1|0")
            let held = try await place.start()
            try await add(place, scan: 13, [annotated("liver", 13)])
            try await add(place, scan: 14, [annotated("liver", 14)])
            #expect(try await place.fire(at: later(61, place)) == "0|0", "the run is open")
            try await place.finish(held)
            #expect(try await new(place) == 2)
            #expect(try await place.fire(at: later(61, place)) == "1|0")
            let failed = try await place.start()
            _ = try await place.world.jobs.fail(failed.job, reason: "x", pause: 0, final: true)
            #expect(try await new(place) == 2, "a failed run used up nothing")
            #expect(try await place.fire(at: later(61, place)) == "0|0", "but nothing came since")
            try await add(place, scan: 15, [annotated("liver", 15)])
            #expect(try await place.fire(at: later(61, place)) == "1|0")
        }
    }

    @Test func aTickByTimeThatFindsNothingNewIsSkippedWithItsReason() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create { $0.trigger.whenNew = 100 }
            try await place.expect("2040-01-01 00:00Z")
            #expect(try await place.fire(at: "2040-01-01 00:00Z") == "0|0")
            let revision = try await place.world.revision()
            #expect(
                try await place.reasons() == ["no annotation that it would use is newer than revision \(revision)"])
            try await add(place, scan: 11, [annotated("liver", 11)])
            #expect(try await place.fire(at: "2040-01-01 01:00Z") == "1|0", "one is enough for a tick by time")
        }
    }

    /// A corrected mask is one new annotation of its volume and organ.
    @Test func aCorrectionCounts() async throws {
        try await ScheduleWorld.with { place async throws in
            try await place.create(cron: nil) { $0.trigger.whenNew = 1 }
            try await place.world.catalog.add("A", release: "2", scan: 1, case: "case1", [annotated("liver", 99)])
            #expect(try await new(place) == 1)
        }
    }

    @Test func daemonsAreNotified() async throws {
        try await ScheduleWorld.with { place async throws in
            let functions = try await place.world.root.ask(
                """
                select tgrelid::regclass::text, p.proname from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                where t.tgname = 'daemons_are_notified' order by 1
                """)
            #expect(functions == ["lacuna.annotation|notify_of_labels", "lacuna.job|notify_of_schedules"])
        }
    }
}
