internal import CTorch
internal import System

/// The trainable tensors of a network by path ("enc.0.1.conv.weight"), in order of creation.
public final class Parameters {
    public private(set) var paths: [String] = []
    private var tensors: [String: Tensor] = [:]

    public init() {}

    /// - Precondition: `path` is new.
    public func add(_ tensor: Tensor, at path: String) {
        precondition(tensors[path] == nil, "one tensor per path")
        paths.append(path)
        tensors[path] = tensor
    }

    public subscript(path: String) -> Tensor? { tensors[path] }

    /// In order of `paths`.
    public var all: [Tensor] { paths.compactMap { tensors[$0] } }

    public func clearGradients() { all.forEach { $0.clearGradient() } }

    /// All values by path, for a checkpoint.
    ///
    /// - Parameter prefix: before each path.
    public func export(prefix: String = "") throws(TensorError) -> [StoredTensor] {
        var stored: [StoredTensor] = []
        for path in paths {
            if let tensor = tensors[path] { stored.append(try StoredTensor(path: prefix + path, tensor)) }
        }
        return stored
    }

    /// Overwrites every parameter with that of another network of the same form.
    public func copy(from others: Parameters) throws(TensorError) {
        for path in paths {
            guard let tensor = tensors[path] else { continue }
            guard let other = others[path] else { throw .unfitting(path: path, problem: "it is missing") }
            try tensor.copy(from: other)
        }
    }

    /// Moves every parameter by a share of the way to that of another network of the same form.
    public func approach(_ others: Parameters, share: Double) throws(TensorError) {
        let (own, theirs): ([OpaquePointer?], [OpaquePointer?]) = (all.map(\.handle), others.all.map(\.handle))
        precondition(own.count == theirs.count, "networks of one form")
        try checked("an average") { ct_average(own, theirs, Int32(own.count), share, $0) }
    }

    /// Overwrites every parameter by path; values of other paths are left alone.
    public func load(_ stored: (String) -> StoredTensor?) throws(TensorError) {
        for path in paths {
            guard let tensor = tensors[path] else { continue }
            guard let values = stored(path) else { throw .unfitting(path: path, problem: "it is missing") }
            try values.copy(into: tensor)
        }
    }
}

/// A place in the tree of parameters, and the random numbers to fill it.
public struct ParameterScope {
    private let parameters: Parameters
    private let path: String
    private let seed: UInt64
    private let device: Device

    /// - Parameter device: where the parameters are.
    public init(_ parameters: Parameters, seed: UInt64, device: Device = .cpu) {
        self.init(parameters, path: "", seed: seed, device: device)
    }

    private init(_ parameters: Parameters, path: String, seed: UInt64, device: Device) {
        (self.parameters, self.path, self.seed, self.device) = (parameters, path, seed, device)
    }

    public subscript(name: String) -> ParameterScope {
        ParameterScope(parameters, path: joined(name), seed: seed, device: device)
    }

    /// Every value `value`.
    public func constant(_ name: String, _ value: Double, shape: [Int]) throws(TensorError) -> Tensor {
        try add(try Tensor(filledWith: value, shape: shape), name)
    }

    /// Uniform in ±bound, a function of the seed and the path.
    public func uniform(_ name: String, bound: Double, shape: [Int]) throws(TensorError) -> Tensor {
        var random = CounterRandom(
            seed, joined(name).utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
        let values = (0..<shape.reduce(1, *)).map { _ in Float((2 * random.unit() - 1) * bound) }
        return try add(try Tensor(values, shape: shape), name)
    }

    private func add(_ values: Tensor, _ name: String) throws(TensorError) -> Tensor {
        let tensor = try values.moved(to: device)
        try tensor.requireGradient()
        parameters.add(tensor, at: joined(name))
        return tensor
    }

    private func joined(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
}
