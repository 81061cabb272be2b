internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct DatasetRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Withhold a dataset whose consent or licence was withdrawn, and all that comes of it.",
        discussion: """
            Everything concerned is listed first; nothing changes without --yes. From the next revision on no batch, \
            coverage, export or relabelling has it, and the labels that come of it elsewhere are hidden too, unless \
            --keep-derived. Checkpoints that saw it are marked as contaminated, and daemons that train with it stop. \
            A volume that another dataset has too stays with that dataset's labels. History, files and bytes are kept: \
            restore takes it back, purge destroys the bytes.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var removal: RemovalOptions

    @Argument(help: "Name the dataset.")
    var dataset: String

    func run() async throws {
        try await Session.with(options) { session in
            try await removal.remove(.dataset(session.catalog.dataset(named: dataset)), name: dataset, session)
        }
    }
}
