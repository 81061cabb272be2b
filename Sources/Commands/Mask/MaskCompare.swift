internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct MaskCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare masks of one volume: Dice, surface distances, millilitres, changed voxels.",
        discussion: """
            Two mask ids compare those masks. A volume and an organ compare all labels recorded for it, of datasets, raters \
            and the current round, pair by pair; the current label comes first. An absence counts as an empty mask. Partial \
            masks are compared where both are known; compared voxels gives the size of that region. Differences are second \
            less first. The surface Dice (NSD, Nikolov et al.) is the share of both surfaces within --tolerance of the other.

            EXAMPLE:
              $ lacuna mask compare internal/img0001 liver
              first          first mask  second         second mask  …   dice    NSD  …
              ab                    119  internal btcv            1  …  0.982  0.928
              ab                    119  ours btcv               59  …  0.865  0.659
              internal btcv           1  ours btcv               59  …  0.888  0.725
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "First mask, by its id; or a volume: its id, DATASET/CASE or its file.")
    var first: String

    @Argument(help: "Second mask, by its id; or an organ: its key or another spelling.")
    var second: String

    @Option(help: .value("millimetres", "Distance in millimetres up to which surfaces count as equal."))
    var tolerance = 2.0

    func validate() throws {
        guard tolerance >= 0, tolerance.isFinite else {
            throw ValidationError("--tolerance must be at least 0 millimetres.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let comparisons = MaskComparisons(session.workspace)
            if let first = Int64(first), let second = Int64(second) {
                let compared = try await comparisons.compare(MaskID(first), MaskID(second))
                return session.output.report(compared.fields(tolerance: tolerance))
            }
            let compared = try await comparisons.compare(volume: first, organ: second)
            if compared.isSpacingDisputed && !compared.pairs.isEmpty {
                session.output.warn(
                    "the sources of volume \(compared.volume) differ in spacing; millimetres are those of the first source"
                )
            }
            session.output.report(
                compared.pairs,
                MaskComparisons.Pair.columns(
                    tolerance: tolerance, isPartial: compared.pairs.contains { !$0.comparison.region.isEverywhere }))
            if compared.labels < 2 {
                session.output.note(
                    "Nothing to compare: \(compared.organ) has \(compared.labels == 0 ? "no label" : "one label") in "
                        + "volume \(compared.volume).")
            }
        }
    }
}

extension MaskComparisons.OfMasks {
    /// - Parameter tolerance: millimetres.
    fileprivate func fields(tolerance: Double) -> [Cell.Field] {
        [
            Cell.Field("volume", volume.rawValue), Cell.Field("case", caseName),
            Cell.Field("first", first.source), Cell.Field("firstMask", first.mask.rawValue),
            Cell.Field("firstOrgan", first.organ.rawValue), Cell.Field("second", second.source),
            Cell.Field("secondMask", second.mask.rawValue), Cell.Field("secondOrgan", second.organ.rawValue),
            Cell.Field("dice", comparison.dice),
            Cell.Field("surfaceDice", comparison.surfaceDice(toleranceInMillimetres: tolerance)),
            Cell.Field("toleranceMillimetres", tolerance),
            Cell.Field("hausdorff95Millimetres", comparison.hausdorff95),
            Cell.Field("firstMillilitres", comparison.firstMillilitres),
            Cell.Field("secondMillilitres", comparison.secondMillilitres),
            Cell.Field("differenceMillilitres", comparison.differenceMillilitres),
            Cell.Field("changedVoxels", comparison.changedVoxels),
            Cell.Field("comparedVoxels", comparison.region.count),
            Cell.Field("comparedShare", comparison.region.share),
        ]
    }
}

extension MaskComparisons.Pair {
    /// - Parameters:
    ///   - tolerance: millimetres.
    ///   - isPartial: whether some pair was compared in a part of the volume.
    fileprivate static func columns(tolerance: Double, isPartial: Bool) -> [Column<Self>] {
        [
            Column("first") { $0.first.name },
            Column("firstMask", in: .whereItFits(rank: 1)) { $0.first.mask?.mask.rawValue },
            Column("second") { $0.second.name },
            Column("secondMask", in: .whereItFits(rank: 1)) { $0.second.mask?.mask.rawValue },
            Column("firstOrigin", in: .whereItFits(rank: 2)) { $0.first.origin.rawValue },
            Column("secondOrigin", in: .whereItFits(rank: 2)) { $0.second.origin.rawValue },
            Column("current", in: .whereItFits(rank: 1)) { $0.first.isCurrent || $0.second.isCurrent },
            Column("dice") { $0.comparison.dice },
            Column("surfaceDice", title: "NSD") { $0.comparison.surfaceDice(toleranceInMillimetres: tolerance) },
            Column("toleranceMillimetres", in: .wideOnly) { _ in tolerance },
            Column("hausdorff95Millimetres", title: "HD95 mm") { $0.comparison.hausdorff95 },
            Column("firstMillilitres", in: .wideOnly) { $0.comparison.firstMillilitres },
            Column("secondMillilitres", in: .wideOnly) { $0.comparison.secondMillilitres },
            Column("differenceMillilitres", title: "difference ml") { $0.comparison.differenceMillilitres },
            Column("changedVoxels", in: .whereItFits()) { $0.comparison.changedVoxels },
            Column("comparedVoxels", in: isPartial ? .always : .wideOnly) { $0.comparison.region.count },
            Column("comparedShare", title: "of volume", in: isPartial ? .always : .wideOnly) {
                $0.comparison.region.share
            },
        ]
    }
}

extension LabelVersion {
    fileprivate var name: String { isProposed ? "\(source) (proposed)" : source }
}
