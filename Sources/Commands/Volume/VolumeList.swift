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

    @Option(help: "List at most so many volumes.")
    var limit: Int?

    @Option(help: "List the volumes behind this one: the last id of the page before.")
    var after: Int64?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is at least 1.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            if let dataset { try await session.catalog.requireDataset(dataset) }
            let volumes = try await session.catalog.volumes(
                dataset: dataset, after: after.map(VolumeID.init), limit: limit, withheld: true)
            session.output.report(volumes, VolumeRow.columns)
            if let last = volumes.last, volumes.count == limit, session.output.format == .table {
                session.output.note("\nThe next page: --after \(last.id.rawValue)")
            }
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
