internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct MaskList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the current label of each organ in each volume, with its mask.",
        discussion: """
            EXAMPLE:
              $ lacuna mask list --organ liver
              mask  volume  dataset/case      organ  status     origin  voxels  …
               119       1  internal/img0001  liver  annotated  expert    1552
                14       2  internal/img0002  liver  annotated  expert    1617
                27       3  internal/img0003  liver  annotated  expert    1707
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Only this volume: its id, DATASET/CASE or its file.")
    var volume: String?

    @Option(help: "Only this organ: its key or another spelling.")
    var organ: String?

    @Option(parsing: .unconditional, help: .value("revision|date", "Revision or date (UTC) to list. (default: now)"))
    var asOf: AsOf?

    @Flag(
        help:
            "List proposals instead, which are never current: held labels, drawings of annotators, consensus masks not adopted."
    )
    var proposed = false

    func validate() throws {
        if proposed && asOf != nil { throw ValidationError("--proposed excludes --as-of.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let request = LabelList.Request(
                volume: volume, organ: organ, asOf: try await asOf?.revision(in: session.catalog), areProposed: proposed
            )
            let labels = try await LabelList(session.workspace).run(request)
            session.output.report(
                labels, LabelRow.columns(areProposed: proposed),
                empty: proposed ? "No such label is proposed." : "No such label; see lacuna coverage.")
        }
    }
}

extension LabelRow {
    /// - Parameter areProposed: whether tables show the sources of the labels instead of their rounds.
    static func columns(areProposed: Bool = false) -> [Column<LabelRow>] {
        [
            Column("id", title: "mask") { $0.mask?.rawValue },
            Column("volume") { $0.volume.rawValue },
            Column("case", title: "dataset/case") { $0.caseName },
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
