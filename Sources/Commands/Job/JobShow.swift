internal import ArgumentParser
internal import Console
internal import Jobs

struct JobShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a job with its holder and the reason of its last failure.",
        discussion: """
            EXAMPLE:
              $ lacuna job show 42
              job               42
              kind              relabel
              state             dead
              …
              reason            out of memory: …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Number of the job.")
    var job: Int64

    func run() async throws {
        try await Session.with(options) { session in
            session.output.report(try await session.job(job).fields)
        }
    }
}

extension Session {
    /// - Throws: `CommandFailure` where no job has the number.
    func job(_ id: Int64) async throws -> JobRow {
        guard let job = try await jobs.job(id) else {
            throw CommandFailure(
                .badInput, "no job has the number \(id)",
                remedy:
                    "list them with lacuna job list --state waiting --state running --state done --state dead --state cancelled"
            )
        }
        return job
    }
}

extension JobRow {
    var fields: [Cell.Field] {
        [
            Cell.Field("job", id), Cell.Field("kind", kind.rawValue), Cell.Field("state", state.rawValue),
            Cell.Field("schedule", schedule), Cell.Field("run", run), Cell.Field("round", round),
            Cell.Field("volume", volume), Cell.Field("priority", priority), Cell.Field("due", due),
            Cell.Field("attempts", attempts), Cell.Field("maxAttempts", maxAttempts), Cell.Field("worker", worker),
            Cell.Field("leaseSecondsLeft", leaseSecondsLeft.map { Cell.number($0, places: 1) } ?? Cell.null),
            Cell.Field("reason", reason), Cell.Field("created", created), Cell.Field("ended", ended),
        ]
    }
}
