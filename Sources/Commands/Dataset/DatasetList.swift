internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct DatasetList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List datasets and their releases.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await Session.with(options) { session in
            let datasets = try await session.catalog.datasets()
            session.output.report(datasets, DatasetRow.columns)
            if datasets.isEmpty { session.output.note("There are no datasets yet; start with lacuna dataset import.") }
        }
    }
}

extension DatasetRow {
    static var columns: [Column<DatasetRow>] {
        [
            Column("name", title: "dataset") { $0.name },
            Column("release") { $0.release },
            Column("layout") { $0.layout },
            Column("origin") { $0.origin.rawValue },
            Column("volumes") { $0.volumes },
            Column("subjects") { $0.subjects },
            Column("waiting") { $0.waiting },
            Column("removed") { $0.removed },
            Column("licence") { $0.licence },
            Column("root") { $0.root },
        ]
    }
}
