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
              mask  volume  dataset/case      organ  status     from      origin  …
               119       1  internal/img0001  liver  annotated  internal  expert
                14       2  internal/img0002  liver  annotated  internal  expert
                27       3  internal/img0003  liver  annotated  ab        expert
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
                labels, LabelRow.columns(areProposed: proposed, session.output.format),
                empty: proposed ? "No such label is proposed." : "No such label; see lacuna coverage.")
        }
    }
}

extension LabelRow {
    /// - Parameters:
    ///   - areProposed: whether the labels are no current ones, which have no confidence.
    ///   - format: tables have the sources of the labels in short.
    static func columns(areProposed: Bool = false, _ format: Output.Format) -> [Column<LabelRow>] {
        [
            Column("id", title: "mask") { $0.mask?.rawValue },
            Column("volume", in: .whereItFits(rank: 1)) { $0.volume.rawValue },
            Column("case", title: "dataset/case") { $0.caseName },
            Column("organ") { $0.organ.rawValue },
            Column("status") { $0.status.rawValue },
            Column("source", title: "from") { format == .table ? $0.author : $0.source },
            Column("origin", in: .whereItFits()) { $0.origin.rawValue },
            Column("voxels", in: .whereItFits(rank: 2)) { $0.voxels },
            Column("millilitres", in: .whereItFits(rank: 1)) { row in row.millilitres.map { Cell.number($0, places: 1) }
            },
            Column("round", in: .wideOnly) { $0.round },
            Column("confidence", in: areProposed ? .wideOnly : .whereItFits()) { row in
                row.confidence.map { Cell.number($0, places: 2) }
            },
            Column("revision", in: .whereItFits(rank: 3)) { $0.revision.number },
            Column("activity", in: .whereItFits(rank: 3)) { $0.activity.rawValue },
            Column("purged", in: .wideOnly) { $0.isPurged },
        ]
    }
}
