internal import Batches
internal import Domain

/// Makes the candidates of a volume from its prediction, slice by slice. Memory: for each organ to relabel that of
/// `PredictedPositives` and `SurroundingScores`, and, where a share of the negatives is accepted, a bit for each voxel and two bytes for each negative.
public struct CandidateCollector: PredictionSink {
    private let item: TrainingCase
    private let rule: KnownVoxelRule
    private let recipe: RelabellingRecipe
    /// Of the case, without earlier pseudo labels.
    private let labels: [OrganLabel]
    private let compositeSets: [[Int]]
    private var open: [OpenVoxels?]
    private var kind = ConfidenceMethod.probability

    init(_ item: TrainingCase, rule: KnownVoxelRule, recipe: RelabellingRecipe) {
        (self.item, self.rule, self.recipe) = (item, rule, recipe)
        let labels: [OrganLabel] = item.labels.map { label in
            if case .known = label { return label }
            return .unknown
        }
        self.labels = labels
        compositeSets = Array(Set(item.composites.map(\.parts)))
        let keepsNegatives = recipe.confidentNegatives > 0
        let ranksNegatives = keepsNegatives && recipe.confidentNegatives < 1
        open = labels.indices.map { organ in
            guard labels[organ] == .unknown, recipe.predicted.contains(organ) else { return nil }
            let competing = recipe.organs.contains(organ) ? recipe.organs : recipe.predicted
            return OpenVoxels(
                organ: organ, rivals: rule.excluded(by: organ).filter(competing.contains), shape: item.shape,
                keepsNegatives: keepsNegatives, ranksNegatives: ranksNegatives)
        }
    }

    public mutating func add(_ slices: Prediction) {
        kind = slices.kind
        let slice = item.shape.x * item.shape.y
        let planes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: labels.count * slice)
        let compositePlanes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: compositeSets.count * slice)
        defer {
            planes.deallocate()
            compositePlanes.deallocate()
        }
        for offset in 0..<slices.shape.z {
            let z = slices.firstSlice + offset
            let box = VoxelBox(lower: Vector3(0, 0, z), upper: Vector3(item.shape.x, item.shape.y, z + 1))
            rule.fill(
                planes, compositePlanes: compositePlanes, compositeSets: compositeSets, labels: labels,
                composites: item.composites, shape: item.shape, box: box)
            for organ in labels.indices { open[organ]?.sort(planes, slices, offset: offset * slice, count: slice) }
        }
    }

    /// One candidate per organ of the recipe, also of those withheld, that is unknown in the case.
    ///
    /// - Precondition: all slices were added.
    public func candidates() -> [LabelCandidate] {
        open.compactMap { $0 }.map { open in
            let positives = recipe.keepsLargestPart.contains(open.organ) ? open.positives.largestPart : open.positives
            return LabelCandidate(
                organ: open.organ, foreground: positives.foreground,
                negatives: open.acceptedNegatives(share: recipe.confidentNegatives), scores: positives.confidences,
                measures: LabelMeasures(
                    kind: kind, confidence: positives.meanConfidence(kind),
                    softDice: SoftDice.value(of: positives, open.surroundings),
                    voxelMillilitres: item.voxelMillilitres))
        }
    }
}

/// The voxels of an organ whose truth is unknown, by their prediction.
private struct OpenVoxels: Sendable {
    let organ: Int
    /// The organs to which a voxel may be lost.
    private let rivals: [Int]
    private(set) var positives: PredictedPositives
    private(set) var surroundings: SurroundingScores
    private var negatives: BitVolume
    private let keepsNegatives, ranksNegatives: Bool
    /// Of each negative, in the order of the voxels, where they are ranked.
    private var negativeScores: [Prediction.Score] = []

    init(organ: Int, rivals: [Int], shape: GridShape, keepsNegatives: Bool, ranksNegatives: Bool) {
        (self.organ, self.rivals, self.keepsNegatives, self.ranksNegatives) = (
            organ, rivals, keepsNegatives, ranksNegatives
        )
        positives = PredictedPositives(shape)
        surroundings = SurroundingScores(shape)
        negatives = positives.foreground
        if ranksNegatives { negativeScores.reserveCapacity(shape.count) }
    }

    /// Takes the voxels of a slice. One predicted as two organs that exclude each other belongs to the one with the higher score; an
    /// organ that is withheld takes no voxel of the others.
    ///
    /// - Parameters:
    ///   - planes: [organ][voxel of the slice], as of `VoxelKnowledge`.
    ///   - offset: of the slice in the prediction; `count`: its voxels.
    mutating func sort(
        _ planes: UnsafeMutableBufferPointer<UInt8>, _ slices: Prediction, offset: Int, count: Int
    ) {
        let (scores, confidences) = (slices.logits[organ], slices.ownConfidenceLogits?[organ])
        let first = slices.firstSlice * count + offset
        var (places, open) = ([Int](), Array(repeating: Prediction.Score(1), count: count))
        for i in 0..<count where planes[organ * count + i] == VoxelKnowledge.unknown {
            let score = scores[offset + i]
            if score <= 0 {
                open[i] = score
                addNegative(first + i, score)
            } else if !isLost(i, planes, slices, offset, count) {
                places.append(i)
                positives.add(first + i, logit: score, confidence: confidences?[offset + i])
            }
        }
        surroundings.add(slice: first / count, positives: places, negatives: open[...])
    }

    private func isLost(
        _ i: Int, _ planes: UnsafeMutableBufferPointer<UInt8>, _ slices: Prediction, _ offset: Int, _ count: Int
    ) -> Bool {
        rivals.contains { rival in
            planes[rival * count + i] == VoxelKnowledge.unknown && slices.isWon(offset + i, by: rival, from: organ)
        }
    }

    private mutating func addNegative(_ voxel: Int, _ score: Prediction.Score) {
        if keepsNegatives { negatives[voxel] = true }
        if ranksNegatives { negativeScores.append(score) }
    }

    /// The least probable share of the negatives.
    func acceptedNegatives(share: Double) -> BitVolume {
        guard ranksNegatives else { return negatives }
        var histogram = ScoreHistogram()
        for score in negativeScores { histogram.add(score) }
        var cut = RankedCut(histogram, share: share, highest: false)
        var accepted = BitVolume(negatives.shape)
        var position = 0
        negatives.forEachSet { voxel in
            if cut.takes(negativeScores[position]) { accepted[voxel] = true }
            position += 1
        }
        return accepted
    }
}
