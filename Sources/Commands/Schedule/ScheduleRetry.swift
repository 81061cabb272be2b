internal import ArgumentParser
internal import Catalog
internal import Console

struct ScheduleRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Return the last run, which failed or was cancelled, to the queue.",
        discussion: """
            The run continues from its last state, with all its attempts. A run that was cancelled by a rollback or a removal \
            stays closed; lacuna schedule run-now makes a new one.

            EXAMPLE:
              $ lacuna schedule retry nightly
              schedule  nightly
              run       nightly-1
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the schedule.")
    var name: String

    func run() async throws {
        try await Session.with(options) { session in
            let run = try await session.catalog.retrySchedule(name)
            session.output.report([Cell.Field("schedule", name), Cell.Field("run", run)])
        }
    }
}
