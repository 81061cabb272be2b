/// How good a predicted mask is, as far as that is known without a truth.
public struct MaskQuality: Sendable, Hashable {
    /// From 0 to 1.
    public var softDice: Double
    /// Nil where the organ is not calibrated.
    public var predicted: PredictedDice?

    public init(softDice: Double, predicted: PredictedDice? = nil) {
        (self.softDice, self.predicted) = (softDice, predicted)
    }
}

/// A Dice predicted from the soft Dice, with an interval that contains the true one at a known rate; from 0 to 1.
public struct PredictedDice: Sendable, Hashable {
    public var dice: Double
    public var lower: Double
    public var upper: Double

    public init(dice: Double, lower: Double, upper: Double) {
        (self.dice, self.lower, self.upper) = (dice, lower, upper)
    }
}
