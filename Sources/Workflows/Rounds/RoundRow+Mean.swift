package import Catalog

extension RoundRow {
    /// The mean Dice over the evaluated organs, 0 to 1; nil where none was evaluated.
    package var meanDice: Double? { dice.isEmpty ? nil : dice.values.reduce(0, +) / Double(dice.count) }
}
