internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct DatasetRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Take a removal back, at a new revision.",
        discussion: """
            What the removal withheld counts again, labels that it recalled show again. What was purged cannot come back.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name the dataset.")
    var dataset: String

    func run() async throws {
        try await Session.with(options) { session in
            let thing = try await Withdrawable.dataset(session.catalog.dataset(named: dataset))
            try await Restoration(session: session).restore(thing, name: dataset, reason: why.reason)
        }
    }
}
