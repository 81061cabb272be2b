internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Numerics
internal import System

/// How much two masks of one volume agree where both are known.
struct MaskComparison: Sendable {
    /// Nil where both are empty.
    let dice: Double?
    /// Nil where one is empty.
    let surface: SurfaceDistance?
    let firstMillilitres: Double
    let secondMillilitres: Double
    /// Voxels that one has and the other has not.
    let changedVoxels: Int
    /// Where both are known; all numbers are of this region, beyond which counts as not the organ.
    let region: KnownRegion

    /// - Parameter spacing: millimetres along x, y, z.
    init(_ one: KnownMask, _ other: KnownMask, spacing: Vector3<Double>) {
        region = one.region.intersection(other.region)
        let (first, second) = (region.restrict(one.foreground), region.restrict(other.foreground))
        surface = SurfaceDistance(first, second, spacing: spacing)
        dice = Dice.coefficient(first, second)
        firstMillilitres = VolumeMeasure.millilitres(first, spacing: spacing)
        secondMillilitres = VolumeMeasure.millilitres(second, spacing: spacing)
        changedVoxels = zip(first.words, second.words).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
    }

    /// - Parameter tolerance: millimetres.
    func fields(tolerance: Double) -> [Cell.Field] {
        [
            Cell.Field("dice", dice),
            Cell.Field("surfaceDice", surface?.normalisedDice(toleranceInMillimetres: tolerance)),
            Cell.Field("toleranceMillimetres", tolerance),
            Cell.Field("hausdorff95Millimetres", surface?.hausdorff95),
            Cell.Field("firstMillilitres", firstMillilitres), Cell.Field("secondMillilitres", secondMillilitres),
            Cell.Field("differenceMillilitres", secondMillilitres - firstMillilitres),
            Cell.Field("changedVoxels", changedVoxels), Cell.Field("comparedVoxels", region.count),
            Cell.Field("comparedShare", region.share),
        ]
    }
}

/// Two standing words on one organ of one volume.
struct MaskPair {
    let first: LabelVersion
    let second: LabelVersion
    let comparison: MaskComparison

    /// - Parameters:
    ///   - tolerance: millimetres.
    ///   - isPartial: whether some pair was compared in a part of the volume.
    static func columns(tolerance: Double, isPartial: Bool) -> [Column<MaskPair>] {
        [
            Column("first") { $0.first.name },
            Column("firstMask", title: "mask") { $0.first.mask?.mask.rawValue },
            Column("second") { $0.second.name },
            Column("secondMask", title: "mask") { $0.second.mask?.mask.rawValue },
            Column("firstOrigin", title: "origin") { $0.first.origin.rawValue },
            Column("secondOrigin", title: "and") { $0.second.origin.rawValue },
            Column("current") { $0.first.isCurrent || $0.second.isCurrent },
            Column("dice") { $0.comparison.dice },
            Column("surfaceDice", title: "NSD") {
                $0.comparison.surface?.normalisedDice(toleranceInMillimetres: tolerance)
            },
            Column("toleranceMillimetres", isShown: false) { _ in tolerance },
            Column("hausdorff95Millimetres", title: "HD95 mm") { $0.comparison.surface?.hausdorff95 },
            Column("firstMillilitres", isShown: false) { $0.comparison.firstMillilitres },
            Column("secondMillilitres", isShown: false) { $0.comparison.secondMillilitres },
            Column("differenceMillilitres", title: "difference ml") {
                $0.comparison.secondMillilitres - $0.comparison.firstMillilitres
            },
            Column("changedVoxels", title: "changed voxels") { $0.comparison.changedVoxels },
            Column("comparedVoxels", title: "compared voxels", isShown: isPartial) { $0.comparison.region.count },
            Column("comparedShare", title: "of volume", isShown: isPartial) { $0.comparison.region.share },
        ]
    }
}

extension LabelVersion {
    /// For people: who says so.
    fileprivate var name: String { isProposed ? "\(source) (proposed)" : source }
}

/// Reads the standing words of one organ and compares each with each.
struct MaskPairs {
    let session: Session
    let volume: VolumeRow

    func compare(_ versions: [LabelVersion]) async throws -> [MaskPair] {
        guard versions.count > 1 else { return [] }
        if volume.voxelVolume == nil {
            session.output.warn(
                "the sources of volume \(volume.id) disagree on spacing; millimetres are those of the first")
        }
        let reader = BlockingMaskReader(store: try await session.objectStore(create: false))
        var masks: [KnownMask] = []
        for version in versions {
            masks.append(try await reader.read(version.mask, version.limits, shape: volume.shape))
        }
        let (read, spacing) = (masks, volume.spacing)
        return try await BlockingWork().run {
            versions.indices.flatMap { i in
                versions.indices.dropFirst(i + 1).map { j in
                    MaskPair(
                        first: versions[i], second: versions[j],
                        comparison: MaskComparison(read[i], read[j], spacing: spacing))
                }
            }
        }
    }
}
