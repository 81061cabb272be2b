internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct RoundAdopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Make a run the current one, whose pseudo labels are in effect.",
        discussion: """
            Coverage, mask list and exports use the pseudo labels of the current run. Those of other runs are kept.

            EXAMPLE:
              $ lacuna round adopt second --reason "steadier Dice"
              run       second
              changed   yes
              revision  16
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the run.")
    var name: String

    @Option(help: .value("text", "Reason, recorded in the history. No patient data."), transform: Reason.checked)
    var reason: String?

    func run() async throws {
        try await Session.with(options) { session in
            let result = try await RunAdoption(catalog: session.catalog).run(name, reason: reason)
            session.output.report([
                Cell.Field("run", name), Cell.Field("changed", result.isChanged),
                Cell.Field("revision", result.revision.number),
            ])
            if !result.isChanged { session.output.note("Run \(name) is already the current one; nothing changed.") }
        }
    }
}
