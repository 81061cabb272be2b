public import Batches
public import Domain
internal import System

/// Compares the prediction of a held-out volume with its labels, slice by slice, several organs at a time. Memory: for each organ that of
/// `OrganPrediction`, and a bit for each voxel.
///
/// The masks are those that a round would publish if nothing were annotated in the volume: a voxel that is predicted as organs that
/// exclude each other belongs to the one with the highest score, as in a pseudo label. All organs of the plan compete, also those that
/// the round withholds later.
public struct HeldOutCollector: PredictionSink {
    private let labels: [OrganLabel]
    /// Where each label is complete; nil: everywhere. Without meaning for an organ that is not labelled.
    private let regions: [BitVolume?]
    private let threads: Int
    /// By organ.
    private var predicted: [OrganPrediction]
    private var kind = ConfidenceMethod.probability

    /// - Parameters:
    ///   - item: with the labels to compare with, on the grid of the prediction.
    ///   - threads: nil: one for each processor core.
    public init(_ item: TrainingCase, rule: KnownVoxelRule, threads: Int? = nil) {
        labels = item.labels
        self.threads = threads ?? UsableCores.count
        regions = item.labels.map { label in
            guard case .known(_, let extent, let known) = label else { return nil }
            return Evaluator.region(extent, known, item.shape)
        }
        predicted = item.labels.indices.map {
            OrganPrediction(organ: $0, rivals: rule.excluded(by: $0), shape: item.shape)
        }
    }

    public mutating func add(_ slices: Prediction) {
        kind = slices.kind
        let open = [BitPlane?](repeating: nil, count: labels.count)
        predicted.changeEach(threads: threads) { mask in
            for offset in 0..<slices.shape.z { mask.add(slices, offset: offset, open: open) }
            mask.release(slices)
        }
    }

    /// - Parameter largestPart: the organs of whose masks the largest part alone is measured.
    /// - Precondition: all slices were added.
    public func results(keepingLargestPartOf largestPart: Set<Int>) -> HeldOutPrediction {
        let positives = predicted.map(\.positives)
        let largest = positives.map(threads: threads) { $0.largestPart }
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
        return SoftDice.value(of: positives, predicted[organ].surroundings, within: regions[organ])
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
