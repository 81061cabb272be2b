internal import Batches
internal import Domain
public import Tensors

/// The input of one step: tensors that are refilled for each step.
public final class Batch {
    /// [N, channels, (Z,) Y, X], float32, normalised.
    public let image: Tensor
    /// [N, organs, (Z,) Y, X], bytes of `VoxelKnowledge`: target and weight in one.
    public let states: Tensor
    /// [N, composite labels, (Z,) Y, X], bytes: 1 where one of the parts is and it is unknown which. nil without composite labels.
    public let composite: Tensor?
    /// The parts of each composite label, as indices of organs.
    public let compositeSets: [[Int]]
    /// The weight of voxels that only a pseudo label knows; those that an annotation knows have weight 1.
    public let pseudoWeight: Float

    /// - Parameters:
    ///   - patch: sizes of the spatial axes, outermost first.
    ///   - device: where it is sent to; it is in memory of the host, pinned for a GPU.
    public init(
        rows: Int, channels: Int, organs: Int, patch: [Int], compositeSets: [[Int]] = [], pseudoWeight: Float = 1,
        device: Device = .cpu
    ) throws {
        image = try Tensor.zeros([rows, channels] + patch).pinned(for: device)
        states = try Tensor.bytes([rows, organs] + patch).pinned(for: device)
        composite =
            compositeSets.isEmpty ? nil : try Tensor.bytes([rows, compositeSets.count] + patch).pinned(for: device)
        (self.compositeSets, self.pseudoWeight) = (compositeSets, pseudoWeight)
    }

    /// A batch of the given values, row-major; for tests and benchmarks.
    ///
    /// - Parameter states: [N, organs, (Z,) Y, X], bytes of `VoxelKnowledge`.
    /// - Precondition: the right numbers of values.
    public convenience init(
        image: Tensor, states: [UInt8], organs: Int, composite: [UInt8] = [], compositeSets: [[Int]] = [],
        pseudoWeight: Float = 1
    ) throws {
        let shape = image.shape
        try self.init(
            rows: shape[0], channels: shape[1], organs: organs, patch: Array(shape[2...]),
            compositeSets: compositeSets, pseudoWeight: pseudoWeight)
        try self.image.copy(from: image)
        try self.states.withMutableBytes { $0.copy(states) }
        try self.composite?.withMutableBytes { $0.copy(composite) }
    }
}

extension Batch {
    /// The memory of its tensors, valid while the batch lives.
    func memory() throws -> BatchMemory {
        let none = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
        return BatchMemory(
            rows: image.shape[0], image: try image.withMutableFloats { $0 },
            states: try states.withMutableBytes { $0 }, composite: try composite?.withMutableBytes { $0 } ?? none)
    }

    /// The weight of a voxel in a state: 0 where it is unknown.
    func weight(of state: UInt8) -> Float {
        state == VoxelKnowledge.unknown ? 0 : state >= VoxelKnowledge.pseudo ? pseudoWeight : 1
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    fileprivate func copy(_ values: [UInt8]) {
        precondition(values.count == count, "the right number of values")
        _ = update(from: values)
    }
}
