internal import ArgumentParser
internal import Catalog
internal import Console

struct ScheduleList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List schedules with the next three times at which their runs may start.",
        discussion: """
            The next times are without jitter; a tick outside of the window is listed at the time when it opens. Tables have times in the time zone of the schedule, JSON and CSV in UTC. The column last is what became of the newest \
            tick.

            EXAMPLE:
              $ lacuna schedule list
              schedule  state   cron         …  next                                   last
              nightly   active  0 2 * * 1-5  …  12-01 02:00, 12-02 02:00, 12-03 02:00  done
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await Session.with(options) { session in
            session.output.report(
                try await session.catalog.schedules(), ScheduleRow.columns(session.output.format),
                empty: "No schedule exists yet; start with lacuna schedule create.")
        }
    }
}

extension ScheduleRow {
    fileprivate static func columns(_ format: Output.Format) -> [Column<ScheduleRow>] {
        [
            Column("schedule") { $0.name },
            Column("state") { $0.state },
            Column("cron", in: .whereItFits()) { $0.trigger.cron },
            Column("timeZone", in: .whereItFits(rank: 1)) { $0.trigger.timeZone },
            Column("whenNew", in: .whereItFits()) { $0.trigger.whenNew },
            Column("next") { row in row.next.map { $0.shortText(in: format) } },
            Column("last") { $0.last?.outcome.rawValue },
            Column("lastTick", in: .whereItFits(rank: 2)) { $0.last?.instant.text(in: format) },
            Column("lastRun", in: .whereItFits(rank: 1)) { $0.last?.run },
        ]
    }

    var state: String { isPaused ? "paused" : "active" }
}

extension ScheduleInstant {
    /// Local time in tables, UTC elsewhere.
    func text(in format: Output.Format) -> String { format == .table ? local : utc }

    /// The same without the year in tables.
    func shortText(in format: Output.Format) -> String { format == .table ? String(local.dropFirst(5)) : utc }
}
