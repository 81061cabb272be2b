/// The expected overlap of a predicted mask with the truth, by the network's own probabilities: 2 Σ p·m / (Σ p + Σ m) over the
/// voxels of a region, p the probability and m the mask.
public struct SoftDice: Hashable, Sendable, Codable {
    /// Σ p·m, Σ p, Σ m.
    public private(set) var overlap = 0.0, probability = 0.0, mask = 0.0

    public init() {}

    /// Adds the probability of a voxel of the region.
    mutating func add(_ p: Double) { probability += p }

    /// Adds to the mask a voxel whose probability is added already.
    mutating func addForeground(_ p: Double) {
        overlap += p
        mask += 1
    }

    /// 0 to 1; nil for an empty mask.
    public var value: Double? { mask > 0 ? 2 * overlap / (probability + mask) : nil }
}
