internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct DatasetShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the releases, licences and labels of a dataset.",
        discussion: """
            Counts the labels of the dataset itself. For the labels of its volumes from all datasets, use \
            lacuna coverage --by dataset.

            EXAMPLE:
              $ lacuna dataset show liver
              dataset  release           layout  origin  volumes  subjects  waiting  …
              liver    msd-task03-liver  msd     expert        4         4        0

              release           licence  stated by
              msd-task03-liver  CC0 1.0  dataset.json

              organ         volumes  annotated  absent  pseudo  unlabelled  …
              liver               4          4       0       0           0
              liver_tumour        4          2       2       0           0
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the dataset.")
    var dataset: String

    func run() async throws {
        try await Session.with(options) { session in
            let found = try await DatasetInspection(catalog: session.catalog).run(dataset)
            guard session.output.format == .table else { return session.output.report(fields(of: found)) }
            session.output.report(found.releases, DatasetRow.columns(.table))
            session.output.separate()
            session.output.report(found.licences, LicenceRow.columns, empty: "No licence is stated.")
            session.output.separate()
            session.output.report(found.labels, Coverage.columns(by: .organ), empty: "The dataset has no label.")
            if found.waiting > 0 {
                session.output.note(
                    "\nCases that wait for their image: \(found.waiting); lacuna dataset waiting \(dataset) lists them."
                )
            }
        }
    }

    private func fields(of found: DatasetInspection.Result) -> [Cell.Field] {
        [
            Cell.Field("name", dataset), Cell.Field("removed", found.removed),
            Cell.Field("releases", found.releases.map(\.cell)),
            Cell.Field("licences", found.licences.map(LicenceRow.columns.object(of:))),
            Cell.Field("organs", found.labels.map(Coverage.columns(by: .organ).object(of:))),
        ]
    }
}

extension DatasetRow {
    fileprivate var cell: Cell {
        .object([
            Cell.Field("release", release), Cell.Field("layout", layout), Cell.Field("origin", origin.rawValue),
            Cell.Field("volumes", volumes), Cell.Field("subjects", subjects), Cell.Field("waiting", waiting),
            Cell.Field("licence", licence), Cell.Field("licences", licences), Cell.Field("root", root),
        ])
    }
}

extension LicenceRow {
    /// Each statement about the licence of a release, and its source.
    fileprivate static var columns: [Column<LicenceRow>] {
        [
            Column("release") { $0.release }, Column("licence") { $0.statement.text },
            Column("source", title: "stated by") { $0.statement.source },
        ]
    }
}
