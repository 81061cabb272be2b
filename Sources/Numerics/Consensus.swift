public import Domain

/// One mask out of several of the same structure.
public enum Consensus {
    /// Voxels that more than half of the masks have; a tie is not enough.
    /// - Precondition: at least one mask, equal shapes.
    public static func majority(_ masks: [BitVolume]) -> BitVolume {
        let patterns = DecisionPatterns(masks)
        return patterns.volume { 2 * $0.nonzeroBitCount > masks.count }
    }

    /// Simultaneous truth and performance level estimation for binary masks (Warfield, Zou & Wells, IEEE Transactions on
    /// Medical Imaging 23, 2004): expectation maximisation of each rater's sensitivity and specificity, and of the
    /// probability that a voxel belongs to the structure; voxels of at least one half are in.
    ///
    /// A voxel's probability depends only on who marked it, so with R raters there are at most 2^R different ones. The
    /// voxels of each such pattern are counted once, and an iteration costs 2^R · R operations whatever the size of the
    /// image: linear algebra over voxels, and a library for it, would only slow it down. Counted are the voxels of the
    /// smallest box that holds every mask; far background would drive every specificity to one. The prior is the mean
    /// share of marked voxels in it; all performances start at 0.99999, as published.
    /// - Precondition: 1 to 16 masks, equal shapes.
    public static func staple(_ masks: [BitVolume], iterations: Int = 200) -> Estimate {
        let patterns = DecisionPatterns(masks)
        guard let counts = patterns.countsInBox() else {
            return Estimate(mask: patterns.volume { _ in false }, raters: masks.map { _ in Rater.perfect })
        }
        var raters = masks.map { _ in Rater(sensitivity: 0.99999, specificity: 0.99999) }
        let total = counts.reduce(0) { $0 + $1.voxels }
        let marked = counts.reduce(0) { $0 + $1.voxels * Double($1.pattern.nonzeroBitCount) }
        let prior = marked / (total * Double(masks.count))
        for _ in 0..<iterations {
            let next = maximise(counts, raters, prior)
            let change = zip(raters, next).map {
                max(abs($0.sensitivity - $1.sensitivity), abs($0.specificity - $1.specificity))
            }
            raters = next
            if (change.max() ?? 0) < 1e-9 { break }
        }
        let inside = Set(counts.map(\.pattern).filter { probability($0, raters, prior) >= 0.5 })
        return Estimate(mask: patterns.volume { inside.contains($0) && $0 != 0 }, raters: raters)
    }

    public struct Estimate: Sendable {
        public let mask: BitVolume
        /// In the order of the masks.
        public let raters: [Rater]
    }

    /// How well a mask agrees with the estimated truth; both 0 to 1.
    public struct Rater: Sendable, Hashable {
        /// The share of true voxels that it has.
        public let sensitivity: Double
        /// The share of other voxels that it leaves out.
        public let specificity: Double

        static let perfect = Rater(sensitivity: 1, specificity: 1)
    }

    /// The probability that voxels marked by the raters of `pattern` belong to the structure.
    static func probability(_ pattern: Int, _ raters: [Rater], _ prior: Double) -> Double {
        var (inside, outside) = (prior, 1 - prior)
        for (j, rater) in raters.enumerated() {
            let said = pattern >> j & 1 == 1
            inside *= said ? rater.sensitivity : 1 - rater.sensitivity
            outside *= said ? 1 - rater.specificity : rater.specificity
        }
        return inside + outside > 0 ? inside / (inside + outside) : 0
    }

    private static func maximise(_ counts: [PatternCount], _ raters: [Rater], _ prior: Double) -> [Rater] {
        let weights = counts.map { probability($0.pattern, raters, prior) }
        var (inside, outside) = (0.0, 0.0)
        var (agreed, rejected) = (raters.map { _ in 0.0 }, raters.map { _ in 0.0 })
        for (count, weight) in zip(counts, weights) {
            inside += count.voxels * weight
            outside += count.voxels * (1 - weight)
            for j in raters.indices {
                if count.pattern >> j & 1 == 1 {
                    agreed[j] += count.voxels * weight
                } else {
                    rejected[j] += count.voxels * (1 - weight)
                }
            }
        }
        return raters.indices.map { j in
            Rater(
                sensitivity: inside > 0 ? agreed[j] / inside : 1, specificity: outside > 0 ? rejected[j] / outside : 1)
        }
    }
}

/// How many voxels were marked by exactly the raters whose bits are set.
struct PatternCount {
    let pattern: Int
    let voxels: Double
}

/// Who marked each voxel.
struct DecisionPatterns {
    let masks: [BitVolume]
    private let shape: GridShape

    /// - Precondition: 1 to 16 masks, equal shapes.
    init(_ masks: [BitVolume]) {
        precondition((1...16).contains(masks.count), "1 to 16 masks")
        precondition(masks.allSatisfy { $0.shape == masks[0].shape }, "masks of one shape")
        (self.masks, shape) = (masks, masks[0].shape)
    }

    /// The patterns that occur in the smallest box around all masks; nil where all are empty.
    func countsInBox() -> [PatternCount]? {
        var counts = [Int](repeating: 0, count: 1 << masks.count)
        var (lower, upper) = (Vector3(shape.x, shape.y, shape.z), Vector3(-1, -1, -1))
        forEachMarked { index, pattern in
            counts[pattern] += 1
            let place = Vector3(index % shape.x, index / shape.x % shape.y, index / (shape.x * shape.y))
            lower = lower.lowered(to: place)
            upper = upper.raised(to: place)
        }
        guard upper.x >= 0 else { return nil }
        let size = upper &- lower &+ Vector3(repeating: 1)
        counts[0] = size.x * size.y * size.z - counts.reduce(0, +)
        return counts.indices.filter { counts[$0] > 0 }.map { PatternCount(pattern: $0, voxels: Double(counts[$0])) }
    }

    /// The marked voxels whose pattern is wanted.
    func volume(_ isWanted: (Int) -> Bool) -> BitVolume {
        let wanted = (0..<1 << masks.count).map { $0 != 0 && isWanted($0) }
        var result = BitVolume(shape)
        forEachMarked { index, pattern in if wanted[pattern] { result[index] = true } }
        return result
    }

    /// Voxels that at least one mask has.
    private func forEachMarked(_ body: (_ index: Int, _ pattern: Int) -> Void) {
        for word in masks[0].words.indices {
            var any = masks.reduce(0) { $0 | $1.words[word] }
            while any != 0 {
                let bit = any.trailingZeroBitCount
                any &= any - 1
                var pattern = 0
                for (j, mask) in masks.enumerated() { pattern |= Int(mask.words[word] >> UInt64(bit) & 1) << j }
                body(word << 6 + bit, pattern)
            }
        }
    }
}
