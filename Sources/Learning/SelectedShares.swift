extension RankingCounts.ScorePair {
    /// The number of shares: 1/20, 2/20, … 20/20.
    public static let shares = 20

    public var total: Int { right.total + wrong.total }

    /// The share of right voxels among each share of the positives, those with the highest scores first. Of equal scores right and
    /// wrong ones are selected alike.
    ///
    /// - Returns: nil without positives.
    public func precisionOfShares() -> [Double]? {
        let total = Double(total)
        guard total > 0 else { return nil }
        var (precision, taken, rightTaken) = ([Double](), 0.0, 0.0)
        for score in scores.reversed() {
            let (right, all) = (Double(right[score]), Double(right[score] + wrong[score]))
            while precision.count < Self.shares {
                let wanted = total * Double(precision.count + 1) / Double(Self.shares)
                guard wanted <= taken + all else { break }
                let partial = all > 0 ? (wanted - taken) / all : 0
                precision.append(min(1, (rightTaken + partial * right) / wanted))
            }
            (taken, rightTaken) = (taken + all, rightTaken + right)
        }
        return precision
    }
}
