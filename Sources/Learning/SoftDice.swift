internal import Domain

/// The expected overlap of a predicted mask with the truth, by the network's own probabilities: 2 Σ p·m / (Σ p + Σ m) with the
/// probability p and the mask m, over the mask and the predicted negatives in its neighbourhood.
///
/// Farther away the many small probabilities say little about the mask, and their sum grows with the image (`docs/method.md`, section 6).
enum SoftDice {
    /// Steps from voxel to voxel with a common face.
    static let reach = 2

    /// - Parameters:
    ///   - surroundings: of a mask that contains this one.
    ///   - region: the voxels that count; nil: all.
    /// - Returns: 0 to 1; nil where no voxel of the mask counts.
    static func value(
        of positives: PredictedPositives, _ surroundings: SurroundingScores, within region: BitVolume? = nil
    ) -> Double? {
        var (overlap, size) = (0.0, 0.0)
        positives.forEach { voxel, logit, _ in
            guard region?[voxel] ?? true else { return }
            overlap += Prediction.probability(of: logit)
            size += 1
        }
        guard size > 0 else { return nil }
        var neighbourhood = positives.foreground
        if let region { neighbourhood.formIntersection(region) }
        for _ in 0..<reach { neighbourhood = neighbourhood.dilated() }
        var around = 0.0
        surroundings.forEach { voxel, score in
            if neighbourhood[voxel], region?[voxel] ?? true { around += Prediction.probability(of: score) }
        }
        return 2 * overlap / (overlap + around + size)
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
