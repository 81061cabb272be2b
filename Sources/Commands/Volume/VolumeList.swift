internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct VolumeList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List volumes with their sources; removed and excluded ones too.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "List only the volumes of this dataset.")
    var dataset: String?

    func run() async throws {
        try await Session.with(options) { session in
            if let dataset { try await session.catalog.requireDataset(dataset) }
            session.output.report(
                try await session.catalog.volumes(dataset: dataset, withheld: true), VolumeRow.columns)
        }
    }
}

extension VolumeRow {
    static var columns: [Column<VolumeRow>] {
        [
            Column("id") { $0.id.rawValue },
            Column("subject") { $0.subject },
            Column("shape") { [$0.shape.x, $0.shape.y, $0.shape.z] },
            Column("spacing") { row in (0..<3).map { row.spacing[$0] } },
            Column("modality") { $0.modality },
            Column("withheld") { $0.withheld },
            Column("sources", isShown: false) { $0.sources.map(\.cell) },
            Column("cases", title: "sources") { row in row.sources.map { "\($0.dataset)/\($0.caseName)" } },
        ]
    }
}

extension SourceRow {
    var cell: Cell {
        .object([
            Cell.Field("dataset", dataset), Cell.Field("case", caseName), Cell.Field("file", file),
            Cell.Field("removed", isRemoved),
        ])
    }
}
