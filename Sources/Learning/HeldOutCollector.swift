public import Domain

/// Compares the prediction of a held-out volume with its labels, slice by slice. Memory: for each organ that of `PredictedPositives`,
/// and a bit for each voxel.
public struct HeldOutCollector: PredictionSink {
    private let labels: [OrganLabel]
    /// Where each label is complete; nil: everywhere. Without meaning for an organ that is not labelled.
    private let regions: [BitVolume?]
    private let sliceVoxels: Int
    private var positives: [PredictedPositives]
    /// The sums of the probabilities where the labels are complete, without a mask.
    private var probabilities: [SoftDice]
    private var kind = ConfidenceMethod.probability

    /// - Parameter item: with the labels to compare with, on the grid of the prediction.
    public init(_ item: TrainingCase) {
        labels = item.labels
        sliceVoxels = item.shape.x * item.shape.y
        regions = item.labels.map { label in
            guard case .known(_, let extent, let known) = label else { return nil }
            return Evaluator.region(extent, known, item.shape)
        }
        positives = Array(repeating: PredictedPositives(item.shape), count: item.labels.count)
        probabilities = Array(repeating: SoftDice(), count: item.labels.count)
    }

    public mutating func add(_ slices: Prediction) {
        kind = slices.kind
        let first = slices.firstSlice * sliceVoxels
        for organ in labels.indices {
            let (scores, confidences) = (slices.logits[organ], slices.ownConfidenceLogits?[organ])
            let isLabelled = labels[organ].isKnown
            for voxel in scores.indices {
                let score = scores[voxel]
                if score > 0 { positives[organ].add(first + voxel, logit: score, confidence: confidences?[voxel]) }
                guard isLabelled, regions[organ]?[first + voxel] ?? true else { continue }
                probabilities[organ].add(Prediction.probability(of: score))
            }
        }
    }

    /// - Parameter largestPart: the organs of whose masks the largest part alone is measured.
    /// - Precondition: all slices were added.
    public func results(keepingLargestPartOf largestPart: Set<Int>) -> HeldOutPrediction {
        let largest = positives.map(\.largestPart)
        let measured = positives.indices.map { largestPart.contains($0) ? largest[$0] : positives[$0] }
        return HeldOutPrediction(
            masks: measured.map(\.foreground), whole: positives.map(\.foreground),
            largestParts: largest.map(\.foreground),
            confidences: measured.map { $0.meanConfidence(kind) },
            softDice: measured.indices.map { softDice(measured[$0], $0) },
            ranking: measured.indices.map { ranking(measured[$0], $0) })
    }

    /// Nil where the label is nowhere complete, or the mask is empty there.
    private func softDice(_ positives: PredictedPositives, _ organ: Int) -> Double? {
        guard labels[organ].isKnown else { return nil }
        var sum = probabilities[organ]
        positives.forEach { voxel, logit, _ in
            if regions[organ]?[voxel] ?? true { sum.addForeground(Prediction.probability(of: logit)) }
        }
        return sum.value
    }

    private func ranking(_ positives: PredictedPositives, _ organ: Int) -> RankingCounts {
        var counts = RankingCounts()
        guard case .known(let truth, _, _) = labels[organ] else { return counts }
        positives.forEach { voxel, logit, confidence in
            guard regions[organ]?[voxel] ?? true else { return }
            let isRight = truth?[voxel] ?? false
            counts.confidence.add(confidence, isRight: isRight)
            counts.probability.add(logit, isRight: isRight)
        }
        return counts
    }
}

/// The predicted masks of a held-out volume and what was measured of them, by organ of the plan, on the grid of the prediction.
public struct HeldOutPrediction: Sendable {
    /// The masks that are measured.
    public let masks: [BitVolume]
    /// The same with all their parts, and with the largest alone.
    public let whole, largestParts: [BitVolume]
    /// The mean confidence; nil where a mask is empty.
    public let confidences: [Double?]
    /// Where the label is complete; nil where that is nowhere, or the mask is empty there.
    public let softDice: [Double?]
    /// The positives where the label is complete; none for an organ without a label.
    public let ranking: [RankingCounts]
}

extension OrganLabel {
    fileprivate var isKnown: Bool { if case .known = self { true } else { false } }
}
