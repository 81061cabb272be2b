/// Takes a share of ranked voxels: all beyond a limit score, and of those at the limit as many as the share leaves, spread evenly
/// over the calls of `takes`.
struct RankedCut {
    /// Beyond which all are taken.
    let limit: Int
    private let shareAtLimit: Double
    private let highest: Bool
    private var seen = 0

    /// - Parameter highest: whether the highest scores are taken first, or the lowest.
    init(_ histogram: ScoreHistogram, share: Double, highest: Bool) {
        self.highest = highest
        let wanted = Int((share * Double(histogram.total)).rounded())
        let order = highest ? Array(histogram.range.reversed()) : Array(histogram.range)
        var taken = 0
        for score in order {
            let count = histogram[score]
            if count > 0, taken + count >= wanted {
                limit = score
                shareAtLimit = Double(wanted - taken) / Double(count)
                return
            }
            taken += count
        }
        limit = highest ? .max : .min
        shareAtLimit = 0
    }

    /// Whether the next voxel is among the share.
    mutating func takes(_ score: Prediction.Score) -> Bool {
        let score = Int(score)
        if score != limit { return highest ? score > limit : score < limit }
        seen += 1
        let tolerance = 1e-9
        return (Double(seen) * shareAtLimit + tolerance).rounded(.down)
            > (Double(seen - 1) * shareAtLimit + tolerance).rounded(.down)
    }
}
