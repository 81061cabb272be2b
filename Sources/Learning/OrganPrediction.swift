internal import Domain

/// The voxels that are predicted as one organ, and the scores near them, slice by slice. A voxel predicted as two organs that exclude each other
/// belongs to the one with the higher score.
struct OrganPrediction: Sendable {
    let organ: Int
    /// The organs to which a voxel may be lost.
    private let rivals: [Int]
    private(set) var positives: PredictedPositives
    private(set) var surroundings: SurroundingScores

    init(organ: Int, rivals: [Int], shape: GridShape) {
        (self.organ, self.rivals) = (organ, rivals)
        (positives, surroundings) = (PredictedPositives(shape), SurroundingScores(shape))
    }

    /// Takes a slice.
    ///
    /// - Parameters:
    ///   - offset: of the slice among those of the prediction.
    ///   - open: the voxels of the slice whose truth is unknown, by organ; nil: all.
    ///   - negatives: receives those that are not predicted as the organ; nil: not wanted.
    @discardableResult
    mutating func add(
        _ slices: Prediction, offset: Int, open: [BitPlane?], negatives: UnsafeMutablePointer<BitPlane>? = nil
    ) -> OrganSlice {
        let slice = OrganSlice(slices, offset: offset, organ: organ, open: open[organ])
        var voxels = slice.positives(negatives: negatives)
        for rival in rivals where voxels.count > 0 {
            let other = OrganSlice(slices, offset: offset, organ: rival, open: open[rival])
            slice.clear(&voxels, lostTo: other, winsTies: rival < organ)
        }
        positives.add(voxels, of: slice)
        surroundings.add(slice, mask: voxels)
        return slice
    }

    /// Keeps nothing of the prediction, so that it can be freed.
    ///
    /// A single slice is as large as what is kept of it.
    mutating func release(_ slices: Prediction) {
        if slices.shape.z > SoftDice.reach { surroundings.copySlices() }
    }
}
