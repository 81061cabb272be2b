internal import ArgumentParser
internal import Console
internal import Workflows

struct SubjectPurge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Destroy every copy of the voxels of a removed subject.",
        discussion: """
            Destroys stored masks, cached images, volumes converted from DICOM and image descriptors, and writes a \
            certificate. Without --yes the command only lists them. What other data use, or a file system does not \
            release, is kept and named, and the exit status is 4. It cannot be undone. Image files of datasets and \
            checkpoints are not touched.

            EXAMPLE:
              $ lacuna subject purge liver/liver_2
              what        name                              bytes  effect
              object      4191c115e418df0738831f7f7f7a65…     705  would be destroyed
              cached      1f0e…-48x48x24.volume             110720  would be destroyed
              descriptor  volume 2, version 1                1536  would be destroyed
              …
              Nothing was destroyed. Add --yes and --reason TEXT to destroy this …
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
