internal import ArgumentParser
internal import Console
internal import Jobs

struct JobCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a job that waits or runs.",
        discussion: """
            A daemon that holds the job stops and writes nothing more. What it has stored remains: a cancelled run continues after lacuna \
            job retry.

            EXAMPLE:
              $ lacuna job cancel 42 --reason "wrong split"
              job     42
              kind    run
              state   cancelled
              …
              reason  cancelled by lacuna: wrong split
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Number of the job.")
    var job: Int64

    @OptionGroup var reason: ReasonOption

    func run() async throws {
        try await Session.with(options) { session in
            try await session.jobs.cancel(job, reason: reason.reason)
            session.output.report(try await session.job(job).fields)
        }
    }
}
