public import Domain

/// The masks that a round would publish of a held-out volume if nothing were annotated there, with what it would store of them: a
/// voxel that is predicted as organs that exclude each other belongs to the one with the highest score, as in a pseudo label.
///
/// All organs of the plan compete, also those that the round withholds later.
public struct ExclusiveMasks: Sendable {
    /// By organ of the plan, on the grid of training.
    public let foregrounds: [BitVolume]
    /// Mean confidence over the mask of each organ; nil where it is empty.
    public let confidences: [Double?]
    /// The soft Dice of the mask of each organ where its label is complete; nil where that is nowhere, or the mask is empty there.
    public let softDice: [Double?]

    /// - Parameter item: with the complete labels, which bound where the soft Dice is measured.
    public init(_ item: TrainingCase, _ prediction: Prediction, rule: KnownVoxelRule) {
        var open = item
        open.labels = item.labels.map { _ in .unknown }
        open.composites = []
        let offered = Relabeller(rule: rule, recipe: .everything(organs: item.labels.count)).candidates(
            open, prediction)
        foregrounds = offered.map(\.foreground)
        confidences = offered.map(\.measures.confidence)
        softDice = zip(item.labels.indices, offered).map { organ, candidate in
            guard case .known(_, let extent, let known) = item.labels[organ] else { return nil }
            let region = Evaluator.region(extent, known, item.shape) ?? BitVolume(item.shape, repeating: true)
            var (mask, negatives) = (candidate.foreground, region)
            mask.formIntersection(region)
            negatives.subtract(prediction.foreground(organ: organ))
            return SoftDice.value(of: mask, negatives: negatives, scores: prediction.logits[organ])
        }
    }
}
