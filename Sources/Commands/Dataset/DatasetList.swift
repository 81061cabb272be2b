internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct DatasetList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List datasets and their releases.",
        discussion: """
            EXAMPLE:
              $ lacuna dataset list
              dataset   release           layout  origin    volumes  subjects  waiting  …
              clinic    as-declared       nnunet  expert          2         2        0
              internal  btcv              btcv    expert          4         4        0
              liver     msd-task03-liver  msd     expert          4         4        0
              ours      btcv              btcv    assisted        4         4        0
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await Session.with(options) { session in
            let datasets = try await session.catalog.datasets()
            session.output.report(
                datasets, DatasetRow.columns(session.output.format),
                empty: "No dataset is imported yet; start with lacuna dataset import.")
        }
    }
}

extension DatasetRow {
    /// Tables show one licence and the number of further ones.
    static func columns(_ format: Output.Format) -> [Column<DatasetRow>] {
        [
            Column("name", title: "dataset") { $0.name },
            Column("release") { $0.release },
            Column("layout", in: .whereItFits(rank: 2)) { $0.layout },
            Column("origin") { $0.origin.rawValue },
            Column("volumes") { $0.volumes },
            Column("subjects", in: .whereItFits()) { $0.subjects },
            Column("waiting", in: .whereItFits(rank: 1)) { $0.waiting },
            Column("removed", in: .whereItFits()) { $0.removed },
            Column("licence", in: .whereItFits(rank: 1)) { format == .table ? $0.licencesInShort : $0.licence },
            Column("licences", in: .wideOnly) { $0.licences },
            Column("root", in: .whereItFits(rank: 3)) { $0.root },
        ]
    }

    private var licencesInShort: String? {
        guard let first = licences.first else { return licence }
        return licences.count > 1 ? "\(first) and \(licences.count - 1) more" : first
    }
}
