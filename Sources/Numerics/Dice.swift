public import Domain

/// Overlap of two masks.
public enum Dice {
    /// 2·|A ∩ B| / (|A| + |B|), 0 to 1; nil where both are empty.
    /// - Precondition: equal shapes.
    public static func coefficient(_ a: BitVolume, _ b: BitVolume) -> Double? {
        precondition(a.shape == b.shape, "two masks of one shape")
        var (both, sum) = (0, 0)
        for i in a.words.indices {
            both += (a.words[i] & b.words[i]).nonzeroBitCount
            sum += a.words[i].nonzeroBitCount + b.words[i].nonzeroBitCount
        }
        return sum == 0 ? nil : 2 * Double(both) / Double(sum)
    }
}
