/// What a normalisation needs of the distribution of an image's values. The foreground is all voxels that are not 0, as in nnU-Net
/// (Isensee et al., Nature Methods 2021).
///
/// A value of the foreground is an outlier where it is beyond `regularRange`, as one voxel of 1,000,000 in an image of values to 500. One such
/// voxel would decide mean, deviation and codes, so that outliers count for none of them; they are clipped where the image is normalised.
public struct IntensityStatistics: Hashable, Sendable {
    /// Of all voxels that are not outliers.
    public let minimum, maximum: Double
    /// Of the foreground without outliers.
    public let mean, deviation: Double
    /// The values at most which 0.5 % and 99.5 % of the foreground are.
    public let low, high: Double
    /// Voxels that are outliers.
    public let outliers: Int

    public init(
        minimum: Double, maximum: Double, mean: Double, deviation: Double, low: Double, high: Double, outliers: Int = 0
    ) {
        (self.minimum, self.maximum, self.mean, self.deviation) = (minimum, maximum, mean, deviation)
        (self.low, self.high, self.outliers) = (low, high, outliers)
    }

    /// The values that are not outliers: those at most ten times the distance between both percentiles beyond them. All values where most of
    /// the foreground is one value.
    public static func regularRange(low: Double, high: Double) -> ClosedRange<Double> {
        let margin = 10 * (high - low)
        return margin > 0 ? (low - margin)...(high + margin) : -Double.infinity...Double.infinity
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
