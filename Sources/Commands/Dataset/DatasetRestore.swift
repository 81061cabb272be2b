internal import ArgumentParser
internal import Console
internal import Workflows

struct DatasetRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Undo the removal of a dataset.",
        discussion: """
            From a new revision on, the dataset is used again, and the derived labels that the removal had hidden are \
            visible again. A dataset that was purged cannot be restored.

            EXAMPLE:
              $ lacuna dataset restore clinic --reason "licence renewed"
              name      clinic
              changed   yes
              revision  30
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name of the dataset.")
    var dataset: String

    func run() async throws {
        try await Session.with(options) { session in
            let target = RemovalTarget.dataset(dataset)
            let restored = try await Removal(session.workspace).restore(target, reason: why.reason)
            restored.report(target, to: session.output)
        }
    }
}
