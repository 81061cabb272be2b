internal import Domain

/// JSON text with the keys in the order given.
package enum JSONRenderer {
    /// One array with an object a line.
    static func render(keys: [String], rows: [[Cell]]) -> String {
        if rows.isEmpty { return "[]\n" }
        let objects = rows.map { row in
            "  " + object(zip(keys, row).map { (key: $0, value: $1) })
        }
        return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
    }

    /// One value on one line.
    package static func render(_ cell: Cell) -> String {
        switch cell {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value, _): value.isFinite ? number(value) : "null"
        case .text(let text): JSONValue.quoted(text)
        case .list(let cells): "[" + cells.map(render).joined(separator: ", ") + "]"
        case .object(let fields): object(fields.map { (key: $0.key, value: $0.value) })
        }
    }

    private static func object(_ fields: [(key: String, value: Cell)]) -> String {
        "{" + fields.map { JSONValue.quoted($0.key) + ": " + render($0.value) }.joined(separator: ", ") + "}"
    }

    /// The shortest decimal that reads back as the same double; whole numbers without a fraction.
    private static func number(_ value: Double) -> String {
        if let whole = Int(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return value.description
    }
}
