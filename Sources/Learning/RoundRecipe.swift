public import Domain

/// What a run's plan decides for the learning of one round. It has no defaults: those of the plan are the only ones.
public struct RoundRecipe: Hashable, Sendable {
    /// 0 before any relabelling; only round 0 weighs positives.
    public var round: Int
    /// All random choices of the round are functions of the seed, the round and the step.
    public var seed: UInt64
    /// Optimiser steps of the network in the whole round, at least 1.
    public var steps: Int
    /// What ranks the predicted positives.
    public var confidence: ConfidenceMethod
    /// Optimiser steps of the confidence head, at least 1; without effect unless `confidence` has a head.
    public var confidenceSteps: Int

    public init(round: Int, seed: UInt64, steps: Int, confidence: ConfidenceMethod, confidenceSteps: Int) {
        (self.round, self.seed, self.steps) = (round, seed, steps)
        (self.confidence, self.confidenceSteps) = (confidence, confidenceSteps)
    }
}

/// What a run's plan decides for the relabelling of one round: which voxels of a prediction are accepted.
public struct RelabellingRecipe: Hashable, Sendable {
    /// Indices of the organs that are relabelled; the others are learned, but neither get labels nor take voxels from these.
    public var organs: Set<Int>
    /// Accepted share of the ranked positives, 0 to 1.
    public var gamma: Double
    /// Accepted share of the predicted negatives, least probable first, 0 to 1.
    public var confidentNegatives: Double
    /// Positives with a smaller confidence are not accepted, 0 to 1.
    public var minimumConfidence: Double

    public init(organs: Set<Int>, gamma: Double, confidentNegatives: Double, minimumConfidence: Double) {
        self.organs = organs
        (self.gamma, self.confidentNegatives, self.minimumConfidence) = (gamma, confidentNegatives, minimumConfidence)
    }
}
