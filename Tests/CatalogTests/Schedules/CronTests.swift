import Postgres
import TestSupport
import Testing

/// Cron expressions: what they mean, and what is refused.
@Suite struct CronTests {
    /// The next instants in local time, in the order of time.
    private func next(
        _ expression: String, _ zone: String, after start: String, count: Int = 3, _ world: World
    ) async throws -> [String] {
        try await world.root.ask(
            """
            select to_char(i at time zone '\(zone)', 'MM-DD HH24:MI TZ') || to_char(i at time zone 'UTC', 'HH24:MI')
            from unnest(lacuna.upcoming('\(expression)', '\(zone)',
                lacuna.cron_next('\(expression)', '\(zone)', '\(start)'), \(count))) with ordinality u (i, n) order by n
            """)
    }

    @Test func aSkippedLocalTimeIsDueAtTheFirstInstantAfterIt() async throws {
        try await World.with { world async throws in
            #expect(
                try await next("30 2 * * *", "Europe/Berlin", after: "2026-03-28 00:00+00", world)
                    == ["03-28 02:30 01:30", "03-29 03:00 01:00", "03-30 02:30 00:30"])
            #expect(
                try await next("15 2 * * *", "Australia/Lord_Howe", after: "2026-10-03 12:00+00", count: 1, world)
                    == ["10-04 02:30 15:30"])
        }
    }

    @Test func aDoubledLocalTimeIsDueOnceAtItsEarlierPass() async throws {
        try await World.with { world async throws in
            #expect(
                try await next("30 2 * * *", "Europe/Berlin", after: "2026-10-24 12:00+00", world)
                    == ["10-25 02:30 00:30", "10-26 02:30 01:30", "10-27 02:30 01:30"])
        }
    }

    @Test func everyHourIsDueAtEachRealPass() async throws {
        try await World.with { world async throws in
            #expect(
                try await next("30 * * * *", "Europe/Berlin", after: "2026-10-24 23:45+00", count: 4, world)
                    == ["10-25 02:30 00:30", "10-25 02:30 01:30", "10-25 03:30 02:30", "10-25 04:30 03:30"])
            #expect(
                try await next("30 * * * *", "Europe/Berlin", after: "2026-03-29 00:15+00", world)
                    == ["03-29 01:30 00:30", "03-29 03:30 01:30", "03-29 04:30 02:30"])
        }
    }

    @Test(arguments: [
        ("@weekly", "0 0 * * 0"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@hourly", "0 * * * *"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"),
        ("0 2 * JAN-Mar mon-FRI", "0 2 * 1-3 1-5"), ("0 2 * * fri-sun", "0 2 * * 0,5,6"), ("0 2 * * 7", "0 2 * * 0"),
        (" 5/15  1,2\t* * * ", "5-59/15 1,2 * * *"),
    ])
    func namesAndShortFormsAreAsNumbers(written: String, plain: String) async throws {
        try await World.with { world async throws in
            try await world.root.execute("set search_path = lacuna, pg_catalog")
            let same = try await world.root.ask("select parse_cron('\(written)') = parse_cron('\(plain)')")
            #expect(same == ["true"], "\(written)")
        }
    }

    /// A day fits where its day of month or its weekday fits, unless one of the two fields begins with an asterisk.
    @Test func daysCombineAsInVixieCron() async throws {
        try await World.with { world async throws in
            #expect(
                try await next("0 0 13 * 5", "UTC", after: "2026-11-01 00:00+00", world)
                    == ["11-06 00:00 00:00", "11-13 00:00 00:00", "11-20 00:00 00:00"])
            #expect(
                try await next("0 0 */2 * 5", "UTC", after: "2026-11-01 00:00+00", world)
                    == ["11-13 00:00 00:00", "11-27 00:00 00:00", "12-11 00:00 00:00"])
        }
    }

    @Test(arguments: [
        ("60 2 * * *", "the minute '60' of the cron expression is not one of 0 to 59"),
        ("0 24 * * *", "the hour '24' of the cron expression is not one of 0 to 23"),
        ("0 2 0 * *", "the day of month '0' of the cron expression is not one of 1 to 31"),
        ("0 2 * 13 *", "the month '13' of the cron expression is not one of 1 to 12"),
        ("0 2 * foo *", "the month 'foo' of the cron expression is not one of 1 to 12"),
        ("0 2 * * 8", "the weekday '8' of the cron expression is not one of 0 to 7"),
        ("0 5-2 * * *", "the hour '5-2' of the cron expression ends before it begins"),
        ("*/0 2 * * *", "the minute '*/0' of the cron expression is not a value, a range, a list or a step"),
        ("0 2,, * * *", "the hour '' of the cron expression is not a value, a range, a list or a step"),
        ("0 2 * *", "the cron expression '0 2 * *' does not have five fields"),
        ("@reboot", "the cron expression '@reboot' does not have five fields"),
        ("", "the cron expression '' does not have five fields"),
        ("0 2 30 2 *", "the cron expression '0 2 30 2 *' is never due"),
        ("0 2 31 4,6,9,11 *", "the cron expression '0 2 31 4,6,9,11 *' is never due"),
    ])
    func aWrongExpressionIsRefusedWithItsFieldValueAndRange(expression: String, problem: String) async throws {
        try await World.with { world async throws in
            try await world.root.execute("set search_path = lacuna, pg_catalog")
            let error = await #expect(throws: PostgresError.self) {
                try await world.root.execute("select require_cron('\(expression)', 'UTC')")
            }
            #expect(error?.sqlState == "LA004")
            #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
        }
    }

    @Test func onlyNamesOfTimeZonesAreTaken() async throws {
        try await World.with { world async throws in
            try await world.root.execute("set search_path = lacuna, pg_catalog")
            for zone in ["Europe/Berlin", "UTC"] {
                #expect(try await world.root.refusal(of: "select require_zone('\(zone)')") == nil)
            }
            for zone in ["Europe/Berlim", "CEST", "+01", "localtime", ""] {
                #expect(try await world.root.refusal(of: "select require_zone('\(zone)')") == "LA004", "\(zone)")
            }
        }
    }

    /// Random expressions in twelve zones over ten years, mostly around changes of the clocks.
    @Test(.needsPython("croniter, zoneinfo"), .timeLimit(.minutes(5)))
    func instantsAreThoseOfAnIndependentImplementation() async throws {
        let script = "\(packageRoot)/Tests/CatalogTests/Schedules/Oracle/cron_oracle.py"
        let outcome = try ChildProcess.run(try #require(OraclePython.path), [script, "400"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        try await World.with { world async throws in
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count == 400)
            for line in lines {
                let fields = line.split(separator: "\t").map(String.init)
                let found = try await world.root.ask(
                    """
                    select extract(epoch from i)::bigint from unnest(lacuna.upcoming('\(fields[0])', '\(fields[1])',
                        lacuna.cron_next('\(fields[0])', '\(fields[1])', to_timestamp(\(fields[2]))), 5)) with ordinality u (i, n) order by n
                    """)
                #expect(found == Array(fields[3...]), "\(line)")
            }
        }
    }
}
