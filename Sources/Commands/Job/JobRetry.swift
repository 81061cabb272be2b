internal import ArgumentParser
internal import Console
internal import Jobs

struct JobRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Return a dead or cancelled job to the queue, with all its attempts.",
        discussion: """
            EXAMPLE:
              $ lacuna job retry 42
              job    42
              kind   relabel
              state  waiting
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Number of the job.")
    var job: Int64

    func run() async throws {
        try await Session.with(options) { session in
            try await session.jobs.retry(job)
            session.output.report(try await session.job(job).fields)
        }
    }
}
