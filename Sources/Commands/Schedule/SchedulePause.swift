internal import ArgumentParser
internal import Catalog
internal import Console

struct SchedulePause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Make no runs until the schedule is resumed.",
        discussion: """
            A run that waits or is trained already goes on; lacuna job cancel ends it.

            EXAMPLE:
              $ lacuna schedule pause nightly --reason "server is moved"
              schedule  nightly
              changed   yes
              state     paused
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the schedule.")
    var name: String

    @Option(help: .value("text", "Reason, recorded in the history. No patient data."), transform: Reason.checked)
    var reason: String?

    func run() async throws {
        try await Session.with(options) { session in
            let changed = try await session.catalog.pauseSchedule(name, reason: reason)
            session.output.report([
                Cell.Field("schedule", name), Cell.Field("changed", changed), Cell.Field("state", "paused"),
            ])
            if !changed { session.output.note("Schedule \(name) is paused already; nothing changed.") }
        }
    }
}
