/// What a normalisation needs of the distribution of an image's values. The foreground is all voxels that are not 0, as in nnU-Net
/// (Isensee et al., Nature Methods 2021).
public struct IntensityStatistics: Hashable, Sendable {
    /// Of all voxels.
    public let minimum: Double
    /// Of the foreground.
    public let mean, deviation: Double
    /// The values at most which 0.5 % and 99.5 % of the foreground are.
    public let low, high: Double

    public init(minimum: Double, mean: Double, deviation: Double, low: Double, high: Double) {
        (self.minimum, self.mean, self.deviation, self.low, self.high) = (minimum, mean, deviation, low, high)
    }
}

/// The codes of an image that is kept in 16 bits, and the distribution of its values before they were resampled.
public struct ImageIntensities: Hashable, Sendable {
    public let codes: IntensityCodes
    public let statistics: IntensityStatistics

    public init(codes: IntensityCodes, statistics: IntensityStatistics) {
        (self.codes, self.statistics) = (codes, statistics)
    }
}
