import Postgres

extension MaskQuality {
    /// Four columns: soft Dice, predicted Dice, and the bounds of its interval; nil where the first is null.
    static func ifPresent(in row: PostgresRow, from column: Int) throws -> MaskQuality? {
        guard let softDice: Double = try row.decode(column) else { return nil }
        guard let dice: Double = try row.decode(column + 1) else { return MaskQuality(softDice: softDice) }
        return MaskQuality(
            softDice: softDice,
            predicted: PredictedDice(
                dice: dice, lower: try row.decode(column + 2), upper: try row.decode(column + 3)))
    }
}
