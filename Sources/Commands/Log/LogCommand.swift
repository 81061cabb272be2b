internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "List the revisions of the catalogue: when, who, what and why, the newest first.",
        discussion: """
            Each committed change of labels has a revision. The column labels is the number of known labels that were added, less \
            those that were removed.

            EXAMPLE:
              $ lacuna log --limit 2
              revision  time                  account  kind    datasets      round  labels  reason
                    16  2026-11-29T17:01:07Z  root     import  Task03_Liver  -           2  -
                    15  2026-11-29T17:01:07Z  root     import  Task03_Liver  -           2  -
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("date", "Only since this date or time, in UTC, as 2026-11-29 or 2026-11-29T08:00."))
    var since: String?

    @Option(help: .value("account", "Only by this login or user of the operating system."))
    var by: String?

    @Option(
        help: .value(
            "kind", "Only activities of this kind: \(ActivityKind.allCases.map(\.rawValue).joined(separator: ", "))."),
        transform: Self.kind(named:))
    var kind: ActivityKind?

    @Option(help: .value("number", "Maximum number of revisions."))
    var limit = 50

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    private static func kind(named name: String) throws -> ActivityKind {
        guard let kind = ActivityKind(rawValue: name) else { throw ValidationError("no activity is of kind \(name)") }
        return kind
    }

    func run() async throws {
        try await Session.with(options) { session in
            let entries = try await session.catalog.log(.init(since: since, by: by, kind: kind, limit: limit))
            session.output.report(entries, LogEntry.columns, empty: "No revision matches the options.")
        }
    }
}

extension LogEntry {
    fileprivate static var columns: [Column<LogEntry>] {
        [
            Column("revision") { $0.revision.number },
            Column("time") { $0.time },
            Column("who", in: .wideOnly) { $0.who },
            Column("account", in: .whereItFits(rank: 1)) { $0.account ?? $0.who },
            Column("kind") { $0.kind },
            Column("datasets") { $0.datasets.joined(separator: ", ") },
            Column("organs", in: .wideOnly) { $0.organs.map(\.rawValue).joined(separator: ", ") },
            Column("round", in: .whereItFits()) { $0.round },
            Column("labels") { $0.labels },
            Column("program", in: .wideOnly) { $0.program },
            Column("activity", in: .wideOnly) { $0.activity.rawValue },
            Column("reason") { $0.reason },
        ]
    }
}
