internal import Batches
public import Domain
public import Plans
internal import System
internal import Tensors

/// Measures the prediction of a whole volume by overlapping windows, beside the fastest product of matrices.
public struct PredictionBenchmark: Hashable, Sendable {
    public let plan: NetworkPlan
    public let shape: GridShape
    public let settings: LearningSettings

    /// - Precondition: settings of the plan's network.
    public init(plan: NetworkPlan, shape: GridShape, settings: LearningSettings) {
        precondition(
            settings.dimensions == plan.dimensions && settings.widths == plan.widths, "settings of the network")
        (self.plan, self.shape, self.settings) = (plan, shape, settings)
    }

    public struct Result: Hashable, Sendable {
        /// Of the whole volume, with everything but the masks that are made of it: the fastest repetition.
        public let seconds: Double
        public let windows: Int
        public let threads: Int
        /// Floating-point operations per second of the convolutions, and of products of matrices measured after the prediction.
        public let operationsPerSecond, productOperationsPerSecond: Double
        /// The most bytes that the process has held in memory.
        public let peakBytes: Int?
    }

    /// Blocks; to be run on a `TensorThread` whose number of threads is set.
    ///
    /// - Precondition: at least one repetition.
    public func run(repetitions: Int) throws -> Result {
        precondition(repetitions > 0, "at least one repetition")
        let (item, clock) = (volume(), ContinuousClock())
        let predictor = Predictor(try UNet(plan, seed: 1), confidence: .probability, settings: settings)
        var seconds = Double.infinity
        for _ in 0..<repetitions {
            var sink = IgnoredSlices()
            let began = clock.now
            try predictor.predict(item, into: &sink)
            seconds = min(seconds, (clock.now - began) / .seconds(1))
        }
        let peak = Memory.peak
        let operations = Double(windows) * plan.operations(patch: settings.spatialWindow)
        return Result(
            seconds: seconds, windows: windows, threads: Torch.threads, operationsPerSecond: operations / seconds,
            productOperationsPerSecond: try ProductBenchmark().operationsPerSecond(), peakBytes: peak)
    }

    private var windows: Int {
        let (size, overlap) = (settings.windowSize, settings.overlap)
        let slabs = settings.dimensions == 2 ? shape.z : Predictor.starts(shape.z, size.z, overlap).count
        return slabs * Predictor.starts(shape.y, size.y, overlap).count
            * Predictor.starts(shape.x, size.x, overlap).count
    }

    /// Noise, without labels.
    private func volume() -> TrainingCase {
        var random = CounterRandom(1)
        let voxels = (0..<shape.count).map { _ in Int16(random.unit() * 400 - 160) }
        return TrainingCase(
            volume: VolumeID(1), shape: shape, spacing: Vector3(1, 1, 1), image: IntensityVoxels(voxels),
            normalisation: IntensityMap(window: settings), labels: plan.organs.map { _ in .unknown })
    }
}

extension LearningSettings {
    /// The spatial axes that a window gives the network.
    fileprivate var spatialWindow: [Int] {
        dimensions == 2 ? [windowSize.y, windowSize.x] : [windowSize.z, windowSize.y, windowSize.x]
    }
}

private struct IgnoredSlices: PredictionSink {
    mutating func add(_ slices: Prediction) {}
}
