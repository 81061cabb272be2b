internal import ArgumentParser
internal import Catalog
internal import Console
internal import Jobs

struct JobList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List jobs that wait, run or are dead, the newest first.",
        discussion: """
            A dead job is not tried again until a person retries it. With --state also jobs that are done or cancelled are listed.

            EXAMPLE:
              $ lacuna job list --kind relabel
              job  kind     state    run      round  volume  attempts  worker     …
               41  relabel  running  night-3      1      17         1  host:4711
               42  relabel  waiting  night-3      1      18         0  -
            """)

    @OptionGroup var options: GlobalOptions

    @Option(
        help: .value("state", "Only jobs in this state: \(names(JobState.self)). Repeatable."),
        transform: { try Self.value($0, "state") })
    var state: [JobState] = []

    @Option(
        help: .value("kind", "Only jobs of this kind: \(names(JobKind.self)). Repeatable."),
        transform: { try Self.value($0, "kind") })
    var kind: [JobKind] = []

    @Option(help: .value("name", "Only the job of this run and those of its volumes."))
    var run: String?

    @Option(help: .value("number", "Maximum number of jobs."))
    var limit = 100

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            if let run { try await session.catalog.requireRun(run) }
            let jobs = try await session.jobs.jobs(
                in: state.isEmpty ? [.waiting, .running, .dead] : state, kinds: kind.isEmpty ? nil : kind,
                ofRun: run, limit: limit)
            session.output.report(jobs, JobRow.columns, empty: "No job matches the options.")
            if jobs.count == limit { session.output.note("only \(limit) jobs are listed; --limit sets the number") }
        }
    }

    private static func names<T: RawRepresentable<String> & CaseIterable>(_ type: T.Type) -> String {
        T.allCases.map(\.rawValue).joined(separator: ", ")
    }

    private static func value<T: RawRepresentable<String> & CaseIterable>(_ text: String, _ noun: String) throws -> T {
        guard let value = T(rawValue: text) else {
            throw ValidationError("\(text) is not a \(noun) of jobs; use \(names(T.self)).")
        }
        return value
    }
}

extension JobRow {
    fileprivate static var columns: [Column<JobRow>] {
        [
            Column("job") { $0.id }, Column("kind") { $0.kind.rawValue }, Column("state") { $0.state.rawValue },
            Column("schedule", in: .whereItFits(rank: 1)) { $0.schedule }, Column("run") { $0.run },
            Column("round") { $0.round }, Column("volume") { $0.volume },
            Column("priority", in: .wideOnly) { $0.priority }, Column("due", in: .whereItFits(rank: 2)) { $0.due },
            Column("attempts") { $0.attempts }, Column("worker", in: .whereItFits(rank: 1)) { $0.worker },
            Column("reason", in: .whereItFits()) { $0.reason }, Column("created", in: .wideOnly) { $0.created },
            Column("ended", in: .wideOnly) { $0.ended },
        ]
    }
}
