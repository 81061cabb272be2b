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

/// The state of a network, with an encoding that depends on nothing but the state.
///
/// Layout, little-endian: "LACUNACK", format (u32); number of metadata entries (u32), each key and value as length
/// (u32) and UTF-8, sorted by key; number of tensors (u32), each path as before, rank (u32), sizes (u64 each);
/// then the float32 values of all tensors in that order, without gaps.
public struct Checkpoint: Hashable, Sendable {
    public static let format: UInt32 = 1

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

    public func bytes() -> [UInt8] {
        var writer = CheckpointWriter(capacity: tensors.reduce(1024) { $0 + 4 * $1.values.count + 128 })
        writer.append(raw: Self.magic)
        writer.append(Self.format)
        writer.append(UInt32(metadata.count))
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            writer.append(key)
            writer.append(value)
        }
        writer.append(UInt32(tensors.count))
        for tensor in tensors {
            writer.append(tensor.path)
            writer.append(UInt32(tensor.shape.count))
            tensor.shape.forEach { writer.append(UInt64($0)) }
        }
        tensors.forEach { writer.append(floats: $0.values) }
        return writer.bytes
    }

    /// Reads what `bytes()` wrote.
    /// - Throws: `TensorError.damagedCheckpoint`, `.newerCheckpoint`.
    public init(bytes: [UInt8]) throws(TensorError) {
        var reader = CheckpointReader(bytes)
        guard try reader.raw(Self.magic.count) == Self.magic else {
            throw .damagedCheckpoint(problem: "it does not begin with LACUNACK")
        }
        let format = try reader.integer(UInt32.self)
        guard format == Self.format else { throw .newerCheckpoint(version: format, newest: Self.format) }
        var metadata: [String: String] = [:]
        for _ in 0..<(try reader.integer(UInt32.self)) { metadata[try reader.text()] = try reader.text() }
        let heads = try reader.heads()
        guard Set(heads.map(\.path)).count == heads.count else {
            throw .damagedCheckpoint(problem: "two tensors have one path")
        }
        var tensors: [StoredTensor] = []
        for head in heads {
            tensors.append(
                StoredTensor(path: head.path, shape: head.shape, values: try reader.floats(head.count)))
        }
        guard reader.isAtEnd else { throw .damagedCheckpoint(problem: "bytes follow its end") }
        self.init(metadata: metadata, tensors: tensors)
    }

    private static let magic = Array("LACUNACK".utf8)
}
