internal import ArgumentParser
internal import Console
internal import Workflows

struct DatasetRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Withhold a dataset and everything derived from it.",
        discussion: """
            For data whose consent or licence was withdrawn. Without --yes the command only lists everything \
            concerned. From the next revision on, the data are excluded from training, coverage, export and relabelling. \
            Labels of other volumes that were derived from them are hidden too, unless --keep-derived. Checkpoints \
            trained on them are marked as contaminated, and daemons that train on them stop. A volume that another \
            dataset contains too keeps that dataset's labels. History, files and stored masks are kept: restore undoes \
            the removal, purge destroys the masks.

            EXAMPLE:
              $ lacuna dataset remove clinic --yes --reason "licence withdrawn"
              kind        id  label                                        count  effect
              volume       9  clinic                                           1  withheld
              volume      10  clinic                                           1  withheld
              …
              annotation   -  liver                                            2  withheld

              Withheld from revision 29 on. Files and history are kept.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var removal: RemovalOptions

    @Argument(help: "Name of the dataset.")
    var dataset: String

    func run() async throws {
        try await Session.with(options) { session in
            try await removal.remove(.dataset(dataset), session)
        }
    }
}
