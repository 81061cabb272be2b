public import Domain

extension IntensityStatistics {
    /// Of the values of an image.
    public init(_ image: ImageVolume) {
        switch image.voxels {
        case .int16: self.init(CountedValues(image.statistics.histogram ?? []))
        case .int32(let buffer): self = buffer.withVoxels { IntensityStatistics(MeasuredValues($0)) }
        case .float32(let buffer): self = buffer.withVoxels { IntensityStatistics(MeasuredValues($0)) }
        }
    }

    @inline(__always)
    private init(_ values: some ForegroundValues) {
        let (low, high) = (values.quantile(0.005), values.quantile(0.995))
        let regular = Self.regularRange(low: low, high: high)
        var (least, most, sum, count, zeros, outliers) = (Double.infinity, -Double.infinity, 0.0, 0, 0, 0)
        values.forEach { value, voxels in
            if value != 0, !regular.contains(value) {
                outliers += voxels
                return
            }
            (least, most) = (min(least, value), max(most, value))
            if value == 0 { zeros += voxels } else { count += voxels }
            sum += value * Double(voxels)
        }
        let mean = sum / Double(max(1, count))
        var squares = 0.0
        values.forEach { value, voxels in
            if value != 0, regular.contains(value) { squares += (value - mean) * (value - mean) * Double(voxels) }
        }
        self.init(
            minimum: least, maximum: most, mean: mean, deviation: (squares / Double(max(1, count))).squareRoot(),
            low: low, high: high, outliers: outliers)
    }
}

/// The values of an image; the foreground is those that are not 0.
private protocol ForegroundValues {
    /// The value at most which a share of the foreground is, one of its own; 0 without a foreground.
    func quantile(_ share: Double) -> Double
    /// Calls `body` with values and the number of voxels that have them. A value may come more than once.
    func forEach(_ body: (Double, Int) -> Void)
}

extension ForegroundValues {
    /// The rank of the voxel that completes a share, from 1.
    fileprivate func rank(_ share: Double, of count: Int) -> Int { max(1, Int((share * Double(count)).rounded(.up))) }
}

/// The values of 16 bits by the number of their voxels.
private struct CountedValues: ForegroundValues {
    private static let first = Int(Int16.min)
    private let counts: [Int]
    private let foreground: Int

    /// - Parameter counts: by value, from the lowest of 16 bits.
    init(_ counts: [Int]) {
        self.counts = counts
        let zeros = counts.indices.contains(-Self.first) ? counts[-Self.first] : 0
        foreground = counts.reduce(0, +) - zeros
    }

    func quantile(_ share: Double) -> Double {
        var rest = rank(share, of: foreground)
        for (bin, count) in counts.enumerated() where bin != -Self.first {
            if count >= rest { return Double(bin + Self.first) }
            rest -= count
        }
        return 0
    }

    func forEach(_ body: (Double, Int) -> Void) {
        for (bin, count) in counts.enumerated() where count > 0 { body(Double(bin + Self.first), count) }
    }
}

/// A value that is ordered as a key of 32 bits is.
private protocol OrderedByKey {
    var key: UInt32 { get }
    var number: Double { get }
    init(key: UInt32)
}

extension Int32: OrderedByKey {
    fileprivate var key: UInt32 { UInt32(bitPattern: self) ^ 1 << 31 }
    fileprivate var number: Double { Double(self) }
    fileprivate init(key: UInt32) { self.init(bitPattern: key ^ 1 << 31) }
}

extension Float: OrderedByKey {
    /// The sign is inverted, for negative numbers all bits.
    fileprivate var key: UInt32 { sign == .minus ? ~bitPattern : bitPattern | 1 << 31 }
    fileprivate var number: Double { Double(self) }
    fileprivate init(key: UInt32) { self.init(bitPattern: key >> 31 == 1 ? key & ~(1 << 31) : ~key) }
}

/// The values of 32 bits. A quantile is exact however far the values spread: it is found by the upper half of the key, then by the lower.
private struct MeasuredValues<Value: OrderedByKey>: ForegroundValues {
    private let voxels: UnsafeBufferPointer<Value>
    /// Of the foreground, by the upper half of the key.
    private let counts: [Int]
    private let foreground: Int

    init(_ voxels: UnsafeBufferPointer<Value>) {
        self.voxels = voxels
        var counts = [Int](repeating: 0, count: 1 << 16)
        for voxel in voxels where voxel.number != 0 { counts[Int(voxel.key >> 16)] += 1 }
        (self.counts, foreground) = (counts, counts.reduce(0, +))
    }

    func quantile(_ share: Double) -> Double {
        var rest = rank(share, of: foreground)
        for (upper, count) in counts.enumerated() {
            if count >= rest { return value(ofRank: rest, upper: UInt32(upper)) }
            rest -= count
        }
        return 0
    }

    private func value(ofRank rank: Int, upper: UInt32) -> Double {
        var lower = [Int](repeating: 0, count: 1 << 16)
        for voxel in voxels where voxel.key >> 16 == upper && voxel.number != 0 {
            lower[Int(voxel.key & 0xffff)] += 1
        }
        var rest = rank
        for (key, count) in lower.enumerated() {
            if count >= rest { return Value(key: upper << 16 | UInt32(key)).number }
            rest -= count
        }
        return 0
    }

    func forEach(_ body: (Double, Int) -> Void) {
        for voxel in voxels { body(voxel.number, 1) }
    }
}
