internal import CKernels
internal import Domain

/// The scores of predicted negatives within `SoftDice.reach` steps of a mask whose slices come one after another. Memory: six bytes for
/// each such voxel, and the slices whose neighbours are still to come.
struct SurroundingScores: Sendable {
    /// The voxels of the mask.
    private(set) var maskVoxels = 0
    private let sliceCount: Int
    private var places: [Int32] = []
    private var scores: [Prediction.Score] = []
    private var near: NearPlanes
    /// Those that have no near voxels yet, or not all.
    private var open: [OrganSlice] = []

    init(_ shape: GridShape) {
        sliceCount = shape.sliceCount
        near = NearPlanes(shape)
    }

    /// Takes the slice that follows those before.
    ///
    /// - Parameter mask: of the slice.
    mutating func add(_ slice: OrganSlice, mask: OrganSlice.Positives) {
        maskVoxels += mask.count
        open.append(slice)
        let planes = near.add(slice: slice.z, mask: mask.count == 0 ? nil : mask.plane)
        for (plane, slice) in zip(planes, open) { if let plane { take(plane, slice) } }
        open.removeFirst(planes.count)
    }

    /// Keeps the slices in progress in memory of their own, so that the rest of the prediction can be freed.
    mutating func copySlices() { open = open.map(\.copied) }

    private mutating func take(_ plane: BitPlane, _ slice: OrganSlice) {
        let capacity = plane.reduce(0) { $0 + $1.nonzeroBitCount }
        PairedArrays.append(to: &places, &scores, capacity: capacity) { places, scores in
            slice.withPointers { source, open in
                ck_gather_negatives(
                    source, Int64(sliceCount), plane, open, Int32(slice.z * sliceCount), places, scores)
            }
        }
    }

    /// Calls `body` with each negative near the mask, in the order of the voxels.
    func forEach(_ body: (_ voxel: Int, _ score: Prediction.Score) -> Void) {
        for (place, score) in zip(places, scores) { body(Int(place), score) }
    }
}
