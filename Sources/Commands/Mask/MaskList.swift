internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct MaskList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what is known of each organ in each volume, with its mask.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "List only this volume: its id, DATASET/CASE or its file.")
    var volume: String?

    @Option(help: "List only this organ, by its key or another spelling.")
    var organ: String?

    @Option(parsing: .unconditional, help: "List the labels as of this revision.")
    var asOf: Int64?

    @Flag(
        help: """
            List the words that stand beside the labels and never count: what single annotators drew, a consensus that \
            nobody adopted.
            """)
    var proposed = false

    func validate() throws {
        if proposed && asOf != nil { throw ValidationError("--proposed lists what stands now, without --as-of.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let catalog = session.catalog
            if let asOf {
                let newest = try await catalog.currentRevision()
                guard (0...newest.number).contains(asOf) else {
                    throw CatalogError.unknownRevision(Revision(asOf), newest: newest)
                }
            }
            var only: VolumeID?
            if let volume { only = try await session.volume(named: volume).id }
            var wanted: OrganKey?
            if let organ { wanted = try await catalog.organ(named: organ) }
            let labels =
                proposed
                ? try await catalog.proposedLabels(volume: only, organ: wanted)
                : try await catalog.labels(volume: only, organ: wanted, asOf: asOf.map(Revision.init))
            session.output.report(labels, LabelRow.columns(areProposed: proposed))
        }
    }
}

extension LabelRow {
    /// - Parameter areProposed: whether a person is shown whose words they are, and not which round's.
    static func columns(areProposed: Bool = false) -> [Column<LabelRow>] {
        [
            Column("id", title: "mask") { $0.mask?.rawValue },
            Column("volume") { $0.volume.rawValue },
            Column("case") { $0.caseName },
            Column("organ") { $0.organ.rawValue },
            Column("status") { $0.status.rawValue },
            Column("origin") { $0.origin.rawValue },
            Column("voxels") { $0.voxels },
            Column("millilitres") { row in row.millilitres.map { Cell.number($0, places: 1) } },
            Column("source", isShown: areProposed) { $0.source },
            Column("round", isShown: !areProposed) { $0.round },
            Column("confidence", isShown: !areProposed) { row in row.confidence.map { Cell.number($0, places: 2) } },
            Column("revision") { $0.revision.number },
            Column("activity") { $0.activity.rawValue },
        ]
    }
}
