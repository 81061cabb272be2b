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
              36509cd7fdb8aa7778f70769db798ef5…   681  yes
              a40adc7bd97aee2cff494ffbb7187549…   846  yes
              f6a9fd0a819bea893af2b05bd490666d…   295  yes
              f6c6d724e77275f9085dc29486923b45…   287  yes

              Objects destroyed: 4. Tombstones remain. Images stay in the folder that …
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
