internal import Domain

/// The predicted negatives of an organ in a volume, of which the least probable share is accepted. Memory: a bit for each voxel of the volume, and
/// that of `NegativeRanking` for a share between 0 and 1.
struct PredictedNegatives: Sendable {
    /// Whether any is.
    let areAccepted: Bool
    /// Those that were added; once the others are refused, those that are accepted.
    private(set) var voxels: BitVolume
    private var ranking: NegativeRanking?

    init(_ shape: GridShape, share: Double) {
        areAccepted = share > 0
        voxels = BitVolume(shape)
        if share > 0, share < 1 { ranking = NegativeRanking(shape, share: share) }
    }

    /// Takes the negatives of the slice that follows those before.
    mutating func add(_ plane: BitPlane, of slice: OrganSlice) {
        voxels.formUnion(plane, slice: slice.z)
        ranking?.add(plane, of: slice)
    }

    /// Refuses the most probable negatives, after the last slice. Their scores are freed.
    mutating func refuse() {
        ranking?.refuse(in: &voxels)
        ranking = nil
    }
}
