internal import CKernels
internal import Domain

/// Ranks the predicted negatives of a volume, whose slices come one after another, and refuses the most probable ones.
///
/// Scores are kept only where they may be at the limit or above it: once more negatives have a certain score or a higher one than can be refused in
/// the whole volume, the limit is at least that score, and those below are accepted whatever follows. Memory: 136 bytes for each word of voxels with such a
/// score, at most two bytes and an eighth for each voxel of the volume; where scores vary little from voxel to voxel, about three times what is
/// refused.
struct NegativeRanking: Sendable {
    private let shape: GridShape
    private let share: Double
    /// As soon as so many negatives have a score or a higher one, the limit is not below it.
    private let enough: Int
    /// No limit is below.
    private var least = Prediction.Score.min
    /// `CK_WORD` of each block.
    private var scores: [Prediction.Score] = []
    private var blocks: [ck_block] = []
    /// The negatives of the blocks.
    private var kept = 0
    /// So many of them that `least` may be raised.
    private var nextRaise: Int

    private static let word = Int(CK_WORD)

    /// - Parameter share: to be accepted, between 0 and 1.
    init(_ shape: GridShape, share: Double) {
        (self.shape, self.share) = (shape, share)
        enough = Int(((1 - share) * Double(shape.count)).rounded(.up)) + 2
        nextRaise = 3 * enough
    }

    /// - Parameter negatives: of the slice.
    mutating func add(_ negatives: BitPlane, of slice: OrganSlice) {
        if blocks.isEmpty {
            // Grown step by step, the scores would be copied, and twice as much memory used.
            let most = min(3 * enough / Self.word + 2 * negatives.count, shape.z * negatives.count)
            scores.reserveCapacity(most * Self.word)
            blocks.reserveCapacity(most)
        }
        let (before, least) = (blocks.count, least)
        PairedArrays.append(to: &blocks, &scores, width: Self.word, capacity: negatives.count) { blocks, scores in
            slice.withPointers { source, _ in
                ck_keep_blocks(
                    source, Int64(slice.scores.count), negatives, least, Int32(slice.z * negatives.count), scores,
                    blocks)
            }
        }
        for block in blocks[before...] { kept += Int(block.negatives) }
        if kept >= nextRaise { raise() }
    }

    /// Raises `least` to a score that enough negatives have or exceed, and drops the blocks below it.
    private mutating func raise() {
        raise(to: estimate(of: enough + enough / 8), enough)
        nextRaise = max(3 * enough, 2 * kept)
    }

    private mutating func raise(to score: Prediction.Score, _ enough: Int) {
        guard score > least, count(above: score - 1) >= enough else { return }
        least = score
        drop()
    }

    /// The score that about `count` of the kept negatives have or exceed, by one of each block.
    private func estimate(of count: Int) -> Prediction.Score {
        var samples = Array(repeating: 0, count: 1 - Int(Prediction.Score.min))
        for block in blocks where block.sample <= 0 { samples[-Int(block.sample)] += Self.word }
        var found = 0
        for (distance, sample) in samples.enumerated() {
            found += sample
            if found >= count { return Prediction.Score(-distance) }
        }
        return .min
    }

    private func count(above score: Prediction.Score) -> Int {
        Int(ck_count_negatives(scores, Int64(blocks.count), score, score, nil))
    }

    private mutating func drop() {
        let left = scores.withUnsafeMutableBufferPointer { scores in
            blocks.withUnsafeMutableBufferPointer { blocks in
                Int(ck_drop_blocks(scores.baseAddress!, blocks.baseAddress!, Int64(blocks.count), least))
            }
        }
        guard left < blocks.count else { return }
        scores.removeLast((blocks.count - left) * Self.word)
        blocks.removeLast(blocks.count - left)
        kept = blocks.reduce(0) { $0 + Int($1.negatives) }
    }

    // MARK: - Refusal

    /// Clears the negatives that are not accepted. Scores that this does not need any more are dropped.
    ///
    /// - Parameter negatives: all that were added.
    mutating func refuse(in negatives: inout BitVolume) {
        guard !blocks.isEmpty else { return }
        let total = negatives.population
        let refused = total - Int((share * Double(total)).rounded())
        raise(to: estimate(of: refused + refused / 32), refused + 1)
        var cut = cut(of: total)
        guard let limit = Prediction.Score(exactly: cut.limit), limit <= 0 else { return }
        let batch = 4096
        var (above, equal) = (BitPlane(repeating: 0, count: batch), BitPlane(repeating: 0, count: batch))
        for first in stride(from: 0, to: blocks.count, by: batch) {
            let count = min(batch, blocks.count - first)
            scores.withUnsafeBufferPointer { scores in
                ck_cut_blocks(scores.baseAddress! + first * Self.word, Int64(count), limit, &above, &equal)
            }
            for i in 0..<count {
                var refused = above[i]
                var ties = equal[i]
                while ties != 0 {
                    let lowest = ties & (~ties &+ 1)
                    if !cut.takes(limit) { refused |= lowest }
                    ties ^= lowest
                }
                if refused != 0 { negatives.clear(refused, from: firstVoxel(of: blocks[first + i])) }
            }
        }
    }

    private func firstVoxel(of block: ck_block) -> Int {
        let (slice, word) = Int(block.word).quotientAndRemainder(dividingBy: shape.planeWords)
        return slice * shape.sliceCount + word * Self.word
    }

    /// Scores are counted one by one in a range alone, which is moved upwards until the limit is in it.
    private func cut(of total: Int) -> RankedCut {
        var (low, width) = (max(Int(least) - 1, Int(Prediction.Score.min)), 64)
        while true {
            let high = min(low + width, 0)
            var counts = Array(repeating: Int64(0), count: high - low)
            let above = Int(
                ck_count_negatives(
                    scores, Int64(blocks.count), Prediction.Score(low), Prediction.Score(high), &counts))
            let inRange = counts.reduce(0) { $0 + Int($1) }
            var histogram = ScoreHistogram()
            for (place, count) in counts.enumerated() where count > 0 { histogram.add(Int(count), at: low + 1 + place) }
            if total > above { histogram.add(total - above, at: low) }
            if above > inRange { histogram.add(above - inRange, at: high + 1) }
            let cut = RankedCut(histogram, share: share, highest: false)
            if cut.limit <= high || high == 0 { return cut }
            (low, width) = (high, 4 * width)
        }
    }
}
