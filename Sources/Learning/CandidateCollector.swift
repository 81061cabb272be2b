internal import Domain

/// Makes the candidates of a volume from its prediction, slice by slice. Memory: for each organ to relabel that of
/// `PredictedPositives`, and, where a share of the negatives is accepted, a bit for each voxel and two bytes for each negative.
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
            return OpenVoxels(
                organ: organ, shape: item.shape, keepsNegatives: keepsNegatives, ranksNegatives: ranksNegatives)
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
            for organ in labels.indices { sort(&open[organ], planes, slices, offset: offset * slice, count: slice) }
        }
    }

    /// One candidate per organ of the recipe, also of those withheld, that is unknown in the case.
    ///
    /// - Precondition: all slices were added.
    public func candidates() -> [LabelCandidate] {
        open.compactMap { $0 }.map { open in
            let positives = recipe.keepsLargestPart.contains(open.organ) ? open.positives.largestPart : open.positives
            var softDice = open.probability
            for logit in positives.logits { softDice.addForeground(Prediction.probability(of: logit)) }
            return LabelCandidate(
                organ: open.organ, foreground: positives.foreground,
                negatives: open.acceptedNegatives(share: recipe.confidentNegatives), scores: positives.confidences,
                measures: LabelMeasures(
                    kind: kind, confidence: positives.meanConfidence(kind), softDice: softDice.value,
                    voxelMillilitres: item.voxelMillilitres))
        }
    }

    /// A voxel predicted as two organs that exclude each other belongs to the one with the higher score; one that is withheld takes no
    /// voxel of the others.
    private func sort(
        _ open: inout OpenVoxels?, _ planes: UnsafeMutableBufferPointer<UInt8>, _ slices: Prediction,
        offset: Int, count: Int
    ) {
        guard let organ = open?.organ else { return }
        let (scores, confidences) = (slices.logits[organ], slices.ownConfidenceLogits?[organ])
        let first = slices.firstSlice * count
        let rivals = rule.excluded(by: organ).filter(
            recipe.organs.contains(organ) ? recipe.organs.contains : recipe.predicted.contains)
        for i in 0..<count where planes[organ * count + i] == VoxelKnowledge.unknown {
            let voxel = offset + i
            let score = scores[voxel]
            guard score > 0 else {
                open?.addNegative(first + voxel, score)
                continue
            }
            let isLost = rivals.contains { rival in
                let other = slices.logits[rival][voxel]
                return planes[rival * count + i] == VoxelKnowledge.unknown
                    && (other > score || other == score && rival < organ)
            }
            if !isLost { open?.addPositive(first + voxel, score, confidences?[voxel]) }
        }
    }
}

/// The voxels of an organ whose truth is unknown, by their prediction.
private struct OpenVoxels: Sendable {
    let organ: Int
    private(set) var positives: PredictedPositives
    /// The sum of the probabilities, without a mask.
    private(set) var probability = SoftDice()
    private var negatives: BitVolume
    private let keepsNegatives, ranksNegatives: Bool
    /// Of each negative, in the order of the voxels, where they are ranked.
    private var negativeScores: [Prediction.Score] = []

    init(organ: Int, shape: GridShape, keepsNegatives: Bool, ranksNegatives: Bool) {
        (self.organ, self.keepsNegatives, self.ranksNegatives) = (organ, keepsNegatives, ranksNegatives)
        positives = PredictedPositives(shape)
        negatives = positives.foreground
        if ranksNegatives { negativeScores.reserveCapacity(shape.count) }
    }

    mutating func addPositive(_ voxel: Int, _ score: Prediction.Score, _ confidence: Prediction.Score?) {
        positives.add(voxel, logit: score, confidence: confidence)
        probability.add(Prediction.probability(of: score))
    }

    mutating func addNegative(_ voxel: Int, _ score: Prediction.Score) {
        if keepsNegatives { negatives[voxel] = true }
        if ranksNegatives { negativeScores.append(score) }
        probability.add(Prediction.probability(of: score))
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
