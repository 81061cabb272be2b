internal import Domain

/// The expected overlap of a predicted mask with the truth, by the network's own probabilities: 2 Σ p·m / (Σ p + Σ m) with the
/// probability p and the mask m, over the mask and its neighbourhood.
///
/// Farther away the many small probabilities say little about the mask, and their sum grows with the image (`docs/method.md`, section 6).
enum SoftDice {
    /// Steps from voxel to voxel with a common face.
    private static let reach = 2

    /// - Parameters:
    ///   - negatives: the voxels outside the mask that count.
    ///   - scores: one per voxel.
    /// - Returns: 0 to 1; nil for an empty mask.
    static func value(of mask: BitVolume, negatives: BitVolume, scores: [Prediction.Score]) -> Double? {
        guard !mask.isEmpty else { return nil }
        var neighbourhood = mask
        for _ in 0..<reach { neighbourhood = neighbourhood.dilated() }
        neighbourhood.formIntersection(negatives)
        let overlap = probability(of: mask, scores)
        return 2 * overlap / (overlap + probability(of: neighbourhood, scores) + Double(mask.population))
    }

    private static func probability(of voxels: BitVolume, _ scores: [Prediction.Score]) -> Double {
        var sum = 0.0
        voxels.forEachSet { sum += Prediction.probability(of: scores[$0]) }
        return sum
    }
}

extension BitVolume {
    /// The set voxels and those that have a common face with one.
    fileprivate func dilated() -> BitVolume {
        let (row, slice) = (shape.x, shape.x * shape.y)
        var result = self
        forEachSet { voxel in
            let (x, y, z) = (voxel % row, voxel / row % shape.y, voxel / slice)
            if x > 0 { result[voxel - 1] = true }
            if x + 1 < shape.x { result[voxel + 1] = true }
            if y > 0 { result[voxel - row] = true }
            if y + 1 < shape.y { result[voxel + row] = true }
            if z > 0 { result[voxel - slice] = true }
            if z + 1 < shape.z { result[voxel + slice] = true }
        }
        return result
    }
}
