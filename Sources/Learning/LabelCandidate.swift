public import Domain

/// What a prediction offers as the pseudo label of one organ in one volume, before its positives are ranked with others. Much smaller
/// than the prediction, so that a volume that is ranked with all others need not be predicted again.
public struct LabelCandidate: Hashable, Sendable {
    /// Index of the organ in the plan.
    public let organ: Int
    /// The predicted positives whose truth is unknown.
    public let foreground: BitVolume
    /// The accepted negatives.
    public let negatives: BitVolume
    /// The confidence score of each voxel of `foreground`, in the order of the voxels.
    public let scores: [Prediction.Score]
    public let measures: LabelMeasures

    /// - Precondition: one score per voxel of `foreground`.
    public init(
        organ: Int, foreground: BitVolume, negatives: BitVolume, scores: [Prediction.Score], measures: LabelMeasures
    ) {
        precondition(scores.count == foreground.population, "one score per voxel")
        (self.organ, self.foreground, self.negatives) = (organ, foreground, negatives)
        (self.scores, self.measures) = (scores, measures)
    }

    /// The scores, to be added over the volumes for `RankingPool.round`.
    public var histogram: ScoreHistogram { ScoreHistogram(scores) }
}

/// What is measured on a whole prediction of an organ.
public struct LabelMeasures: Hashable, Sendable {
    /// How scores become confidences.
    public let kind: ConfidenceMethod
    /// Mean over the foreground; nil where it is empty.
    public let confidence: Double?
    /// `SoftDice` of the foreground and the voxels whose truth is unknown; nil where it is empty.
    public let softDice: Double?
    /// Millilitres of one voxel.
    public let voxelMillilitres: Double
}
