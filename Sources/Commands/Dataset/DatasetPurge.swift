internal import ArgumentParser
internal import Console
internal import Workflows

struct DatasetPurge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Destroy every copy of the voxels of a removed dataset.",
        discussion: """
            Destroys stored masks, cached images, volumes converted from DICOM and image descriptors, and writes a \
            certificate. Without --yes the command only lists them. What other data use, or a file system does not \
            release, is kept and named, and the exit status is 4. It cannot be undone. Image files of datasets and \
            checkpoints are not touched.

            EXAMPLE:
              $ lacuna dataset purge clinic --yes --reason "licence withdrawn"
              what        name                              bytes  effect
              object      36509cd7fdb8aa7778f70769db798e…     681  destroyed
              object      a40adc7bd97aee2cff494ffbb71874…     846  destroyed
              descriptor  volume 9, version 1                1536  destroyed
              …
              Destroyed: 3.
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
