public import Domain
public import Tensors

/// Where a row of a batch comes from.
public struct PatchOrigin: Hashable, Sendable {
    /// Index among the sampler's cases.
    public let caseIndex: Int
    /// The organ that the row was drawn to show; nil for a row drawn anywhere.
    public let organ: Int?
    public let box: VoxelBox
}

/// One step's input: tensors that are filled anew each step, and the counts that the loss needs.
public final class Batch {
    /// [N, channels, (Z,) Y, X], normalised.
    public let image: Tensor
    /// [N, organs, (Z,) Y, X]: 1 where the organ is known to be, else 0.
    public let target: Tensor
    /// [N, organs, (Z,) Y, X]: w of the known-voxel rule.
    public let known: Tensor
    /// [N, union sets, (Z,) Y, X]: 1 where one of the parts is, nobody knows which. nil without merged labels.
    public let union: Tensor?
    /// The parts of each union set.
    public let compositeSets: [[Int]]
    /// Known voxels, and among them positive ones, per organ.
    public internal(set) var knownCounts: [Int]
    public internal(set) var positiveCounts: [Int]
    /// Voxels per union set.
    public internal(set) var compositeCounts: [Int]
    public internal(set) var origins: [PatchOrigin] = []

    /// - Parameter patch: sizes of the spatial axes, outermost first.
    public init(rows: Int, channels: Int, organs: Int, patch: [Int], compositeSets: [[Int]] = []) throws {
        image = try Tensor.zeros([rows, channels] + patch)
        target = try Tensor.zeros([rows, organs] + patch)
        known = try Tensor.zeros([rows, organs] + patch)
        union = compositeSets.isEmpty ? nil : try Tensor.zeros([rows, compositeSets.count] + patch)
        self.compositeSets = compositeSets
        knownCounts = Array(repeating: 0, count: organs)
        positiveCounts = knownCounts
        compositeCounts = Array(repeating: 0, count: compositeSets.count)
    }

    /// A batch of given values, counts included; for tests and benchmarks of the loss.
    public convenience init(
        image: Tensor, target: [Float], known: [Float], organs: Int, union: [Float] = [], compositeSets: [[Int]] = []
    ) throws {
        let shape = image.shape
        try self.init(
            rows: shape[0], channels: shape[1], organs: organs, patch: Array(shape[2...]), compositeSets: compositeSets)
        try self.image.copy(from: image)
        try self.target.copy(from: try Tensor(target, shape: self.target.shape))
        try self.known.copy(from: try Tensor(known, shape: self.known.shape))
        if let plane = self.union { try plane.copy(from: try Tensor(union, shape: plane.shape)) }
        let voxels = shape[2...].reduce(1, *)
        for i in known.indices where known[i] != 0 {
            knownCounts[i / voxels % organs] += 1
            if target[i] != 0 { positiveCounts[i / voxels % organs] += 1 }
        }
        for i in union.indices where union[i] != 0 { compositeCounts[i / voxels % compositeSets.count] += 1 }
    }

    func clearCounts() {
        for i in knownCounts.indices { (knownCounts[i], positiveCounts[i]) = (0, 0) }
        for i in compositeCounts.indices { compositeCounts[i] = 0 }
        origins.removeAll(keepingCapacity: true)
    }
}
