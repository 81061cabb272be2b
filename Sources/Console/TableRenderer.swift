/// Aligned columns: numbers to the right, text to the left, two spaces between.
enum TableRenderer {
    struct Column {
        let title: String
        /// Nil for a default column.
        let rank: Int?
        let cells: [Cell]
    }

    /// The text, and the titles of the columns that there was no room for, optional ones not included.
    static func render(_ columns: [Column], rows: Int, in room: TableRoom?) -> (text: String, leftOut: [String]) {
        let texts = columns.map { $0.cells.map(text) }
        let fit = TableFit(columns.indices.map { measured(columns[$0], texts[$0]) }, in: room)
        func line(_ value: (_ column: Int) -> String) -> String {
            var line = fit.shown.map { index, width in
                let value = value(index).shortened(to: width)
                let space = padding(width - value.terminalWidth)
                return columns[index].isNumeric ? space + value : value + space
            }.joined(separator: padding(TableFit.gap))
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }
        let body = (0..<rows).map { row in line { texts[$0][row] } }
        return (line { columns[$0].title } + body.joined(), fit.leftOut.map { columns[$0].title })
    }

    /// A line for each field: `title  value`.
    ///
    /// - Parameter width: columns of a line, the rest of which goes on below the value; nil: no limit.
    static func render(fields: [Cell.Field], width: Int?) -> String {
        let indent = fields.reduce(0) { max($0, $1.title.terminalWidth) } + TableFit.gap
        return fields.map { field in
            let value = field.value == .null ? field.absence : text(field.value)
            return ReportLine.wrapped(
                field.title + padding(indent - field.title.terminalWidth) + value, indent, width)
        }.joined()
    }

    private static func measured(_ column: Column, _ texts: [String]) -> TableFit.Column {
        TableFit.Column(
            title: column.title, width: texts.reduce(column.title.terminalWidth) { max($0, $1.terminalWidth) },
            isText: !column.isNumeric && !column.isTime, rank: column.rank,
            isEmpty: column.cells.allSatisfy { $0 == .null || $0 == .bool(false) })
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

extension TableRenderer.Column {
    /// Times as `2026-11-29T08:00:00Z`; a part of one says nothing.
    fileprivate var isTime: Bool {
        let values = cells.filter { $0 != .null }
        return !values.isEmpty
            && values.allSatisfy { cell in
                if case .text(let text) = cell { text.wholeMatch(of: /\d{4}-\d\d-\d\dT[\d:]+Z/) != nil } else { false }
            }
    }

    var isNumeric: Bool {
        let values = cells.filter { $0 != .null }
        return !values.isEmpty && values.allSatisfy(\.isNumeric)
    }
}
