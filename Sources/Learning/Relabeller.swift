public import Domain

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

    public init(rule: KnownVoxelRule, recipe: RelabellingRecipe) { (self.rule, self.recipe) = (rule, recipe) }

    /// One candidate per organ of the recipe, also of those withheld, that is unknown in `item`. Earlier pseudo labels are ignored.
    public func candidates(_ item: TrainingCase, _ prediction: Prediction) -> [LabelCandidate] {
        openVoxels(item, prediction).compactMap { $0 }.map { open in
            let scores = prediction.confidenceLogits[open.organ]
            var own: [Prediction.Score] = []
            open.foreground.forEachSet { own.append(scores[$0]) }
            return LabelCandidate(
                organ: open.organ, foreground: open.foreground,
                negatives: accepted(prediction.logits[open.organ], open.negatives), scores: own,
                measures: LabelMeasures(
                    kind: prediction.kind,
                    confidence: prediction.meanConfidence(organ: open.organ, over: open.foreground),
                    softDice: SoftDice.value(
                        of: open.foreground, negatives: open.negatives, scores: prediction.logits[open.organ]),
                    voxelMillilitres: item.voxelMillilitres))
        }
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

    /// The least probable share of the predicted negatives.
    private func accepted(_ logits: [Prediction.Score], _ negatives: BitVolume) -> BitVolume {
        var cut = RankedCut(histogram(logits, negatives), share: recipe.confidentNegatives, highest: false)
        var accepted = BitVolume(negatives.shape)
        negatives.forEachSet { if cut.takes(logits[$0]) { accepted[$0] = true } }
        return accepted
    }

    private func histogram(_ scores: [Prediction.Score], _ voxels: BitVolume) -> ScoreHistogram {
        var result = ScoreHistogram()
        voxels.forEachSet { result.add(scores[$0]) }
        return result
    }

    /// The voxels of an organ whose truth is unknown, by their prediction.
    private struct OpenVoxels {
        let organ: Int
        var foreground: BitVolume
        var negatives: BitVolume
    }

    /// The unknown voxels of each organ to relabel. A voxel predicted as two of them that exclude each other belongs to the one with
    /// the higher score; one that is withheld takes no voxel of the others.
    private func openVoxels(_ item: TrainingCase, _ prediction: Prediction) -> [OpenVoxels?] {
        let labels = item.labels.map { label in
            if case .known = label { return label }
            return OrganLabel.unknown
        }
        var open = labels.indices.map { organ in
            labels[organ] == .unknown && recipe.predicted.contains(organ)
                ? OpenVoxels(organ: organ, foreground: BitVolume(item.shape), negatives: BitVolume(item.shape)) : nil
        }
        let slice = item.shape.x * item.shape.y
        let planes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: labels.count * slice)
        defer { planes.deallocate() }
        let none = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
        let sets = Array(Set(item.composites.map(\.parts)))
        let compositePlanes =
            sets.isEmpty ? none : UnsafeMutableBufferPointer<UInt8>.allocate(capacity: sets.count * slice)
        defer { compositePlanes.deallocate() }
        for z in 0..<item.shape.z {
            let box = VoxelBox(lower: Vector3(0, 0, z), upper: Vector3(item.shape.x, item.shape.y, z + 1))
            rule.fill(
                planes, compositePlanes: compositePlanes, compositeSets: sets, labels: labels,
                composites: item.composites,
                shape: item.shape, box: box)
            for organ in labels.indices {
                sort(&open[organ], planes, prediction, offset: z * slice, count: slice)
            }
        }
        return open
    }

    private func sort(
        _ open: inout OpenVoxels?, _ planes: UnsafeMutableBufferPointer<UInt8>, _ prediction: Prediction,
        offset: Int, count: Int
    ) {
        guard let organ = open?.organ else { return }
        let scores = prediction.logits[organ]
        let rivals = rule.excluded(by: organ).filter(
            recipe.organs.contains(organ) ? recipe.organs.contains : recipe.predicted.contains)
        for i in 0..<count where planes[organ * count + i] == VoxelKnowledge.unknown {
            let voxel = offset + i
            let isPositive = scores[voxel] > 0
            let isLost =
                isPositive
                && rivals.contains { rival in
                    let score = prediction.logits[rival][voxel]
                    return planes[rival * count + i] == VoxelKnowledge.unknown
                        && (score > scores[voxel] || score == scores[voxel] && rival < organ)
                }
            if isPositive && !isLost { open?.foreground[voxel] = true }
            if !isPositive { open?.negatives[voxel] = true }
        }
    }
}
