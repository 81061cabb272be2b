public import Batches
public import Domain
internal import System

/// A pseudo label of one organ in one volume.
public struct PseudoLabel: Hashable, Sendable {
    /// Index of the organ in the plan.
    public let organ: Int
    /// The whole prediction where nothing else is known; may be empty.
    public let foreground: BitVolume
    /// The validity mask: accepted positives and accepted negatives.
    public let known: BitVolume
    /// Mean over `foreground`; nil where it is empty.
    public let confidence: Double?
    /// `SoftDice` of `foreground` and the voxels whose truth is unknown; nil where `foreground` is empty.
    public let softDice: Double?
    /// Volume of `foreground`.
    public let predictedMillilitres: Double
    /// Voxels of `known` in and outside `foreground`.
    public let acceptedPositives, acceptedNegatives: Int
}

/// Makes pseudo labels from predictions (INERRANT; `docs/method.md`, section 2): of the predicted positives of an unlabelled
/// organ it accepts the share gamma that the confidence ranks first.
public struct Relabeller: Sendable {
    private let rule: KnownVoxelRule
    private let recipe: RelabellingRecipe
    private let threads: Int

    /// - Parameter threads: of the work on a prediction; nil: one for each processor core.
    public init(rule: KnownVoxelRule, recipe: RelabellingRecipe, threads: Int? = nil) {
        (self.rule, self.recipe, self.threads) = (rule, recipe, threads ?? UsableCores.count)
    }

    /// Takes the prediction of a volume and makes its candidates. Earlier pseudo labels are ignored.
    public func collector(for item: TrainingCase) -> CandidateCollector {
        CandidateCollector(item, rule: rule, recipe: recipe, threads: threads)
    }

    /// Accepts the share gamma of the positives of each candidate.
    ///
    /// - Parameter pooled: scores of each organ in all volumes; nil ranks within this volume.
    public func labels(_ candidates: [LabelCandidate], pooled: [ScoreHistogram?]? = nil) -> [PseudoLabel] {
        candidates.map(threads: threads) { label($0, pooled: pooled?[$0.organ]) }
    }

    /// Accepts the share gamma of a candidate's positives.
    ///
    /// - Parameter pooled: scores of the organ in all volumes; nil ranks within this volume.
    public func label(_ candidate: LabelCandidate, pooled: ScoreHistogram? = nil) -> PseudoLabel {
        var cut = RankedCut(pooled ?? candidate.histogram, share: recipe.gamma, highest: true)
        var known = candidate.negatives
        var (position, positives) = (0, 0)
        candidate.foreground.forEachSet { voxel in
            let score = candidate.scores[position]
            position += 1
            let taken = cut.takes(score)
            guard taken, candidate.measures.kind.confidence(of: score) >= recipe.minimumConfidence else { return }
            known[voxel] = true
            positives += 1
        }
        return PseudoLabel(
            organ: candidate.organ, foreground: candidate.foreground, known: known,
            confidence: candidate.measures.confidence, softDice: candidate.measures.softDice,
            predictedMillilitres: Double(candidate.scores.count) * candidate.measures.voxelMillilitres,
            acceptedPositives: positives, acceptedNegatives: candidate.negatives.population)
    }
}
