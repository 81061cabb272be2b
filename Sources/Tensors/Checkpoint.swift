/// A named block of float32 values outside libtorch, row-major.
public struct StoredTensor: Hashable, Sendable {
    public let path: String
    public let shape: [Int]
    public let values: [Float]

    /// - Precondition: as many values as the shape has elements.
    public init(path: String, shape: [Int], values: [Float]) {
        precondition(values.count == shape.reduce(1, *), "as many values as the shape has elements")
        (self.path, self.shape, self.values) = (path, shape, values)
    }

    /// Whether no value is infinite or not a number.
    public var isFinite: Bool { values.reduce(0) { $0 + $1 * 0 } == 0 }

    init(path: String, _ tensor: Tensor) throws(TensorError) {
        self.init(path: path, shape: tensor.shape, values: try tensor.floats())
    }

    func copy(into tensor: Tensor) throws(TensorError) {
        guard tensor.shape == shape else {
            throw .unfitting(path: path, problem: "it has shape \(shape), the network \(tensor.shape)")
        }
        try tensor.copy(from: try Tensor(values, shape: shape))
    }
}

/// The state of a network, with an encoding that depends on nothing but the state: a safetensors file
/// (`docs/checkpoints.md`).
public struct Checkpoint: Hashable, Sendable {
    /// The format that this program writes; it reads this one and the ones before.
    public static let format = 1

    public var metadata: [String: String]
    public private(set) var tensors: [StoredTensor]
    private let positions: [String: Int]

    /// - Precondition: paths are distinct.
    public init(metadata: [String: String], tensors: [StoredTensor]) {
        self.metadata = metadata
        self.tensors = tensors
        positions = Dictionary(uniqueKeysWithValues: zip(tensors.map(\.path), tensors.indices))
    }

    public subscript(path: String) -> StoredTensor? { positions[path].map { tensors[$0] } }

    /// Equal checkpoints give equal bytes.
    public func bytes() -> [UInt8] {
        var all = metadata
        all[Self.formatKey] = String(Self.format)
        return SafetensorsFile(metadata: all, tensors: tensors).bytes()
    }

    /// Reads what `bytes()` wrote.
    /// - Throws: `TensorError.damagedCheckpoint`, `.newerCheckpoint`.
    public init(bytes: [UInt8]) throws(TensorError) {
        let file = try SafetensorsFile(bytes: bytes)
        var metadata = file.metadata
        guard let format = metadata.removeValue(forKey: Self.formatKey).flatMap(Int.init) else {
            throw .damagedCheckpoint(problem: "lacunad did not write it: its metadata has no \(Self.formatKey)")
        }
        guard format <= Self.format else { throw .newerCheckpoint(version: format, newest: Self.format) }
        self.init(metadata: metadata, tensors: file.tensors)
    }

    private static let formatKey = "lacuna.format"
}
