internal import ArgumentParser
internal import Catalog
internal import Console

struct ScheduleRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a schedule; its runs and its history stay.",
        discussion: """
            Runs that wait are cancelled; a run that is trained goes on. A new schedule of the same name continues the numbers.

            EXAMPLE:
              $ lacuna schedule remove nightly --reason "replaced by weekly"
              schedule   nightly
              cancelled  1
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the schedule.")
    var name: String

    @Option(help: .value("text", "Reason, recorded in the history. No patient data."), transform: Reason.checked)
    var reason: String?

    func run() async throws {
        try await Session.with(options) { session in
            let cancelled = try await session.catalog.removeSchedule(name, reason: reason)
            session.output.report([Cell.Field("schedule", name), Cell.Field("cancelled", cancelled)])
        }
    }
}
