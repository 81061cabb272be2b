internal import ArgumentParser
internal import Catalog
internal import Console

struct ScheduleRunNow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-now", abstract: "Make a run now, whatever the times, the window and the new annotations.",
        discussion: """
            A paused schedule makes the run too. Refused while a run of the schedule is open, unless the schedule queues: then it starts \
            when that run has ended.

            EXAMPLE:
              $ lacuna schedule run-now nightly
              schedule  nightly
              run       nightly-3
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the schedule.")
    var name: String

    func run() async throws {
        try await Session.with(options) { session in
            let run = try await session.catalog.runSchedule(name)
            session.output.report([Cell.Field("schedule", name), Cell.Field("run", run)])
        }
    }
}
