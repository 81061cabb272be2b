internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct ScheduleHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List ticks with what became of them, the newest first.",
        discussion: """
            A tick is a run, or skipped with its reason. A failed run is not tried again until lacuna schedule retry. The column \
            adoption says whether a run became the current one by itself, or waits as a proposal for lacuna round adopt. Removed \
            schedules are listed too.

            EXAMPLE:
              $ lacuna schedule history nightly
              tick              cause  outcome  run        …
              2026-12-03 02:00  cron   skipped  -          …
              2026-12-02 02:00  cron   done     nightly-2  …
              2026-12-01 02:00  cron   failed   nightly-1  …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the schedule. (default: all schedules)")
    var name: String?

    @Option(help: .value("number", "Maximum number of ticks. (default: all)"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let ticks = try await session.catalog.scheduleHistory(of: name, limit: limit)
            session.output.report(
                ticks, TickRow.columns(session.output.format, ofAll: name == nil), empty: "No tick was due yet.")
        }
    }
}

extension TickRow {
    fileprivate static func columns(_ format: Output.Format, ofAll: Bool) -> [Column<TickRow>] {
        [
            Column("schedule", in: ofAll ? .whereItFits(rank: 1) : .wideOnly) { $0.schedule },
            Column("tick") { $0.instant.text(in: format) }, Column("cause") { $0.cause },
            Column("outcome") { $0.outcome.rawValue }, Column("run") { $0.run },
            Column("reason", in: .whereItFits()) { $0.reason },
            Column("revision", in: .whereItFits(rank: 2)) { $0.revision?.number },
            Column("newAnnotations", in: .whereItFits(rank: 2)) { $0.newAnnotations },
            Column("missed", in: .whereItFits(rank: 3)) { $0.missed },
            Column("attempts", in: .whereItFits(rank: 3)) { $0.attempts },
            Column("job", in: .whereItFits(rank: 4)) { $0.job?.rawValue },
            Column("adoption", in: .whereItFits(rank: 1)) { $0.adoption?.rawValue },
            Column("adoptionReason", in: .whereItFits(rank: 3)) { $0.adoptionReason },
        ]
    }
}
