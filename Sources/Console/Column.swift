/// One column of a report: its key in JSON and CSV, its title in tables, and its value for a row.
package struct Column<Row> {
    package let key: String
    let title: String
    /// Whether tables show it; JSON and CSV contain every column.
    let isShown: Bool
    package let value: (Row) -> Cell

    /// - Parameter title: nil: the words of the key.
    package init<Value: CellConvertible>(
        _ key: String, title: String? = nil, isShown: Bool = true, _ value: @escaping (Row) -> Value
    ) {
        self.key = key
        self.title = title ?? key.words
        self.isShown = isShown
        self.value = { value($0).cell }
    }
}

extension Array {
    /// The values of the columns for one row, as an object.
    package func object<Row>(of row: Row) -> Cell where Element == Column<Row> {
        .object(map { Cell.Field($0.key, $0.value(row)) })
    }
}
