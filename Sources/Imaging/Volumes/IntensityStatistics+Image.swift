public import Domain

extension IntensityStatistics {
    /// Of the values of an image.
    public init(_ image: ImageVolume) {
        switch image.voxels {
        case .int16:
            let counts = image.statistics.histogram ?? []
            self.init(CountedValues(counts, first: Double(Int16.min), step: 1), minimum: image.statistics.minimum)
        case .int32(let buffer):
            self = buffer.withVoxels { Self.measure($0, image.statistics) { Double($0) } }
        case .float32(let buffer):
            self = buffer.withVoxels { Self.measure($0, image.statistics) { Double($0) } }
        }
    }

    private init(_ values: CountedValues, minimum: Double) {
        let (mean, deviation) = values.moments
        self.init(
            minimum: minimum, mean: mean, deviation: deviation, low: values.quantile(0.005).value,
            high: values.quantile(0.995).value)
    }

    @inline(__always)
    private static func measure<T>(
        _ voxels: UnsafeBufferPointer<T>, _ range: ImageStatistics, _ value: (T) -> Double
    ) -> IntensityStatistics {
        let (mean, deviation) = moments(voxels, value)
        let all = CountedValues(voxels, from: range.minimum, to: range.maximum, value)
        func quantile(_ share: Double) -> Double {
            let coarse = all.quantile(share)
            let fine = CountedValues(voxels, from: coarse.value, to: coarse.value + all.step, value)
            return fine.value(ofRank: coarse.rank)
        }
        return IntensityStatistics(
            minimum: range.minimum, mean: mean, deviation: deviation, low: quantile(0.005), high: quantile(0.995))
    }

    @inline(__always)
    private static func moments<T>(
        _ voxels: UnsafeBufferPointer<T>, _ value: (T) -> Double
    ) -> (mean: Double, deviation: Double) {
        var (sum, count) = (0.0, 0)
        for voxel in voxels where value(voxel) != 0 {
            sum += value(voxel)
            count += 1
        }
        let mean = sum / Double(max(1, count))
        var squares = 0.0
        for voxel in voxels where value(voxel) != 0 { squares += (value(voxel) - mean) * (value(voxel) - mean) }
        return (mean, (squares / Double(max(1, count))).squareRoot())
    }
}

/// The voxels of a foreground by value: the value of bin i is `first` + i · `step`.
private struct CountedValues {
    let first, step: Double
    private var counts: [Int]
    private let total: Int

    /// - Parameter counts: with those of 0, which are left out.
    init(_ counts: [Int], first: Double, step: Double) {
        (self.counts, self.first, self.step) = (counts, first, step)
        let zero = Int(-first / step)
        if self.counts.indices.contains(zero) { self.counts[zero] = 0 }
        total = self.counts.reduce(0, +)
    }

    /// Voxels from `lower` to `upper` in 65,536 bins; those beyond are left out, as is 0.
    @inline(__always)
    init<T>(_ voxels: UnsafeBufferPointer<T>, from lower: Double, to upper: Double, _ value: (T) -> Double) {
        let bins = 1 << 16
        let width = max((upper - lower) / Double(bins), .leastNormalMagnitude)
        var found = [Int](repeating: 0, count: bins)
        for voxel in voxels {
            let v = value(voxel)
            if v == 0 || v < lower || v > upper { continue }
            found[min(bins - 1, Int((v - lower) / width))] += 1
        }
        (first, step, counts) = (lower, width, found)
        total = found.reduce(0, +)
    }

    var moments: (mean: Double, deviation: Double) {
        guard total > 0 else { return (0, 0) }
        let mean = sum { $0 } / Double(total)
        return (mean, (sum { ($0 - mean) * ($0 - mean) } / Double(total)).squareRoot())
    }

    private func sum(_ term: (Double) -> Double) -> Double {
        counts.indices.reduce(0) { $0 + (counts[$1] > 0 ? Double(counts[$1]) * term(first + Double($1) * step) : 0) }
    }

    /// The bin that holds a share of the voxels with all bins below it, and the rank within it of the voxel that completes the share,
    /// from 1.
    func quantile(_ share: Double) -> (value: Double, rank: Int) {
        var rest = max(1, Int((share * Double(total)).rounded(.up)))
        for (bin, count) in counts.enumerated() {
            if count >= rest { return (first + Double(bin) * step, rest) }
            rest -= count
        }
        return (first, 1)
    }

    func value(ofRank rank: Int) -> Double {
        var rest = rank
        for (bin, count) in counts.enumerated() {
            if count >= rest { return first + Double(bin) * step }
            rest -= count
        }
        return first
    }
}
