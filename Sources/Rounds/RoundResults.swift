public import Domain
public import Numerics

/// The result of fitting the confidence.
public struct ConfidenceFit: Sendable, Hashable, Codable {
    /// The confidence head; nil where the method has none.
    public let weights: StoredWeights?
    /// Area under the ROC curve of "this predicted positive is right", per organ: by the run's confidence.
    public let byConfidence: [String: Double]
    /// The same by the plain probability.
    public let byProbability: [String: Double]

    public init(weights: StoredWeights?, byConfidence: [String: Double], byProbability: [String: Double]) {
        (self.weights, self.byConfidence, self.byProbability) = (weights, byConfidence, byProbability)
    }
}

/// The validation results of one organ.
public struct OrganEvaluation: Sendable, Hashable, Codable {
    /// Mean Dice over the volumes where the organ is annotated, 0 to 1; nil where it is in none.
    public let dice: Double?
    /// Predicted voxels over annotated voxels in those volumes together; nil where none is annotated.
    public let volumeRatio: Double?
    /// Validation volumes in which the organ is annotated.
    public let validationVolumes: Int
    /// Validation volumes with a Dice: where the organ is annotated, or predicted although it is absent.
    public let diceVolumes: Int
    /// Against the round before; nil for round 0, and where no volume has both.
    public let diceLoss: DiceLoss?
    /// Training volumes in which the organ is annotated, counting the plan's known origins.
    public let annotatedVolumes: Int
    /// As `dice`, of the predicted masks with all their parts, and of their largest parts alone; one of the two is `dice`.
    public let wholeDice, largestPartDice: Double?

    /// - Parameter diceVolumes: nil: `validationVolumes`.
    public init(
        dice: Double?, volumeRatio: Double?, validationVolumes: Int, annotatedVolumes: Int, diceVolumes: Int? = nil,
        diceLoss: DiceLoss? = nil, wholeDice: Double? = nil, largestPartDice: Double? = nil
    ) {
        (self.dice, self.volumeRatio, self.validationVolumes) = (dice, volumeRatio, validationVolumes)
        (self.annotatedVolumes, self.diceLoss) = (annotatedVolumes, diceLoss)
        (self.wholeDice, self.largestPartDice) = (wholeDice, largestPartDice)
        self.diceVolumes = diceVolumes ?? validationVolumes
    }
}

/// By how much the Dice of the round before was higher, on the same volumes.
public struct DiceLoss: Sendable, Hashable, Codable {
    /// The mean difference, −1 to 1.
    public let mean: Double
    public let volumes: Int

    public init(mean: Double, volumes: Int) { (self.mean, self.volumes) = (mean, volumes) }
}

/// The validation results of a round by organ key.
public struct Evaluation: Sendable, Hashable, Codable {
    public let organs: [String: OrganEvaluation]
    /// What predicts the Dice of a mask from its soft Dice; nil where too few masks are held out.
    public let calibration: DiceCalibration?

    public init(organs: [String: OrganEvaluation], calibration: DiceCalibration? = nil) {
        (self.organs, self.calibration) = (organs, calibration)
    }

    /// Mean of the organs' Dice, 0 to 1; nil where no organ has one.
    public var meanDice: Double? {
        let values = organs.values.compactMap(\.dice)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

/// The publication of a round's labels.
public struct Publication: Sendable, Hashable, Codable {
    /// The revision at which all of them became visible.
    public let revision: Int64
    /// Number of (volume, organ) labels.
    public let labels: Int
    /// Number of masks that were predicted and are no labels.
    public let withheldMasks: Int

    public init(revision: Revision, labels: Int, withheldMasks: Int = 0) {
        (self.revision, self.labels, self.withheldMasks) = (revision.number, labels, withheldMasks)
    }
}
