internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct DatasetWaiting: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waiting", abstract: "List labels of a dataset whose image is missing.",
        discussion: """
            Labels wait for their image: until it is imported they belong to no volume and are not counted. Import the \
            dataset again when the images are there, or name their folder or dataset with --images.

            EXAMPLE:
              $ lacuna dataset waiting ours
              release      case     subject  file                                     …
              btcv+second  img0003  0003     RawData/Training/label/label0003.nii.gz
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the dataset.")
    var dataset: String

    func run() async throws {
        try await Session.with(options) { session in
            let labels = try await DatasetInspection(catalog: session.catalog).waiting(dataset)
            session.output.report(
                labels, WaitingLabel.columns, empty: "No label of \(dataset) waits for its image.")
        }
    }
}

extension WaitingLabel {
    fileprivate static var columns: [Column<WaitingLabel>] {
        [
            Column("release") { $0.release }, Column("case") { $0.caseName },
            Column("subject", in: .whereItFits(rank: 1)) { $0.subject },
            Column("file") { $0.file }, Column("sha256", in: .wideOnly) { $0.sha256.description },
            Column("bytes", in: .whereItFits(rank: 1)) { $0.bytes }, Column("since", in: .whereItFits()) { $0.since },
            Column("activity", in: .whereItFits(rank: 2)) { Int($0.activity.rawValue) },
            Column("root", in: .wideOnly) { $0.root },
        ]
    }
}
