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
    /// bfloat16 where the processor multiplies it itself.
    case auto
}

public enum LearningRateSchedule: String, Hashable, Sendable, CaseIterable {
    case constant
    /// (1 − step / steps)^0.9 of the first rate, as nnU-Net.
    case polynomial
}

public enum OptimiserChoice: String, Hashable, Sendable, CaseIterable {
    case adam, descent
}

/// What ranks predicted voxels.
public enum ConfidenceKind: String, Hashable, Sendable, CaseIterable {
    /// A trained correction to the segmentation's own logit.
    case residual
    /// The plain probability.
    case probability
    /// 1 − the entropy of the probability in bits.
    case entropy
}

/// Over which voxels the share gamma is counted.
public enum RankingPool: String, Hashable, Sendable, CaseIterable {
    case volume
    /// All volumes of the round together, so that a volume's share may differ.
    case round
}

/// Everything that a run may choose. `LearningSettings.keys` is the list of names, purposes, ranges and defaults.
public struct LearningSettings: Hashable, Sendable {
    // MARK: Network
    public var dimensions = 2
    public var contextSlices = 5
    public var widths = [16, 32, 64]
    public var headBias = -3.0

    // MARK: Input
    /// Voxels along x, y and, for three dimensions, z.
    public var patch = [96, 96]
    /// As `patch`, for prediction; empty: the same.
    public var predictionPatch: [Int] = []
    public var overlap = 0.5
    public var windowLow = -160.0
    public var windowHigh = 240.0
    public var intensityMean = 40.0
    public var intensityDeviation = 100.0
    public var intensityJitter = 0.1
    public var batch = 8
    public var foregroundShare = 0.5

    // MARK: Training
    public var seed = 1
    public var rounds = 3
    public var initialSteps = 1000
    public var roundSteps = 500
    public var learningRate = 1e-3
    public var learningRateSchedule = LearningRateSchedule.constant
    public var optimiser = OptimiserChoice.adam
    public var precision = Precision.auto
    public var threads = 0
    public var checkpointSteps = 100
    public var normalisation = LossNormalisation.total
    public var diceWeight = 0.5
    public var positiveWeightTarget = 0.05
    public var missingAsBackground = false

    // MARK: Confidence and relabelling
    public var confidence = ConfidenceKind.residual
    public var confidenceWidth = 16
    public var confidenceSteps = 150
    public var confidenceLearningRate = 1e-3
    public var gammaMaximum = 1.0
    public var minimumConfidence = 0.0
    public var confidentNegatives = [0.9, 0.96, 0.99]
    public var rankingPool = RankingPool.volume
    public var runawayRatio = 3.0

    /// The defaults.
    public init() {}

    /// Defaults overridden by `values`; throws `LearningError` naming key, value and what is allowed.
    public init(_ values: [String: SettingValue]) throws {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let key = Self.keys.first(where: { $0.name == name }) else {
                throw LearningError.unknownSetting(key: name, known: Self.keys.map(\.name))
            }
            guard key.write(&self, value) else {
                throw LearningError.invalidSetting(key: name, value: value.description, allowed: key.allowed)
            }
        }
        try validate()
    }

    /// Checks every value by itself and those that depend on each other.
    public func validate() throws {
        var copy = self
        for key in Self.keys where !key.write(&copy, key.read(self)) {
            throw LearningError.invalidSetting(key: key.name, value: key.read(self).description, allowed: key.allowed)
        }
        try require(contextSlices % 2 == 1, "contextSlices", "an odd number")
        try require(dimensions == 2 || contextSlices == 1, "contextSlices", "1 for three dimensions")
        let multiple = 1 << (widths.count - 1)
        let sizes = "\(dimensions) multiples of \(multiple) (for these widths), above \(multiple)"
        try require(fits(patch, multiple), "patch", sizes)
        try require(predictionPatch.isEmpty || fits(predictionPatch, multiple), "predictionPatch", sizes + ", or none")
        try require(windowLow < windowHigh, "windowHigh", "a number above windowLow")
    }

    private func fits(_ sizes: [Int], _ multiple: Int) -> Bool {
        sizes.count == dimensions && sizes.allSatisfy { $0 % multiple == 0 && $0 > multiple }
    }

    private func require(_ condition: Bool, _ name: String, _ allowed: String) throws {
        if condition { return }
        let value = Self.keys.first { $0.name == name }?.read(self).description ?? ""
        throw LearningError.invalidSetting(key: name, value: value, allowed: allowed)
    }

    /// The network that these settings describe.
    public func plan(organs: [String]) -> NetworkPlan {
        NetworkPlan(
            dimensions: dimensions, contextSlices: contextSlices, widths: widths, organs: organs, headBias: headBias)
    }
}
