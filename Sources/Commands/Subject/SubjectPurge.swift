internal import ArgumentParser
internal import Console
internal import Workflows

struct SubjectPurge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Destroy the stored masks of a removed subject.",
        discussion: """
            Without --yes the command only lists the objects. Only objects that no other data use are destroyed. Their \
            database rows remain as tombstones, which lacuna verify accepts. It cannot be undone. Images and \
            checkpoints are not touched: images stay in the folder that they were imported from.

            EXAMPLE:
              $ lacuna subject purge liver/liver_2
              object                            bytes  purged
              4191c115e418df0738831f7f7f7a656f…   705  no

              Nothing was destroyed. Add --yes and --reason TEXT to destroy these …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var purging: PurgeOptions

    @Argument(help: "Subject: its id or DATASET/KEY.")
    var subject: String

    func run() async throws {
        try await Session.with(options) { session in
            try await purging.purge(.subject(subject), session)
        }
    }
}
