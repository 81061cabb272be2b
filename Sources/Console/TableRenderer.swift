/// Aligned columns: numbers to the right, text to the left, two spaces between.
enum TableRenderer {
    static func render(titles: [String], rows: [[Cell]]) -> String {
        let texts = rows.map { $0.map(text) }
        let widths = titles.indices.map { column in
            texts.reduce(titles[column].count) { max($0, $1[column].count) }
        }
        let rightAligned = titles.indices.map { column in
            let values = rows.map { $0[column] }.filter { $0 != .null }
            return !values.isEmpty && values.allSatisfy(\.isNumeric)
        }
        return ([titles] + texts).map { line(row: $0, widths, rightAligned) }.joined()
    }

    /// A line for each field: `title  value`.
    static func render(fields: [Cell.Field]) -> String {
        let width = fields.reduce(0) { max($0, $1.title.count) }
        return fields.map { field in
            let value = field.value == .null ? field.absence : text(field.value)
            return field.title + padding(width - field.title.count + 2) + value + "\n"
        }.joined()
    }

    private static func line(row: [String], _ widths: [Int], _ rightAligned: [Bool]) -> String {
        let cells = row.indices.map { column in
            let space = padding(widths[column] - row[column].count)
            return rightAligned[column] ? space + row[column] : row[column] + space
        }
        var line = cells.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    /// Line breaks and other control characters in a name must not break the table or move the cursor.
    private static func text(_ cell: Cell) -> String {
        switch cell {
        case .null: "-"
        case .text(let text): String(text.map { $0.unicodeScalars.allSatisfy(Printable.isPlain) ? $0 : "?" })
        case .number(let value, let places): Decimal.fixed(value, places: places)
        case .list(let cells): list(cells.map(text))
        case .object(let fields): fields.map { "\($0.title) \(text($0.value))" }.joined(separator: ", ")
        case .bool(let flag): flag ? "yes" : "no"
        case .integer(let value): String(value)
        }
    }

    /// Entries that contain commas are separated by semicolons.
    private static func list(_ entries: [String]) -> String {
        if entries.isEmpty { return "-" }
        return entries.joined(separator: entries.contains { $0.contains(", ") } ? "; " : ", ")
    }

    private static func padding(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
