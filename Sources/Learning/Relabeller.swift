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
    /// `SoftDice.value` of `foreground` over the voxels whose truth is unknown; nil where `foreground` is empty.
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

    /// Confidence scores of the candidates of each organ, to be added over the volumes for `RankingPool.round`; nil for an
    /// organ that is not relabelled here.
    public func histograms(_ item: TrainingCase, _ prediction: Prediction) -> [ScoreHistogram?] {
        let open = openVoxels(item, prediction)
        return open.map { $0.map { histogram(prediction.confidenceLogits[$0.organ], $0.foreground) } }
    }

    /// One pseudo label per organ of the recipe that is unknown in `item`. Earlier pseudo labels are ignored.
    ///
    /// - Parameter pooled: scores of all volumes by organ; nil ranks within this volume.
    public func relabel(
        _ item: TrainingCase, _ prediction: Prediction, pooled: [ScoreHistogram?]? = nil
    ) -> [PseudoLabel] {
        openVoxels(item, prediction).compactMap { $0 }.map { open in
            let scores = prediction.confidenceLogits[open.organ]
            let histogram = pooled?[open.organ] ?? histogram(scores, open.foreground)
            var cut = RankedCut(histogram, share: recipe.gamma, highest: true)
            var known = BitVolume(item.shape)
            var positives = 0
            open.foreground.forEachSet { voxel in
                let taken = cut.takes(scores[voxel])
                guard taken, prediction.confidence(ofLogit: scores[voxel]) >= recipe.minimumConfidence else { return }
                known[voxel] = true
                positives += 1
            }
            let negatives = acceptNegatives(prediction.logits[open.organ], open, &known)
            return PseudoLabel(
                organ: open.organ, foreground: open.foreground, known: known,
                confidence: prediction.meanConfidence(organ: open.organ, over: open.foreground),
                softDice: open.softDice.value,
                predictedMillilitres: Double(open.foreground.population) * item.voxelMillilitres,
                acceptedPositives: positives, acceptedNegatives: negatives)
        }
    }

    /// Accepts the least probable share of the predicted negatives and returns their number.
    private func acceptNegatives(_ logits: [Prediction.Score], _ open: OpenVoxels, _ known: inout BitVolume) -> Int {
        var cut = RankedCut(
            histogram(logits, open.negatives), share: recipe.confidentNegatives, highest: false)
        var count = 0
        open.negatives.forEachSet { voxel in
            guard cut.takes(logits[voxel]) else { return }
            known[voxel] = true
            count += 1
        }
        return count
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
        var softDice = SoftDice()
    }

    /// The unknown voxels of each organ to relabel. A voxel predicted as two of them that exclude each other belongs to the one with
    /// the higher score; an organ that is not relabelled takes no voxel.
    private func openVoxels(_ item: TrainingCase, _ prediction: Prediction) -> [OpenVoxels?] {
        let labels = item.labels.map { label in
            if case .known = label { return label }
            return OrganLabel.unknown
        }
        var open = labels.indices.map { organ in
            labels[organ] == .unknown && recipe.organs.contains(organ)
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
        let rivals = rule.excluded(by: organ).filter(recipe.organs.contains)
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
            let isForeground = isPositive && !isLost
            if isForeground { open?.foreground[voxel] = true }
            if !isPositive { open?.negatives[voxel] = true }
            open?.softDice.add(Prediction.probability(of: scores[voxel]), isForeground: isForeground)
        }
    }
}
