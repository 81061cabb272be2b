public import Domain

/// One mask out of several of the same structure. A mask votes on the voxels that it knows.
public enum Consensus {
    /// Voxels that more than half of the masks that know them have; a tie is not enough. The result is known where more
    /// than half of all masks are.
    public static func majority(_ votes: Votes) -> (mask: BitVolume, region: KnownRegion) {
        let mask = votes.volume { 2 * $0.yes.nonzeroBitCount > $0.known.nonzeroBitCount }
        let region = votes.region { 2 * $0 > votes.count }
        return (region.restrict(mask), region)
    }

    /// Simultaneous truth and performance level estimation for binary masks (Warfield, Zou & Wells, IEEE Transactions on
    /// Medical Imaging 23, 2004): expectation maximisation of each rater's sensitivity and specificity, and of the
    /// probability that a voxel belongs to the structure; voxels of at least one half are in.
    ///
    /// A voxel's probability depends only on who knows it and who marked it, so with R raters there are at most 3^R
    /// different ones, and few occur. The voxels of each such decision are counted once, and an iteration costs as many
    /// operations as there are decisions, times R, whatever the size of the image: linear algebra over voxels, and a
    /// library for it, would only slow it down. Counted are the voxels of the smallest box that holds every mask; far
    /// background would drive every specificity to one. The prior is the mean share of marked voxels in it; all
    /// performances start at 0.99999, as published. A rater's performance is that on the voxels that it knows; the result
    /// is known where one rater at least is.
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

    /// How well a mask agrees with the estimated truth where it is known; both 0 to 1.
    public struct Rater: Sendable, Hashable {
        /// The share of true voxels that it has.
        public let sensitivity: Double
        /// The share of other voxels that it leaves out.
        public let specificity: Double

        static let perfect = Rater(sensitivity: 1, specificity: 1)
    }

    /// The probability that voxels so decided belong to the structure.
    static func probability(_ decision: Decision, _ raters: [Rater], _ prior: Double) -> Double {
        var (inside, outside) = (prior, 1 - prior)
        for (j, rater) in raters.enumerated() where decision.known >> j & 1 == 1 {
            let said = decision.yes >> j & 1 == 1
            inside *= said ? rater.sensitivity : 1 - rater.sensitivity
            outside *= said ? 1 - rater.specificity : rater.specificity
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
