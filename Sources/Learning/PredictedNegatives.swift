internal import Domain

/// The predicted negatives of an organ in a volume, of which the least probable share is accepted. Memory: a bit for each voxel of the volume, and
/// that of `NegativeRanking` for a share between 0 and 1.
struct PredictedNegatives: Sendable {
    /// Whether any is.
    let areAccepted: Bool
    private let share: Double
    private var all: BitVolume
    private var ranking: NegativeRanking?

    init(_ shape: GridShape, share: Double) {
        (areAccepted, self.share) = (share > 0, share)
        all = BitVolume(shape)
        if share > 0, share < 1 { ranking = NegativeRanking(shape, share: share) }
    }

    /// Takes the negatives of the slice that follows those before.
    mutating func add(_ plane: BitPlane, of slice: OrganSlice) {
        all.formUnion(plane, slice: slice.z)
        ranking?.add(plane, of: slice)
    }

    consuming func accepted() -> BitVolume {
        guard let ranking else { return all }
        var accepted = all
        ranking.refuse(in: &accepted)
        return accepted
    }
}
