/// The number of voxels with each of the 256 scores. Encoded without the zeros at both ends.
public struct ScoreHistogram: Hashable, Sendable, Codable {
    public private(set) var counts = Array(repeating: 0, count: 256)

    public init() {}

    public var total: Int { counts.reduce(0, +) }

    public mutating func add(_ score: Int8) { counts[Int(score) + 128] += 1 }

    public mutating func add(_ other: ScoreHistogram) {
        for i in counts.indices { counts[i] += other.counts[i] }
    }

    /// More than any volume has voxels, and so few that the sums over all volumes are numbers.
    private static let most = 1 << 40

    private enum CodingKeys: String, CodingKey { case first, counts }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let (first, given) = (
            try values.decode(Int.self, forKey: .first), try values.decode([Int].self, forKey: .counts)
        )
        guard given.count <= counts.count, (0...counts.count - given.count).contains(first),
            given.allSatisfy({ (0...Self.most).contains($0) })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .counts, in: values, debugDescription: "a histogram has 256 counts from 0 to 2⁴⁰")
        }
        counts.replaceSubrange(first..<first + given.count, with: given)
    }

    public func encode(to encoder: any Encoder) throws {
        let first = counts.firstIndex { $0 > 0 } ?? 0
        let last = counts.lastIndex { $0 > 0 } ?? first - 1
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(first, forKey: .first)
        try values.encode(Array(counts[first..<last + 1]), forKey: .counts)
    }
}

/// Takes a share of ranked voxels: all beyond a limit score, and of those at the limit as many as the share leaves, spread evenly
/// over the calls of `takes`.
struct RankedCut {
    private let limit: Int
    private let shareAtLimit: Double
    private let highest: Bool
    private var seen = 0

    /// - Parameter highest: whether the highest scores are taken first, or the lowest.
    init(_ histogram: ScoreHistogram, share: Double, highest: Bool) {
        self.highest = highest
        let wanted = Int((share * Double(histogram.total)).rounded())
        let order = highest ? Array((0..<256).reversed()) : Array(0..<256)
        var taken = 0
        for score in order {
            let count = histogram.counts[score]
            if count > 0, taken + count >= wanted {
                limit = score
                shareAtLimit = Double(wanted - taken) / Double(count)
                return
            }
            taken += count
        }
        limit = highest ? 256 : -1
        shareAtLimit = 0
    }

    /// Whether the next voxel is among the share.
    mutating func takes(_ score: Int8) -> Bool {
        let score = Int(score) + 128
        if score != limit { return highest ? score > limit : score < limit }
        seen += 1
        let tolerance = 1e-9
        return (Double(seen) * shareAtLimit + tolerance).rounded(.down)
            > (Double(seen - 1) * shareAtLimit + tolerance).rounded(.down)
    }
}
