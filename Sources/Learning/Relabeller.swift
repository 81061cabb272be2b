public import Domain

/// A pseudo label of one organ in one volume.
public struct PseudoLabel: Hashable, Sendable {
    /// Index of the organ in the plan.
    public let organ: Int
    /// The whole prediction where nothing else is known; may be empty.
    public let foreground: BitVolume
    /// Where it may be believed: ranked positives, and confident negatives.
    public let known: BitVolume
    /// Mean over `foreground`; nil where it is empty.
    public let confidence: Double?
    public let predictedMillilitres: Double
    public let believedPositives: Int
    public let believedNegatives: Int

    /// As the next round learns from it.
    public var label: OrganLabel { .pseudo(foreground: foreground, known: known) }
}

/// Makes pseudo labels from predictions (INERRANT; `docs/method.md`, section 2): of the predicted positives of an organ
/// nobody labelled, where nothing is known, the share gamma that the confidence ranks first.
public struct Relabeller: Sendable {
    private let rule: KnownVoxelRule
    private let minimumConfidence: Double
    private let negatives: [Double]

    public init(rule: KnownVoxelRule, settings: LearningSettings) {
        self.rule = rule
        minimumConfidence = settings.minimumConfidence
        negatives = settings.confidentNegatives
    }

    /// Confidence scores of the candidates of each organ, to be merged over volumes for `rankingPool: round`;
    /// nil for an organ that is not relabelled here.
    public func histograms(_ item: TrainingCase, _ prediction: Prediction) -> [ScoreHistogram?] {
        let open = openVoxels(item, prediction)
        return open.map { $0.map { histogram(prediction.confidenceLogits[$0.organ], $0.foreground) } }
    }

    /// One pseudo label per organ that is unknown in `item`, or known only by an earlier pseudo label, which is ignored.
    ///
    /// - Parameters:
    ///   - gamma: share of the candidates to believe, 0 to 1.
    ///   - round: from 1; chooses the share of confident negatives.
    ///   - pooled: scores of all volumes by organ; nil ranks within this volume.
    public func relabel(
        _ item: TrainingCase, _ prediction: Prediction, gamma: Double, round: Int, pooled: [ScoreHistogram?]? = nil
    ) -> [PseudoLabel] {
        openVoxels(item, prediction).compactMap { $0 }.map { open in
            let scores = prediction.confidenceLogits[open.organ]
            let histogram = pooled?[open.organ] ?? histogram(scores, open.foreground)
            var cut = RankedCut(histogram, share: gamma, highest: true)
            var known = BitVolume(item.shape)
            var positives = 0
            open.foreground.forEachSet { voxel in
                let taken = cut.takes(scores[voxel])
                guard taken, prediction.confidence(ofLogit: scores[voxel]) >= minimumConfidence else { return }
                known[voxel] = true
                positives += 1
            }
            let negatives = believeNegatives(prediction.logits[open.organ], open, round, &known)
            return PseudoLabel(
                organ: open.organ, foreground: open.foreground, known: known,
                confidence: prediction.meanConfidence(organ: open.organ, over: open.foreground),
                predictedMillilitres: Double(open.foreground.population) * item.voxelMillilitres,
                believedPositives: positives, believedNegatives: negatives)
        }
    }

    /// The least probable share of the predicted negatives becomes known.
    private func believeNegatives(
        _ logits: [Int8], _ open: OpenVoxels, _ round: Int, _ known: inout BitVolume
    ) -> Int {
        guard let last = negatives.last, round > 0 else { return 0 }
        let share = round <= negatives.count ? negatives[round - 1] : last
        var cut = RankedCut(histogram(logits, open.negatives), share: share, highest: false)
        var count = 0
        open.negatives.forEachSet { voxel in
            guard cut.takes(logits[voxel]) else { return }
            known[voxel] = true
            count += 1
        }
        return count
    }

    private func histogram(_ scores: [Int8], _ voxels: BitVolume) -> ScoreHistogram {
        var result = ScoreHistogram()
        voxels.forEachSet { result.add(scores[$0]) }
        return result
    }

    /// Voxels of an organ of which nothing is known, as predicted.
    private struct OpenVoxels {
        let organ: Int
        var foreground: BitVolume
        var negatives: BitVolume
    }

    /// Per organ to relabel. Where organs that exclude each other claim a voxel, the higher score has it.
    private func openVoxels(_ item: TrainingCase, _ prediction: Prediction) -> [OpenVoxels?] {
        let labels = item.labels.map { label in
            if case .known = label { return label }
            return OrganLabel.unknown
        }
        var open = labels.indices.map { organ in
            labels[organ] == .unknown
                ? OpenVoxels(organ: organ, foreground: BitVolume(item.shape), negatives: BitVolume(item.shape)) : nil
        }
        let slice = item.shape.x * item.shape.y
        let planes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: labels.count * slice)
        defer { planes.deallocate() }
        let none = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
        let sets = Array(Set(item.unions.map(\.parts)))
        let compositePlanes =
            sets.isEmpty ? none : UnsafeMutableBufferPointer<UInt8>.allocate(capacity: sets.count * slice)
        defer { compositePlanes.deallocate() }
        for z in 0..<item.shape.z {
            let box = VoxelBox(lower: Vector3(0, 0, z), upper: Vector3(item.shape.x, item.shape.y, z + 1))
            rule.fill(
                planes, compositePlanes: compositePlanes, compositeSets: sets, labels: labels, composites: item.unions,
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
        let rivals = rule.excluded(by: organ)
        for i in 0..<count where planes[organ * count + i] == VoxelKnowledge.unknown {
            let voxel = offset + i
            if scores[voxel] <= 0 {
                open?.negatives[voxel] = true
            } else if !rivals.contains(where: { rival in
                let score = prediction.logits[rival][voxel]
                return planes[rival * count + i] == VoxelKnowledge.unknown
                    && (score > scores[voxel] || score == scores[voxel] && rival < organ)
            }) {
                open?.foreground[voxel] = true
            }
        }
    }
}
