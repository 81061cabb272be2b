internal import Domain

/// The predicted positives of an organ where its truth is known, by their score: those that are right and those that are wrong. Scores
/// are kept to a sixteenth of a logit, which bounds the size of what a volume reports.
public struct RankingCounts: Hashable, Sendable, Codable {
    /// By the confidence.
    public var confidence = ScorePair()
    /// By the plain probability.
    public var probability = ScorePair()

    public struct ScorePair: Hashable, Sendable, Codable {
        public var right = ScoreHistogram()
        public var wrong = ScoreHistogram()
    }
}

/// Area under the ROC curve of "this predicted positive is right", per organ, by the confidence and by the probability.
///
/// Equal scores count half (the Mann–Whitney form).
public struct RankingQuality: Sendable {
    /// By organ of the plan.
    public private(set) var counts: [RankingCounts]

    public init(organs: Int) { counts = Array(repeating: RankingCounts(), count: organs) }

    /// Adds the counts of an organ in another volume.
    public mutating func add(_ other: RankingCounts, organ: Int) {
        counts[organ].confidence.add(other.confidence)
        counts[organ].probability.add(other.probability)
    }

    /// Area by organ, for the organs of the plan in its order; an organ without both kinds of positives is missing.
    public func byConfidence(_ organs: [String]) -> [String: Double] { areas(organs, \.confidence) }
    /// The same by the plain probability.
    public func byProbability(_ organs: [String]) -> [String: Double] { areas(organs, \.probability) }

    private func areas(_ organs: [String], _ pair: KeyPath<RankingCounts, RankingCounts.ScorePair>) -> [String: Double]
    {
        var areas: [String: Double] = [:]
        for (organ, counts) in zip(organs, counts) { areas[organ] = counts[keyPath: pair].area }
        return areas
    }
}

extension RankingCounts.ScorePair {
    /// All scores of both kinds, ascending.
    var scores: Range<Int> {
        min(right.range.lowerBound, wrong.range.lowerBound)..<max(right.range.upperBound, wrong.range.upperBound)
    }

    mutating func add(_ score: Prediction.Score, isRight: Bool) {
        let coarse = score >> 4
        if isRight { right.add(coarse) } else { wrong.add(coarse) }
    }

    fileprivate mutating func add(_ other: RankingCounts.ScorePair) {
        right.add(other.right)
        wrong.add(other.wrong)
    }

    /// Nil where one of the two kinds is missing.
    fileprivate var area: Double? {
        guard right.total > 0, wrong.total > 0 else { return nil }
        var (below, area) = (0.0, 0.0)
        for score in scores {
            area += Double(right[score]) * (below + 0.5 * Double(wrong[score]))
            below += Double(wrong[score])
        }
        return area / (Double(right.total) * Double(wrong.total))
    }
}
