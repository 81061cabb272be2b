package import Catalog

extension Column {
    /// The columns of a quality: predicted Dice with its interval, and soft Dice.
    ///
    /// - Parameter place: where the predicted Dice is shown; its interval and the soft Dice give way before it.
    package static func quality(in place: TablePlace = .whereItFits(), of quality: @escaping (Row) -> MaskQuality?)
        -> [Column<
            Row
        >]
    {
        func column(_ key: String, _ place: TablePlace, _ value: @escaping (MaskQuality) -> Double?) -> Column<Row> {
            Column(key, in: place) { row in quality(row).flatMap(value).map { Cell.number($0, places: 2) } }
        }
        let later: TablePlace = place == .wideOnly ? .wideOnly : .whereItFits(rank: 2)
        return [
            column("predictedDice", place) { $0.predicted?.dice },
            column("diceLower", later) { $0.predicted?.lower },
            column("diceUpper", later) { $0.predicted?.upper },
            column("softDice", later) { $0.softDice },
        ]
    }
}

extension MaskQuality? {
    package var fields: [Cell.Field] {
        [
            Cell.Field("predictedDice", self?.predicted?.dice), Cell.Field("diceLower", self?.predicted?.lower),
            Cell.Field("diceUpper", self?.predicted?.upper), Cell.Field("softDice", self?.softDice),
        ]
    }
}
