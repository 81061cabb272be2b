public import Domain

/// How the sum of the losses over known voxels becomes one number (the paper leaves it open; `docs/method.md`, 1).
public enum LossNormalisation: String, Hashable, Sendable, CaseIterable {
    /// Divided by all known voxels of the batch.
    case total
    /// Each organ divided by its own known voxels, then the mean over the organs that have some.
    case perOrgan
    /// Divided by the voxels of all organs, known or not.
    case constant
}

/// The number format of convolutions; losses and weights stay in float32.
public enum Precision: String, Hashable, Sendable, CaseIterable {
    case float32, bfloat16
    /// bfloat16 where the processor has instructions for it, and on every GPU.
    case auto
}

public enum LearningRateSchedule: String, Hashable, Sendable, CaseIterable {
    case constant
    /// (1 − step / steps)^0.9 of the initial rate, as in nnU-Net.
    case polynomial
    /// (1 + cos(π step / steps)) / 2 of the initial rate (Loshchilov and Hutter, ICLR 2017, without restarts).
    case cosine
}

public enum OptimiserChoice: String, Hashable, Sendable, CaseIterable {
    case adam, sgd
}

/// How the values of an image become input of a network.
public enum IntensityNormalisation: String, Hashable, Sendable, CaseIterable {
    /// `window` for CT, `zscore` for every other modality.
    case byModality
    /// Clipped to a window in Hounsfield units, reduced by a mean and divided by a deviation, the same for all images.
    case window
    /// Clipped to the 0.5th and the 99.5th percentile of the image's foreground, then as `zscore`.
    case percentiles
    /// Reduced by the mean of the image's foreground and divided by its deviation, as nnU-Net does for MR.
    case zscore

    /// The one for images of a modality, never `byModality`.
    public func resolved(for modality: String) -> IntensityNormalisation {
        guard self == .byModality else { return self }
        return modality == "CT" ? .window : .zscore
    }
}

/// How networks learn and predict: architecture, input, optimiser. What a round learns is in `RoundRecipe`.
///
/// `keys` describes each value: its limits, and its key in a configuration.
public struct LearningSettings: Hashable, Sendable {
    // MARK: Network
    public var dimensions = 2
    public var contextSlices = 5
    public var widths = [16, 32, 64]
    public var headBias = -3.0
    public var confidenceWidth = 16

    // MARK: Input
    /// Voxels along x, y and, for three dimensions, z.
    public var patch = [96, 96]
    /// As `patch`, for prediction; empty: the same.
    public var predictionPatch: [Int] = []
    public var overlap = 0.5
    public var intensity = IntensityNormalisation.byModality
    public var windowLow = -160.0
    public var windowHigh = 240.0
    public var intensityMean = 40.0
    public var intensityDeviation = 100.0
    public var intensityJitter = 0.1
    public var batch = 8
    public var foregroundShare = 0.5
    public var augmentation = AugmentationSettings()
    var augmentationBase = AugmentationSet.none

    // MARK: Training
    public var learningRate = 1e-3
    /// One per round, round 0 first; empty: `learningRate` in every round.
    public var learningRates: [Double] = []
    public var learningRateSchedule = LearningRateSchedule.constant
    public var warmUpSteps = 0
    public var accumulation = 1
    public var maximumGradientNorm = 0.0
    public var confidenceLearningRate = 1e-3
    public var optimiser = OptimiserChoice.adam
    public var precision = Precision.auto
    public var device = DeviceChoice.auto
    public var threads = 0
    public var loaders = 0
    public var checkpointSteps = 100
    public var logSteps = 10
    /// The decay of the moving average of the network's weights; 0: none.
    public var averageWeights = 0.0
    public var deepSupervision = false
    public var normalisation = LossNormalisation.total
    public var diceWeight = 0.5
    public var positiveWeightTarget = 0.05
    public var missingAsBackground = false

    /// The defaults.
    public init() {}

    /// The defaults, overridden by `values`.
    ///
    /// - Throws: `SettingError` with the first key that is unknown or outside its limits.
    public init(_ values: [String: SettingValue]) throws(SettingError) {
        try apply(values)
        try validate()
    }

    /// Checks every value by itself and the rules that join several.
    ///
    /// - Throws: `SettingError.invalid`.
    public func validate() throws(SettingError) {
        try validateKeys()
        try require(contextSlices % 2 == 1, "contextSlices", "an odd number")
        try require(
            dimensions == 2 || contextSlices == 1, "contextSlices", "1 for three dimensions", beside: ["dimensions"])
        let multiple = 1 << (widths.count - 1)
        let sizes = "\(dimensions) multiples of \(multiple) (for these widths), each above \(multiple)"
        try require(fits(patch, multiple), "patch", sizes, beside: ["dimensions", "widths"])
        try require(predictionPatch.isEmpty || fits(predictionPatch, multiple), "predictionPatch", sizes + ", or none")
        try validateAugmentation()
        try require(
            !deepSupervision || widths.count >= 4, "deepSupervision", "false for fewer than four widths",
            beside: ["widths"])
        try require(windowLow < windowHigh, "windowHigh", "a number above windowLow", beside: ["windowLow"])
    }

    /// Checks the rules that join the settings with a plan.
    ///
    /// - Throws: `SettingError.invalid`.
    public func validate(for plan: RunPlan) throws(SettingError) {
        try require(
            learningRates.isEmpty || learningRates.count == plan.rounds + 1, "learningRates",
            "none, or \(plan.rounds + 1) values, one per round")
        let fewest = (0...plan.rounds).map(plan.steps).min() ?? 0
        try require(warmUpSteps < fewest, "warmUpSteps", "below \(fewest), the fewest steps of a round")
    }

    /// Whether the windows of prediction have another size than those of training.
    public var predictsOtherPatches: Bool { !predictionPatch.isEmpty && predictionPatch != patch }

    /// Initial learning rate of a round.
    public func learningRate(inRound round: Int) -> Double {
        learningRates.indices.contains(round) ? learningRates[round] : learningRate
    }

    private func fits(_ sizes: [Int], _ multiple: Int) -> Bool {
        sizes.count == dimensions && sizes.allSatisfy { $0 % multiple == 0 && $0 > multiple }
    }
}
