public import Domain

/// What a run's plan decides for the learning of one round. It has no defaults: those of the plan are the only ones.
public struct RoundRecipe: Hashable, Sendable {
    /// 0 before any relabelling.
    public var round: Int
    /// Whether the round may start from new weights: it weighs positives.
    public var isFresh: Bool
    /// All random choices of the round are functions of the seed, the round and the step.
    public var seed: UInt64
    /// Optimiser steps of the network in the whole round, at least 1.
    public var steps: Int
    /// When the training is evaluated on held-out volumes; nil: never.
    public var validation: ValidationRecipe?
    /// What ranks the predicted positives.
    public var confidence: ConfidenceMethod
    /// Initial learning rate of the round.
    public var learningRate: Double
    /// Weight of the voxels that only a pseudo label knows, above 0 to 1.
    public var pseudoWeight: Double
    /// Optimiser steps of the confidence head, at least 1; without effect unless `confidence` has a head.
    public var confidenceSteps: Int

    public init(
        round: Int, isFresh: Bool, seed: UInt64, steps: Int, learningRate: Double, pseudoWeight: Double,
        confidence: ConfidenceMethod, confidenceSteps: Int, validation: ValidationRecipe? = nil
    ) {
        (self.round, self.isFresh, self.seed, self.steps) = (round, isFresh, seed, steps)
        (self.learningRate, self.pseudoWeight) = (learningRate, pseudoWeight)
        (self.confidence, self.confidenceSteps, self.validation) = (confidence, confidenceSteps, validation)
    }
}

/// What a run's plan decides for the relabelling of one round: which voxels of a prediction are accepted.
public struct RelabellingRecipe: Hashable, Sendable {
    /// Indices of the organs that are relabelled.
    public var organs: Set<Int>
    /// Indices of the organs whose labels are withheld: they are predicted, but take no voxels from the others.
    public var withheld: Set<Int>
    /// Accepted share of the ranked positives, 0 to 1.
    public var gamma: Double
    /// Accepted share of the predicted negatives, least probable first, 0 to 1.
    public var confidentNegatives: Double
    /// Positives with a smaller confidence are not accepted, 0 to 1.
    public var minimumConfidence: Double
    /// Indices of the organs of whose predicted masks the largest connected part alone is kept.
    public var keepsLargestPart: Set<Int>

    public init(
        organs: Set<Int>, withheld: Set<Int> = [], gamma: Double, confidentNegatives: Double,
        minimumConfidence: Double, keepsLargestPart: Set<Int> = []
    ) {
        (self.organs, self.withheld, self.keepsLargestPart) = (organs, withheld, keepsLargestPart)
        (self.gamma, self.confidentNegatives, self.minimumConfidence) = (gamma, confidentNegatives, minimumConfidence)
    }

    /// All predicted positives of all organs, and no negatives.
    public static func everything(organs: Int, onePart: Set<Int> = []) -> RelabellingRecipe {
        RelabellingRecipe(
            organs: Set(0..<organs), gamma: 1, confidentNegatives: 0, minimumConfidence: 0, keepsLargestPart: onePart)
    }

    /// The organs that get a label.
    var predicted: Set<Int> { organs.union(withheld) }
}
