internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct MaskList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the current label of each organ in each volume, with its mask.",
        discussion: """
            The quality of a pseudo label is its predicted Dice, with the interval that contains the true Dice at a known \
            rate, or the soft Dice of its probabilities where the organ is not calibrated. lacuna round show has the rate.

            EXAMPLE:
              $ lacuna mask list --organ liver
              mask  volume  dataset/case      organ  status     from      origin  …
               119       1  internal/img0001  liver  annotated  internal  expert
                14       2  internal/img0002  liver  annotated  internal  expert
                27       3  internal/img0003  liver  annotated  ab        expert
              …
              $ lacuna mask list --status pseudo --order quality --max-quality 0.8
              mask  volume  dataset/case      organ     status  …  predictedDice  diceLower  …
               210       7  internal/img0007  pancreas  pseudo  …           0.61       0.44
               204       5  internal/img0005  pancreas  pseudo  …           0.78       0.66
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Only this volume: its id, DATASET/CASE or its file.")
    var volume: String?

    @Option(help: "Only this organ: its key or another spelling.")
    var organ: String?

    @Option(parsing: .unconditional, help: .value("revision|date", "Revision or date (UTC) to list. (default: now)"))
    var asOf: AsOf?

    enum Status: String, CaseIterable, ExpressibleByArgument { case annotated, absent, pseudo }

    enum Order: String, CaseIterable, ExpressibleByArgument { case volume, quality }

    @Option(help: .value("status", "Only labels of this status."))
    var status: Status?

    @Option(help: .value("order", "Order of the list; quality: the least sure first, labels without a quality last."))
    var order: Order = .volume

    @Option(help: .value("fraction", "Only pseudo labels of this quality or more."))
    var minQuality: Double?

    @Option(help: .value("fraction", "Only pseudo labels of this quality or less."))
    var maxQuality: Double?

    @Flag(help: "List the masks that the newest round of the current run withheld instead, with the reasons.")
    var withheld = false

    @Flag(
        help:
            "List proposals instead, which are never current: held labels, drawings of annotators, consensus masks not adopted."
    )
    var proposed = false

    func validate() throws {
        if proposed && asOf != nil { throw ValidationError("--proposed excludes --as-of.") }
        if withheld && (asOf != nil || proposed || status != nil) {
            throw ValidationError("--withheld excludes --as-of, --proposed and --status.")
        }
        for bound in [minQuality, maxQuality].compactMap({ $0 }) where !(0...1).contains(bound) {
            throw ValidationError("A quality is a fraction from 0 to 1.")
        }
        if let minQuality, let maxQuality, minQuality > maxQuality {
            throw ValidationError("--min-quality must not be above --max-quality.")
        }
    }

    private var quality: ClosedRange<Double>? {
        minQuality == nil && maxQuality == nil ? nil : (minQuality ?? 0)...(maxQuality ?? 1)
    }

    private func kind(in catalog: LabelCatalog) async throws -> LabelList.Kind {
        if proposed { return .proposed }
        if withheld { return .withheld }
        return .current(asOf: try await asOf?.revision(in: catalog))
    }

    private var empty: String {
        if proposed { return "No such label is proposed." }
        return withheld ? "The newest round withheld no such mask." : "No such label; see lacuna coverage."
    }

    func run() async throws {
        try await Session.with(options) { session in
            let request = LabelList.Request(
                volume: volume, organ: organ, kind: try await kind(in: session.catalog),
                status: status.flatMap { LabelStatus(rawValue: $0.rawValue) }, quality: quality,
                order: order == .quality ? .quality : .place)
            let labels = try await LabelList(session.workspace).run(request)
            session.output.report(
                labels,
                LabelRow.columns(
                    areProposed: proposed, areWithheld: withheld, areByQuality: order == .quality, session.output.format
                ),
                empty: empty)
        }
    }
}

extension LabelRow {
    /// - Parameters:
    ///   - areProposed: whether the labels are no current ones, which have no confidence.
    ///   - areWithheld: whether they are masks that a round withheld.
    ///   - areByQuality: whether they are in the order of their quality, which is shown then.
    ///   - format: tables have the sources of the labels in short.
    static func columns(
        areProposed: Bool = false, areWithheld: Bool = false, areByQuality: Bool = false, _ format: Output.Format
    ) -> [Column<LabelRow>] {
        let quality: TablePlace = areByQuality ? .always : areProposed ? .wideOnly : .whereItFits()
        return places(format, status: areByQuality ? .whereItFits() : .always)
            + (areWithheld ? [Column("reason") { $0.withheld }] : [])
            + [
                Column("confidence", in: areProposed ? .wideOnly : .whereItFits()) { row in
                    row.confidence.map { Cell.number($0, places: 2) }
                }
            ] + Column.quality(in: quality) { $0.quality } + records
    }

    private static func places(_ format: Output.Format, status: TablePlace) -> [Column<LabelRow>] {
        [
            Column("id", title: "mask") { $0.mask?.rawValue },
            Column("volume", in: .whereItFits(rank: 1)) { $0.volume.rawValue },
            Column("case", title: "dataset/case") { $0.caseName },
            Column("organ") { $0.organ.rawValue },
            Column("status", in: status) { $0.withheld == nil ? $0.status.rawValue : "withheld" },
            Column("source", title: "from") { format == .table ? $0.author : $0.source },
            Column("origin", in: .whereItFits()) { $0.origin.rawValue },
            Column("voxels", in: .whereItFits(rank: 2)) { $0.voxels },
            Column("millilitres", in: .whereItFits(rank: 1)) { row in row.millilitres.map { Cell.number($0, places: 1) }
            },
            Column("round", in: .wideOnly) { $0.round },
        ]
    }

    private static var records: [Column<LabelRow>] {
        [
            Column("revision", in: .whereItFits(rank: 3)) { $0.revision.number },
            Column("activity", in: .whereItFits(rank: 3)) { $0.activity.rawValue },
            Column("purged", in: .wideOnly) { $0.isPurged },
        ]
    }
}
