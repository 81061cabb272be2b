internal import Domain

/// Area under the ROC curve of "this predicted positive is right", per organ, by the confidence and by the probability.
///
/// Scores are the predictions' 256 levels; ties count half (the Mann–Whitney form).
public struct RankingQuality: Sendable {
    private var confidences: [ScorePair]
    private var probabilities: [ScorePair]

    fileprivate struct ScorePair {
        var right = ScoreHistogram()
        var wrong = ScoreHistogram()
    }

    public init(organs: Int) {
        confidences = Array(repeating: ScorePair(), count: organs)
        probabilities = confidences
    }

    /// The same with the predicted positives of every organ that is completely labelled in the case.
    public func adding(_ item: TrainingCase, _ prediction: Prediction) -> RankingQuality {
        var copy = self
        copy.add(item, prediction)
        return copy
    }

    private mutating func add(_ item: TrainingCase, _ prediction: Prediction) {
        for organ in item.labels.indices {
            guard case .known(let truth, let extent, let known) = item.labels[organ] else { continue }
            let box = extent ?? VoxelBox(item.shape)
            for z in box.lower.z..<box.upper.z {
                for y in box.lower.y..<box.upper.y {
                    for x in box.lower.x..<box.upper.x {
                        let voxel = item.shape.index(x, y, z)
                        let logit = prediction.logits[organ][voxel]
                        guard logit > 0, known?[voxel] ?? true else { continue }
                        let confidence = prediction.confidenceLogits[organ][voxel]
                        if truth?[voxel] ?? false {
                            confidences[organ].right.add(confidence)
                            probabilities[organ].right.add(logit)
                        } else {
                            confidences[organ].wrong.add(confidence)
                            probabilities[organ].wrong.add(logit)
                        }
                    }
                }
            }
        }
    }

    /// Area by organ, for the organs of the plan in its order; an organ without both kinds of positives is missing.
    public func byConfidence(_ organs: [String]) -> [String: Double] { areas(confidences, organs) }
    /// The same by the plain probability.
    public func byProbability(_ organs: [String]) -> [String: Double] { areas(probabilities, organs) }

    private func areas(_ pairs: [ScorePair], _ organs: [String]) -> [String: Double] {
        var areas: [String: Double] = [:]
        for organ in organs.indices { areas[organs[organ]] = pairs[organ].area }
        return areas
    }
}

extension RankingQuality.ScorePair {
    /// Nil where one of the two kinds is missing.
    fileprivate var area: Double? {
        guard right.total > 0, wrong.total > 0 else { return nil }
        var (below, area) = (0.0, 0.0)
        for level in 0..<256 {
            area += Double(right.counts[level]) * (below + 0.5 * Double(wrong.counts[level]))
            below += Double(wrong.counts[level])
        }
        return area / (Double(right.total) * Double(wrong.total))
    }
}
