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
        let neighbourhood = surroundings.maskVoxels == Int(size) ? nil : neighbourhood(of: positives.foreground, region)
        var around = 0.0
        surroundings.forEach { voxel, score in
            if neighbourhood?[voxel] ?? true, region?[voxel] ?? true { around += Prediction.probability(of: score) }
        }
        return 2 * overlap / (overlap + around + size)
    }

    /// The voxels near those of a mask that count.
    private static func neighbourhood(of mask: BitVolume, _ region: BitVolume?) -> BitVolume {
        var (near, result) = (NearPlanes(mask.shape), BitVolume(mask.shape))
        for z in 0..<mask.shape.z {
            var plane = mask.slice(z)
            if let region {
                for (i, word) in region.slice(z).enumerated() { plane[i] &= word }
            }
            let first = near.firstOpen
            let isEmpty = plane.allSatisfy { $0 == 0 }
            for (i, found) in near.add(slice: z, mask: isEmpty ? nil : plane).enumerated() {
                if let found { result.formUnion(found, slice: first + i) }
            }
        }
        return result
    }
}
