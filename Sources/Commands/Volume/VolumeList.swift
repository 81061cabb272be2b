internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct VolumeList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List volumes with their sources.",
        discussion: """
            Removed and excluded volumes are listed too, with the reason.

            EXAMPLE:
              $ lacuna volume list --dataset liver
              id  subject        shape       spacing               modality  …
               5  liver/liver_1  48, 48, 24  7.600, 7.600, 10.000  CT
               6  liver/liver_2  48, 48, 24  7.600, 7.600, 10.000  CT
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Dataset whose volumes are listed. (default: all)")
    var dataset: String?

    @Option(help: .value("number", "Maximum number of volumes. (default: no limit)"))
    var limit: Int?

    @Option(help: .value("id", "Id of the last volume of the previous page; the list begins after it."))
    var after: Int64?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            if let dataset { try await session.catalog.requireDataset(dataset) }
            let volumes = try await session.catalog.volumes(
                dataset: dataset, after: after.map(VolumeID.init), limit: limit, withheld: true)
            session.output.report(
                volumes, VolumeRow.columns(namedIn: dataset),
                empty: dataset == nil && after == nil
                    ? "No volume is imported yet; start with lacuna dataset import." : "No further volume.")
            if let last = volumes.last, volumes.count == limit, session.output.format == .table {
                session.output.note("\nNext page: --after \(last.id.rawValue)")
            }
        }
    }
}

extension VolumeRow {
    /// - Parameter dataset: the dataset whose name of a volume comes first; nil: the dataset that had it first.
    static func columns(namedIn dataset: String?) -> [Column<VolumeRow>] {
        [
            Column("id") { $0.id.rawValue },
            Column("subject", in: .whereItFits(rank: 1)) { $0.subject },
            Column("shape") { [$0.shape.x, $0.shape.y, $0.shape.z] },
            Column("spacing", in: .whereItFits(rank: 1)) { row in (0..<3).map { row.spacing[$0] } },
            Column("modality") { $0.modality },
            Column("withheld", in: .whereItFits()) { $0.withheld },
            Column("sources", in: .wideOnly) { $0.sources.map(\.cell) },
            Column("cases", title: "sources") { row in
                let own = row.sources.filter { $0.dataset == dataset }
                return (own + row.sources.filter { $0.dataset != dataset }).map { "\($0.dataset)/\($0.caseName)" }
            },
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
