/// Spearman's rank correlation.
public enum RankCorrelation {
    /// The correlation of the ranks of two parallel lists, −1 to 1; equal values share the mean of their ranks.
    ///
    /// - Returns: nil where all values of a list are equal.
    public static func of(_ first: [Double], _ second: [Double]) -> Double? {
        precondition(first.count == second.count, "parallel lists")
        let (a, b) = (ranks(first), ranks(second))
        let mean = Double(first.count + 1) / 2
        var (product, squaresA, squaresB) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            product += (x - mean) * (y - mean)
            squaresA += (x - mean) * (x - mean)
            squaresB += (y - mean) * (y - mean)
        }
        return squaresA > 0 && squaresB > 0 ? product / (squaresA * squaresB).squareRoot() : nil
    }

    /// Ranks from 1.
    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var (ranks, start) = (Array(repeating: 0.0, count: values.count), 0)
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in order[start..<end] { ranks[place] = Double(start + 1 + end) / 2 }
            start = end
        }
        return ranks
    }
}
