internal import ArgumentParser
internal import Console
internal import Workflows

struct SubjectRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Withhold a subject and everything derived from it.",
        discussion: """
            For data whose consent or licence was withdrawn. Without --yes the command only lists everything \
            concerned. From the next revision on, the data are excluded from training, coverage, export and relabelling. \
            Labels of other volumes that were derived from them are hidden too, unless --keep-derived. Checkpoints \
            trained on them are marked as contaminated, and daemons that train on them stop. All volumes of the \
            subject are withheld, in every dataset. History, files and stored masks are kept: restore undoes the \
            removal, purge destroys the masks.

            EXAMPLE:
              $ lacuna subject remove liver/liver_2
              kind        id  label                                    count  effect
              volume       6  liver                                        1  withheld
              source       6  liver/liver_2: imagesTr/liver_2.nii.gz       1  withheld
              annotation   -  liver                                        1  withheld
              annotation   -  liver_tumour                                 1  withheld

              Nothing was changed. Add --yes and --reason TEXT to withhold all of this …
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var removal: RemovalOptions

    @Argument(help: "Subject: its id or DATASET/KEY.")
    var subject: String

    func run() async throws {
        try await Session.with(options) { session in
            try await removal.remove(.subject(subject), session)
        }
    }
}
