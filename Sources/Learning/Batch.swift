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
    public internal(set) var origins: [PatchOrigin] = []

    /// - Parameter patch: sizes of the spatial axes, outermost first.
    public init(
        rows: Int, channels: Int, organs: Int, patch: [Int], compositeSets: [[Int]] = [], pseudoWeight: Float = 1
    ) throws {
        image = try Tensor.zeros([rows, channels] + patch)
        states = try Tensor.bytes([rows, organs] + patch)
        composite = compositeSets.isEmpty ? nil : try Tensor.bytes([rows, compositeSets.count] + patch)
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
    /// The memory of one row.
    struct Row {
        let image: UnsafeMutableBufferPointer<Float>
        let states, composite: UnsafeMutableBufferPointer<UInt8>
    }

    /// The memory of all rows.
    ///
    /// `@unchecked Sendable`: each thread writes rows of its own.
    struct Rows: @unchecked Sendable {
        fileprivate let count: Int
        fileprivate let all: Row

        func row(_ index: Int) -> Row {
            Row(image: part(index, all.image), states: part(index, all.states), composite: part(index, all.composite))
        }

        private func part<T>(_ row: Int, _ all: UnsafeMutableBufferPointer<T>) -> UnsafeMutableBufferPointer<T> {
            let size = all.count / count
            return UnsafeMutableBufferPointer(rebasing: all[row * size..<(row + 1) * size])
        }
    }

    /// Calls `body` with the memory of the rows, which is valid during the call.
    func withRows(_ body: (Rows) throws -> Void) throws {
        let count = image.shape[0]
        try image.withMutableFloats { image in
            try states.withMutableBytes { states in
                guard let composite else {
                    let none = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
                    return try body(Rows(count: count, all: Row(image: image, states: states, composite: none)))
                }
                try composite.withMutableBytes {
                    try body(Rows(count: count, all: Row(image: image, states: states, composite: $0)))
                }
            }
        }
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
