/// The values of annotated voxels of a CT, from which its window follows as in nnU-Net. Each volume has the same weight, whatever the size of its
/// organs.
public struct ForegroundIntensities: Hashable, Sendable {
    /// The smallest and the largest Hounsfield unit that a window allows; other values are clipped to them.
    public static let range = -2000...4000

    /// The weight of each Hounsfield unit in `range`, 1 for each volume in all.
    private var weights = [Double](repeating: 0, count: range.count)
    public private(set) var volumes = 0
    /// Annotated voxels.
    public private(set) var voxels = 0

    public init() {}

    /// Adds a volume. One without voxels changes nothing.
    ///
    /// - Parameter counts: the number of voxels of each Hounsfield unit in `range`.
    public mutating func add(_ counts: [Int]) {
        precondition(counts.count == weights.count, "one number for each unit")
        let total = counts.reduce(0, +)
        guard total > 0 else { return }
        for i in counts.indices where counts[i] > 0 { weights[i] += Double(counts[i]) / Double(total) }
        (volumes, voxels) = (volumes + 1, voxels + total)
    }

    /// The unit at most which a share of the voxels is.
    public func quantile(_ share: Double) -> Int {
        var rest = share * Double(volumes)
        for (i, weight) in weights.enumerated() where weight > 0 {
            if weight >= rest { return i + Self.range.lowerBound }
            rest -= weight
        }
        return Self.range.upperBound
    }

    public var mean: Double { moment { $0 } }

    public var deviation: Double {
        let mean = mean
        return moment { ($0 - mean) * ($0 - mean) }.squareRoot()
    }

    private func moment(_ value: (Double) -> Double) -> Double {
        weights.enumerated().reduce(0) { $0 + $1.element * value(Double($1.offset + Self.range.lowerBound)) }
            / Double(max(1, volumes))
    }
}
