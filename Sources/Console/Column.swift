/// One column of a report: its key in JSON and CSV, its title in tables, and its value for a row.
package struct Column<Row> {
    package let key: String
    let title: String
    let place: TablePlace
    package let value: (Row) -> Cell

    /// - Parameter title: nil: the words of the key.
    package init<Value: CellConvertible>(
        _ key: String, title: String? = nil, in place: TablePlace = .always, _ value: @escaping (Row) -> Value
    ) {
        self.key = key
        self.title = title ?? key.words
        self.place = place
        self.value = { value($0).cell }
    }
}

/// When tables show a column; JSON, CSV and `--wide` show every column.
package enum TablePlace: Hashable, Sendable {
    /// The default columns of a table fit 80 columns with values of usual length.
    case always
    /// Where all default columns fit beside it; left out first where it has no values.
    /// Of several, those of higher rank are left out first, then those further right.
    case whereItFits(rank: Int = 0)
    case wideOnly

    /// Nil for a default column.
    var rank: Int? {
        if case .whereItFits(let rank) = self { rank } else { nil }
    }
}

extension Array {
    /// The values of the columns for one row, as an object.
    package func object<Row>(of row: Row) -> Cell where Element == Column<Row> {
        .object(map { Cell.Field($0.key, $0.value(row)) })
    }
}
