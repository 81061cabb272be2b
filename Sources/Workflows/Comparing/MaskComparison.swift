package import Domain
internal import Numerics

/// The agreement of two masks of one volume where both are known.
package struct MaskComparison: Sendable {
    /// Nil where both are empty.
    package let dice: Double?
    private let surface: SurfaceDistance?
    package let firstMillilitres: Double
    package let secondMillilitres: Double
    /// Voxels in one of the masks only.
    package let changedVoxels: Int
    /// Where both masks are known. All numbers concern this region; outside it no voxel counts as the organ.
    package let region: KnownRegion

    /// - Parameter spacing: millimetres along x, y, z.
    package init(_ one: KnownMask, _ other: KnownMask, spacing: Vector3<Double>) {
        region = one.region.intersection(other.region)
        let (first, second) = (region.restrict(one.foreground), region.restrict(other.foreground))
        surface = SurfaceDistance(first, second, spacing: spacing)
        dice = Dice.coefficient(first, second)
        firstMillilitres = VolumeMeasure.millilitres(first, spacing: spacing)
        secondMillilitres = VolumeMeasure.millilitres(second, spacing: spacing)
        changedVoxels = first.symmetricDifferenceCount(second)
    }

    /// Second less first.
    package var differenceMillilitres: Double { secondMillilitres - firstMillilitres }

    /// The 95th percentile of the surface distance in millimetres; nil where one mask is empty.
    package var hausdorff95: Double? { surface?.hausdorff95 }

    /// The share of both surfaces within a distance of the other; nil where one mask is empty.
    package func surfaceDice(toleranceInMillimetres tolerance: Double) -> Double? {
        surface?.normalisedDice(toleranceInMillimetres: tolerance)
    }
}

extension BitVolume {
    /// Voxels that are set in one of two volumes of one shape.
    func symmetricDifferenceCount(_ other: BitVolume) -> Int {
        precondition(shape == other.shape, "volumes of one shape")
        return words.indices.reduce(0) { $0 + (words[$1] ^ other.words[$1]).nonzeroBitCount }
    }
}
