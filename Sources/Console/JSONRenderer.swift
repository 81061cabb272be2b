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
        case .text(let text): quote(text)
        case .list(let cells): "[" + cells.map(render).joined(separator: ", ") + "]"
        case .object(let fields): object(fields.map { (key: $0.key, value: $0.value) })
        }
    }

    private static func object(_ fields: [(key: String, value: Cell)]) -> String {
        "{" + fields.map { quote($0.key) + ": " + render($0.value) }.joined(separator: ", ") + "}"
    }

    /// The shortest decimal that reads back as the same double; whole numbers without a fraction.
    private static func number(_ value: Double) -> String {
        if let whole = Int(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return value.description
    }

    /// RFC 8259, section 7: quotes, backslashes and control characters are escaped.
    private static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
