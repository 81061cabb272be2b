public import Domain

/// One mask computed from several masks of the same structure. A mask votes at the voxels at which it is known.
public enum Consensus {
    /// Majority vote: voxels that are set in more than half of the masks known there; a tie is not sufficient. The
    /// result is known where more than half of all masks are known.
    public static func majority(_ votes: Votes) -> (mask: BitVolume, region: KnownRegion) {
        let mask = votes.volume { 2 * $0.yes.nonzeroBitCount > $0.known.nonzeroBitCount }
        let region = votes.region { 2 * $0 > votes.count }
        return (region.restrict(mask), region)
    }

    /// Simultaneous truth and performance level estimation for binary masks (Warfield, Zou & Wells, IEEE Transactions
    /// on Medical Imaging 23, 2004): expectation maximisation of each rater's sensitivity and specificity, and of the
    /// probability that a voxel belongs to the structure; voxels with a probability of at least 0.5 are set.
    ///
    /// A voxel's probability depends only on which raters are known there and which of them set it, so there are at
    /// most 3^R different decisions for R raters, and few occur. Voxels are counted by decision once, and an iteration
    /// costs R operations per decision, independent of the image size. Only voxels in the smallest box around all masks
    /// are counted, since distant background would drive every specificity to 1. The prior is the mean share of set
    /// voxels in the box; sensitivities and specificities start at 0.99999, as published. A rater is assessed at the
    /// voxels at which it is known; the result is known where at least one rater is.
    /// - Parameter iterations: the maximum number; the iteration ends earlier once no value changes by more than 1e-9.
    public static func staple(_ votes: Votes, iterations: Int = 200) -> Estimate {
        let region = votes.region { $0 > 0 }
        guard let counts = votes.countsInBox() else {
            return Estimate(
                mask: votes.volume { _ in false }, region: region, raters: (0..<votes.count).map { _ in .perfect })
        }
        var raters = (0..<votes.count).map { _ in Rater(sensitivity: 0.99999, specificity: 0.99999) }
        let cast = counts.reduce(0) { $0 + $1.voxels * Double($1.decision.known.nonzeroBitCount) }
        let marked = counts.reduce(0) { $0 + $1.voxels * Double($1.decision.yes.nonzeroBitCount) }
        let prior = marked / cast
        for _ in 0..<iterations {
            let next = maximise(counts, raters, prior)
            let change = zip(raters, next).map {
                max(abs($0.sensitivity - $1.sensitivity), abs($0.specificity - $1.specificity))
            }
            raters = next
            if (change.max() ?? 0) < 1e-9 { break }
        }
        let inside = Set(counts.map(\.decision).filter { probability($0, raters, prior) >= 0.5 })
        return Estimate(mask: votes.volume(inside.contains), region: region, raters: raters)
    }

    public struct Estimate: Sendable {
        public let mask: BitVolume
        public let region: KnownRegion
        /// In the order of the masks.
        public let raters: [Rater]
    }

    /// The performance of a mask against the estimated truth where the mask is known; both 0 to 1.
    public struct Rater: Sendable, Hashable {
        /// The share of true voxels that it sets.
        public let sensitivity: Double
        /// The share of other voxels that it does not set.
        public let specificity: Double

        static let perfect = Rater(sensitivity: 1, specificity: 1)
    }

    /// The probability that voxels with this decision belong to the structure.
    static func probability(_ decision: Decision, _ raters: [Rater], _ prior: Double) -> Double {
        var (inside, outside) = (prior, 1 - prior)
        for (j, rater) in raters.enumerated() where decision.known >> j & 1 == 1 {
            let isSet = decision.yes >> j & 1 == 1
            inside *= isSet ? rater.sensitivity : 1 - rater.sensitivity
            outside *= isSet ? 1 - rater.specificity : rater.specificity
        }
        return inside + outside > 0 ? inside / (inside + outside) : 0
    }

    private static func maximise(_ counts: [DecisionCount], _ raters: [Rater], _ prior: Double) -> [Rater] {
        var (inside, outside) = (raters.map { _ in 0.0 }, raters.map { _ in 0.0 })
        var (agreed, rejected) = (inside, outside)
        for count in counts {
            let weight = probability(count.decision, raters, prior)
            for j in raters.indices where count.decision.known >> j & 1 == 1 {
                inside[j] += count.voxels * weight
                outside[j] += count.voxels * (1 - weight)
                if count.decision.yes >> j & 1 == 1 {
                    agreed[j] += count.voxels * weight
                } else {
                    rejected[j] += count.voxels * (1 - weight)
                }
            }
        }
        return raters.indices.map { j in
            Rater(
                sensitivity: inside[j] > 0 ? agreed[j] / inside[j] : 1,
                specificity: outside[j] > 0 ? rejected[j] / outside[j] : 1)
        }
    }
}
