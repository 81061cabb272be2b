internal import Batches
internal import Domain
internal import System

/// Makes the candidates of a volume from its prediction, slice by slice, several organs at a time. Memory: for each organ to relabel that of
/// `OrganPrediction` and of `PredictedNegatives`.
public struct CandidateCollector: PredictionSink {
    private let item: TrainingCase
    private let recipe: RelabellingRecipe
    private let unknown: UnknownVoxels
    private let threads: Int
    private var drafts: [CandidateDraft]
    private var isFinished = false
    private var kind = ConfidenceMethod.probability

    init(_ item: TrainingCase, rule: KnownVoxelRule, recipe: RelabellingRecipe, threads: Int) {
        (self.item, self.recipe, self.threads) = (item, recipe, threads)
        unknown = UnknownVoxels(item.labels, composites: item.composites, rule: rule, shape: item.shape)
        drafts = item.labels.indices.compactMap { organ in
            if case .known = item.labels[organ] { return nil }
            guard recipe.predicted.contains(organ) else { return nil }
            let competing = recipe.organs.contains(organ) ? recipe.organs : recipe.predicted
            return CandidateDraft(
                organ: organ, rivals: rule.excluded(by: organ).filter(competing.contains), shape: item.shape,
                confidentNegatives: recipe.confidentNegatives)
        }
    }

    public mutating func add(_ slices: Prediction) {
        kind = slices.kind
        let planes = (0..<slices.shape.z).map { unknown.planes(z: slices.firstSlice + $0) }
        drafts.changeEach(threads: threads) { $0.add(slices, planes) }
    }

    public mutating func finish() {
        drafts.changeEach(threads: threads) { $0.finish() }
        isFinished = true
    }

    /// One candidate per organ of the recipe, also of those withheld, that is unknown in the case.
    ///
    /// - Precondition: all slices were added, and `finish` was called.
    public func candidates() -> [LabelCandidate] {
        precondition(isFinished, "a whole prediction")
        let (recipe, kind, millilitres) = (recipe, kind, item.voxelMillilitres)
        return drafts.map(threads: threads) { draft in
            let mask = draft.mask
            let positives = recipe.keepsLargestPart.contains(mask.organ) ? mask.positives.largestPart : mask.positives
            return LabelCandidate(
                organ: mask.organ, foreground: positives.foreground, negatives: draft.negatives.voxels,
                scores: positives.confidences,
                measures: LabelMeasures(
                    kind: kind, confidence: positives.meanConfidence(kind),
                    softDice: SoftDice.value(of: positives, mask.surroundings), voxelMillilitres: millilitres))
        }
    }
}

/// What a candidate is made of: the voxels of an organ whose truth is unknown, by their prediction.
private struct CandidateDraft: Sendable {
    private(set) var mask: OrganPrediction
    private(set) var negatives: PredictedNegatives

    init(organ: Int, rivals: [Int], shape: GridShape, confidentNegatives: Double) {
        mask = OrganPrediction(organ: organ, rivals: rivals, shape: shape)
        negatives = PredictedNegatives(shape, share: confidentNegatives)
    }

    /// - Parameter planes: the voxels of each slice whose truth is unknown, by organ; nil: all. An organ that is withheld takes no voxel of the
    ///   others.
    mutating func add(_ slices: Prediction, _ planes: [[BitPlane?]]) {
        for (offset, open) in planes.enumerated() {
            guard negatives.areAccepted else {
                mask.add(slices, offset: offset, open: open)
                continue
            }
            var plane = BitPlane()
            let slice = mask.add(slices, offset: offset, open: open, negatives: &plane)
            negatives.add(plane, of: slice)
        }
        mask.release(slices)
    }

    mutating func finish() { negatives.refuse() }
}
