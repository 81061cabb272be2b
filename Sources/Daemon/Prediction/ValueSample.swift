internal import Imaging

/// How many different values an image has, and how many of its voxels have the same one, by a sample of at most 200,000 voxels.
struct ValueSample: Hashable {
    let values: Int
    /// The share of the voxels that have the most frequent value, 0 to 1.
    let largestShare: Double

    init(_ voxels: ImageVoxels) {
        var counts: [Double: Int] = [:]
        // An odd step, so that the sample is not of one column of a grid whose sizes are powers of two.
        for i in stride(from: 0, to: voxels.count, by: voxels.count / 100_000 | 1) {
            counts[voxels[i], default: 0] += 1
        }
        values = counts.count
        largestShare = Double(counts.values.max() ?? 0) / Double(max(1, counts.values.reduce(0, +)))
    }
}
