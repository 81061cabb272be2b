internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct DatasetPurge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Destroy the stored masks of the dataset that was removed.",
        discussion: """
            Only bytes that nothing else names go; rows and tombstones stay, which verify accepts. It cannot be undone. \
            Images and checkpoints are not touched: images lie where they were imported from.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var purging: PurgeOptions

    @Argument(help: "Name the dataset.")
    var dataset: String

    func run() async throws {
        try await Session.with(options) { session in
            try await purging.purge(.dataset(session.catalog.dataset(named: dataset)), name: dataset, session)
        }
    }
}
