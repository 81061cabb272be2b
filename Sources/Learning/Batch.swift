public import Domain
public import Tensors

/// Where a row of a batch comes from.
public struct PatchOrigin: Hashable, Sendable {
    /// Index among the sampler's cases.
    public let caseIndex: Int
    /// The organ that the row was drawn for; nil for a row drawn anywhere.
    public let organ: Int?
    public let box: VoxelBox
}

/// The input of one step: tensors that are refilled for each step, and the counts that the loss needs.
public final class Batch {
    /// [N, channels, (Z,) Y, X], normalised.
    public let image: Tensor
    /// [N, organs, (Z,) Y, X]: 1 where the organ is known to be present, else 0.
    public let target: Tensor
    /// [N, organs, (Z,) Y, X]: the weight of the known-voxel rule: 1 where the truth is known, that of pseudo voxels where a pseudo
    /// label is the only evidence, else 0.
    public let known: Tensor
    /// [N, composite labels, (Z,) Y, X]: 1 where one of the parts is and it is unknown which. nil without composite labels.
    public let composite: Tensor?
    /// The parts of each composite label, as indices of organs.
    public let compositeSets: [[Int]]
    /// The summed weight of the known voxels, and of the positive ones among them, per organ.
    public internal(set) var knownWeights: [Double]
    public internal(set) var positiveWeights: [Double]
    /// Voxels per composite label.
    public internal(set) var compositeCounts: [Int]
    public internal(set) var origins: [PatchOrigin] = []

    /// - Parameter patch: sizes of the spatial axes, outermost first.
    public init(rows: Int, channels: Int, organs: Int, patch: [Int], compositeSets: [[Int]] = []) throws {
        image = try Tensor.zeros([rows, channels] + patch)
        target = try Tensor.zeros([rows, organs] + patch)
        known = try Tensor.zeros([rows, organs] + patch)
        composite = compositeSets.isEmpty ? nil : try Tensor.zeros([rows, compositeSets.count] + patch)
        self.compositeSets = compositeSets
        knownWeights = Array(repeating: 0, count: organs)
        positiveWeights = knownWeights
        compositeCounts = Array(repeating: 0, count: compositeSets.count)
    }

    /// A batch of the given values, row-major, with its counts; for tests and benchmarks of the loss.
    public convenience init(
        image: Tensor, target: [Float], known: [Float], organs: Int, composite: [Float] = [],
        compositeSets: [[Int]] = []
    ) throws {
        let shape = image.shape
        try self.init(
            rows: shape[0], channels: shape[1], organs: organs, patch: Array(shape[2...]), compositeSets: compositeSets)
        try self.image.copy(from: image)
        try self.target.copy(from: try Tensor(target, shape: self.target.shape))
        try self.known.copy(from: try Tensor(known, shape: self.known.shape))
        if let plane = self.composite { try plane.copy(from: try Tensor(composite, shape: plane.shape)) }
        let voxels = shape[2...].reduce(1, *)
        for i in known.indices where known[i] != 0 {
            knownWeights[i / voxels % organs] += Double(known[i])
            if target[i] != 0 { positiveWeights[i / voxels % organs] += Double(known[i]) }
        }
        for i in composite.indices where composite[i] != 0 { compositeCounts[i / voxels % compositeSets.count] += 1 }
    }

    func clearSums() {
        for i in knownWeights.indices { (knownWeights[i], positiveWeights[i]) = (0, 0) }
        for i in compositeCounts.indices { compositeCounts[i] = 0 }
        origins.removeAll(keepingCapacity: true)
    }
}
