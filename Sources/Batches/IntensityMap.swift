public import Domain
public import Plans

/// The normalisation of one volume: its values are clipped, reduced by a mean and divided by a deviation. Without a window or
/// percentiles only outliers are clipped.
public struct IntensityMap: Hashable, Sendable {
    /// Smaller and larger values are clipped.
    public let low, high: Float
    public let mean, inverseDeviation: Float
    /// The value outside the volume, before it is normalised: the lowest that the volume can have.
    public let outside: Float

    /// - Parameters:
    ///   - modality: of the volume.
    ///   - statistics: of the volume.
    public init(_ settings: LearningSettings, modality: String, statistics: IntensityStatistics) {
        switch settings.intensity.resolved(for: modality) {
        case .window, .byModality: self.init(window: settings)
        case .percentiles: self.init(statistics, low: Float(statistics.low), high: Float(statistics.high))
        case .zscore:
            self.init(statistics, low: Float(statistics.minimum), high: Float(statistics.maximum))
        }
    }

    /// The window of the settings, in Hounsfield units.
    public init(window settings: LearningSettings) {
        (low, high) = (Float(settings.windowLow), Float(settings.windowHigh))
        (mean, inverseDeviation) = (Float(settings.intensityMean), Float(1 / settings.intensityDeviation))
        outside = low
    }

    /// A map that was made before.
    ///
    /// - Precondition: `low` is at most `high`, and the deviation above 0.
    public init(low: Double, high: Double, mean: Double, deviation: Double, outside: Double) {
        precondition(low <= high && deviation > 0, "a range, and a divisor")
        (self.low, self.high, self.mean) = (Float(low), Float(high), Float(mean))
        (inverseDeviation, self.outside) = (Float(1 / deviation), Float(outside))
    }

    /// A foreground of one value has no deviation, and is divided by that value's size.
    private init(_ statistics: IntensityStatistics, low: Float, high: Float) {
        let deviation = statistics.deviation > 0 ? statistics.deviation : max(abs(statistics.mean), 1e-30)
        (self.low, self.high) = (low, high)
        (mean, inverseDeviation) = (Float(statistics.mean), Float(1 / deviation))
        outside = min(max(Float(statistics.minimum), low), high)
    }
}

extension TrainingCase {
    /// Whether a window makes almost all of the volume one value, so that nothing can be learned from it: nine tenths of the voxels
    /// that are not 0 are in one twentieth of the window. For a CT, of which much is air, 999 of 1000.
    public func isFlattened(by settings: LearningSettings, modality: String) -> Bool {
        guard settings.intensity.resolved(for: modality) == .window else { return false }
        let (counts, limit) = (countsInRange, modality == "CT" ? 0.999 : 0.9)
        return Double(counts.max() ?? 0) > limit * Double(counts.reduce(0, +))
    }

    /// A sample of at most two hundred thousand voxels, those that are not 0, by the twentieth of the range in which they are after clipping.
    private var countsInRange: [Int] {
        var counts = [Int](repeating: 0, count: 20)
        let (low, high) = (Double(normalisation.low), Double(normalisation.high))
        image.withVoxels { voxels in
            for i in stride(from: 0, to: voxels.count, by: voxels.count / 100_000 | 1) {
                let value = image.codes.value(voxels[i])
                guard abs(value) >= image.codes.scale else { continue }
                let share = (min(max(value, low), high) - low) / max(high - low, .leastNormalMagnitude)
                counts[min(19, Int(share * 20))] += 1
            }
        }
        return counts
    }
}
