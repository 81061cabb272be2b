internal import Domain

/// The scores of predicted negatives within `SoftDice.reach` steps of a mask whose slices come one after another. Memory: six bytes for
/// each such voxel, and three for each voxel of the slices whose neighbours are still to come.
struct SurroundingScores: Sendable {
    /// Of a slice: which voxels are near the mask, and the scores of the negatives, 1 for other voxels.
    private struct Slice: Sendable {
        var isNear: [Bool]
        var scores: [Prediction.Score]
    }

    private let shape: GridShape
    private var places: [Int32] = []
    private var scores: [Prediction.Score] = []
    /// From `firstOpen` on: the slices that may still get near voxels, and those that have near voxels but no scores yet.
    private var open: [Slice] = []
    private var firstOpen = 0

    init(_ shape: GridShape) { self.shape = shape }

    private var sliceVoxels: Int { shape.x * shape.y }

    /// Takes the slice that follows those before.
    ///
    /// - Parameters:
    ///   - positives: places of the mask in the slice.
    ///   - negatives: a score for each voxel of the slice, 0 or less for the negatives that count.
    mutating func add(slice z: Int, positives: [Int], negatives: ArraySlice<Prediction.Score>) {
        while firstOpen + open.count <= min(z + SoftDice.reach, shape.z - 1) {
            open.append(Slice(isNear: Array(repeating: false, count: sliceVoxels), scores: []))
        }
        open[z - firstOpen].scores = Array(negatives)
        for place in positives { markAround(place, z) }
        while firstOpen + SoftDice.reach <= z || z == shape.z - 1 && !open.isEmpty { close() }
    }

    /// All voxels of as many steps.
    private mutating func markAround(_ place: Int, _ z: Int) {
        let (x, y, reach) = (place % shape.x, place / shape.x, SoftDice.reach)
        for dz in max(-reach, firstOpen - z)...min(reach, shape.z - 1 - z) {
            let rest = reach - abs(dz)
            for dy in max(-rest, -y)...min(rest, shape.y - 1 - y) {
                let width = rest - abs(dy)
                for dx in max(-width, -x)...min(width, shape.x - 1 - x) {
                    open[z + dz - firstOpen].isNear[place + dy * shape.x + dx] = true
                }
            }
        }
    }

    private mutating func close() {
        let slice = open.removeFirst()
        let first = firstOpen * sliceVoxels
        for (place, score) in slice.scores.enumerated() where score <= 0 && slice.isNear[place] {
            places.append(Int32(first + place))
            scores.append(score)
        }
        firstOpen += 1
    }

    /// Calls `body` with each negative near the mask, in the order of the voxels.
    func forEach(_ body: (_ voxel: Int, _ score: Prediction.Score) -> Void) {
        for (place, score) in zip(places, scores) { body(Int(place), score) }
    }
}
