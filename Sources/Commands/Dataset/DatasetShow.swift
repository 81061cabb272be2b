internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

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
            let catalog = session.catalog
            try await catalog.requireDataset(dataset)
            let releases = try await catalog.datasets().filter { $0.name == dataset }
            let known = try await catalog.labelCounts(of: dataset)
            let licences = try await catalog.licences().filter { $0.dataset == dataset }
            if session.output.format == .table {
                session.output.report(releases, DatasetRow.columns(.table))
                Output.write("\n", to: 1)
                session.output.report(licences, LicenceRow.columns)
                Output.write("\n", to: 1)
                session.output.report(known, Coverage.columns(by: .organ))
                let waiting = releases.reduce(0) { $0 + $1.waiting }
                if waiting > 0 {
                    session.output.note(
                        "\nCases that wait for their image: \(waiting); lacuna dataset waiting \(dataset) lists them.")
                }
                return
            }
            session.output.report([
                Cell.Field("name", dataset), Cell.Field("removed", releases.first?.removed),
                Cell.Field("releases", releases.map(\.cell)),
                Cell.Field(
                    "licences",
                    licences.map { row in
                        Cell.object(LicenceRow.columns.map { Cell.Field($0.key, $0.value(row)) })
                    }),
                Cell.Field("organs", known.map { Cell.object(Coverage.fields($0, by: .organ)) }),
            ])
        }
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
