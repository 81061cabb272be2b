public import Batches
public import Domain

/// Compares the prediction of a held-out volume with its labels, slice by slice. Memory: for each organ that of `PredictedPositives` and
/// `SurroundingScores`, and a bit for each voxel.
///
/// The masks are those that a round would publish if nothing were annotated in the volume: a voxel that is predicted as organs that
/// exclude each other belongs to the one with the highest score, as in a pseudo label. All organs of the plan compete, also those that
/// the round withholds later.
public struct HeldOutCollector: PredictionSink {
    private let labels: [OrganLabel]
    /// Where each label is complete; nil: everywhere. Without meaning for an organ that is not labelled.
    private let regions: [BitVolume?]
    private let sliceVoxels: Int
    /// The organs to which a voxel of each may be lost.
    private let rivals: [[Int]]
    private var positives: [PredictedPositives]
    private var surroundings: [SurroundingScores]
    private var kind = ConfidenceMethod.probability

    /// - Parameter item: with the labels to compare with, on the grid of the prediction.
    public init(_ item: TrainingCase, rule: KnownVoxelRule) {
        labels = item.labels
        sliceVoxels = item.shape.x * item.shape.y
        regions = item.labels.map { label in
            guard case .known(_, let extent, let known) = label else { return nil }
            return Evaluator.region(extent, known, item.shape)
        }
        positives = Array(repeating: PredictedPositives(item.shape), count: item.labels.count)
        rivals = item.labels.indices.map(rule.excluded)
        surroundings = Array(repeating: SurroundingScores(item.shape), count: item.labels.count)
    }

    public mutating func add(_ slices: Prediction) {
        kind = slices.kind
        for offset in 0..<slices.shape.z {
            for organ in labels.indices { addSlice(offset, of: slices, organ) }
        }
    }

    private mutating func addSlice(_ offset: Int, of slices: Prediction, _ organ: Int) {
        let (scores, confidences) = (slices.logits[organ], slices.ownConfidenceLogits?[organ])
        let (begin, z) = (offset * sliceVoxels, slices.firstSlice + offset)
        var places: [Int] = []
        for place in 0..<sliceVoxels where scores[begin + place] > 0 {
            let voxel = begin + place
            guard !rivals[organ].contains(where: { slices.isWon(voxel, by: $0, from: organ) }) else { continue }
            positives[organ].add(
                z * sliceVoxels + place, logit: scores[voxel], confidence: confidences?[voxel])
            places.append(place)
        }
        surroundings[organ].add(slice: z, positives: places, negatives: scores[begin..<begin + sliceVoxels])
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
        return SoftDice.value(of: positives, surroundings[organ], within: regions[organ])
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
