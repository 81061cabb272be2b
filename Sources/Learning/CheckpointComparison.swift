public import Tensors

/// How two checkpoints differ, bit for bit.
public struct CheckpointComparison: Hashable, Sendable {
    /// A tensor whose values differ, or that only one of them has.
    public struct Difference: Hashable, Sendable {
        public let path: String
        /// Values that differ, of `count`.
        public let values: Int
        public let count: Int
        /// The largest absolute difference; nil where one checkpoint has no such tensor, or of another shape.
        public let largest: Float?
    }

    /// The number of tensors compared.
    public let tensors: Int
    /// In the order of the first checkpoint.
    public let differences: [Difference]

    public init(_ first: Checkpoint, _ second: Checkpoint) {
        let others = second.tensors.filter { first[$0.path] == nil }
        tensors = first.tensors.count + others.count
        differences =
            first.tensors.compactMap { Self.compare($0, second[$0.path]) }
            + others.map { Difference(path: $0.path, values: $0.values.count, count: $0.values.count, largest: nil) }
    }

    private static func compare(_ a: StoredTensor, _ b: StoredTensor?) -> Difference? {
        guard let b, a.shape == b.shape else {
            return Difference(path: a.path, values: a.values.count, count: a.values.count, largest: nil)
        }
        var (differing, largest): (Int, Float) = (0, 0)
        for (x, y) in zip(a.values, b.values) where x.bitPattern != y.bitPattern {
            differing += 1
            largest = max(largest, abs(x - y))
        }
        guard differing > 0 else { return nil }
        return Difference(path: a.path, values: differing, count: a.values.count, largest: largest)
    }
}

extension NumericEnvironment {
    /// What differs in another environment, as clauses.
    public func differences(now: NumericEnvironment) -> [String] {
        let pairs = [
            ("program", program, now.program), ("libtorch", libtorch, now.libtorch), ("threads", threads, now.threads),
            ("precision", precision, now.precision), ("processor", processor, now.processor),
        ]
        return pairs.compactMap { name, then, now in
            then == now ? nil : "\(name) was \(then ?? "not recorded") and is \(now ?? "not known")"
        }
    }
}
