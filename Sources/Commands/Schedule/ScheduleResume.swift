internal import ArgumentParser
internal import Catalog
internal import Console

struct ScheduleResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Make runs again, from now on.",
        discussion: """
            Times that passed during the pause are not made up for.

            EXAMPLE:
              $ lacuna schedule resume nightly
              schedule  nightly
              changed   yes
              state     active
              next      2026-12-01 02:00, 2026-12-02 02:00, 2026-12-03 02:00
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the schedule.")
    var name: String

    func run() async throws {
        try await Session.with(options) { session in
            let changed = try await session.catalog.resumeSchedule(name)
            let row = try await session.catalog.schedule(named: name)
            session.output.report([
                Cell.Field("schedule", name), Cell.Field("changed", changed), Cell.Field("state", row.state),
                Cell.Field("next", row.next.map { $0.text(in: session.output.format) }),
            ])
            if !changed { session.output.note("Schedule \(name) is not paused; nothing changed.") }
        }
    }
}
