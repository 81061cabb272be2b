internal import CKernels

/// The number of voxels with each score. It holds a window of counts around the scores that were added, so that few distinct
/// scores take little memory. Encoded without the zeros at both ends.
public struct ScoreHistogram: Hashable, Sendable, Codable {
    /// The lowest score of the window, a multiple of `block`.
    private var first = 0
    /// One count per score from `first` on.
    private var counts: [Int] = []

    private static let block = 256
    /// More than any volume has voxels, and so few that the sums over all volumes are numbers.
    private static let most = 1 << 40
    private static let scores = Int(Prediction.Score.min)...Int(Prediction.Score.max)

    public init() {}

    init(_ scores: [Prediction.Score]) {
        var counts = [UInt32](repeating: 0, count: 2 * Int(CK_SCORES))
        ck_count_scores(scores, Int64(scores.count), &counts)
        for (score, count) in zip(Self.scores, counts) where count > 0 { add(Int(count), at: score) }
    }

    public var total: Int { counts.reduce(0, +) }

    /// From the lowest score of the window to the highest.
    public var range: Range<Int> { first..<first + counts.count }

    /// The voxels with a score; 0 outside `range`.
    public subscript(score: Int) -> Int { range.contains(score) ? counts[score - first] : 0 }

    public mutating func add(_ score: Prediction.Score) { add(1, at: Int(score)) }

    public mutating func add(_ other: ScoreHistogram) {
        for (index, count) in other.counts.enumerated() where count > 0 { add(count, at: other.first + index) }
    }

    mutating func add(_ count: Int, at score: Int) {
        if !range.contains(score) { widen(to: score) }
        counts[score - first] += count
    }

    private mutating func widen(to score: Int) {
        let lower = (score - Self.scores.lowerBound) / Self.block * Self.block + Self.scores.lowerBound
        if counts.isEmpty {
            (first, counts) = (lower, Array(repeating: 0, count: Self.block))
        } else if lower < first {
            counts.insert(contentsOf: repeatElement(0, count: first - lower), at: 0)
            first = lower
        } else {
            counts.append(contentsOf: repeatElement(0, count: lower + Self.block - range.upperBound))
        }
    }

    private enum CodingKeys: String, CodingKey { case first, counts }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let (lowest, given) = (
            try values.decode(Int.self, forKey: .first), try values.decode([Int].self, forKey: .counts)
        )
        guard given.allSatisfy({ (0...Self.most).contains($0) }), Self.scores.contains(lowest),
            given.count <= Self.scores.upperBound - lowest + 1
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .counts, in: values, debugDescription: "a histogram has counts from 0 to 2⁴⁰ of 16-bit scores")
        }
        for (index, count) in given.enumerated() where count > 0 { add(count, at: lowest + index) }
    }

    public func encode(to encoder: any Encoder) throws {
        let lowest = counts.firstIndex { $0 > 0 } ?? 0
        let highest = counts.lastIndex { $0 > 0 } ?? lowest - 1
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(first + lowest, forKey: .first)
        try values.encode(Array(counts[lowest..<highest + 1]), forKey: .counts)
    }
}
