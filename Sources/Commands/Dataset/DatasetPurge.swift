internal import ArgumentParser
internal import Console
internal import Workflows

struct DatasetPurge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Destroy the stored masks of a removed dataset.",
        discussion: """
            Without --yes the command only lists the objects. Only objects that no other data use are destroyed. Their \
            database rows remain as tombstones, which lacuna verify accepts. It cannot be undone. Images and \
            checkpoints are not touched: images stay in the folder that they were imported from.

            EXAMPLE:
              $ lacuna dataset purge clinic --yes --reason "licence withdrawn"
              object                            bytes  purged
              18d56a93457522ce4d7795d2e26092c…   7328  yes
              f1c666e513a94d363cc5c86f5d140c3…   3242  yes
              Objects destroyed: 5. Tombstones remain. Images stay in the folder …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var purging: PurgeOptions

    @Argument(help: "Name of the dataset.")
    var dataset: String

    func run() async throws {
        try await Session.with(options) { session in
            try await purging.purge(.dataset(dataset), session)
        }
    }
}
