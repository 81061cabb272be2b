internal import Batches
internal import Domain
internal import Imaging
internal import Plans

extension BatchBenchmark {
    /// Writes the volume of which batches are cut out as files of a training cache, for measurements of other programs. Blocks.
    ///
    /// - Throws: `ImagingError.unwritable`.
    func writeVolume(in folder: String) throws {
        let (item, cache, settings) = (volume, VolumeCache(folder: folder), LearningSettings())
        let statistics = IntensityStatistics(
            minimum: settings.windowLow, maximum: settings.windowHigh, mean: settings.intensityMean,
            deviation: settings.intensityDeviation, low: settings.windowLow, high: settings.windowHigh)
        try cache.store(
            .int16(VoxelBuffer(item.image.withVoxels { Array($0) })), shape: item.shape, spacing: item.spacing,
            intensities: ImageIntensities(codes: item.image.codes, statistics: statistics), as: "benchmark")
        try TrainingLabels(item, rule: rule).withBytes { try cache.storeLabels($0, as: "benchmark") }
    }
}
