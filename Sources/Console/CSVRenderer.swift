/// RFC 4180 with a line feed at the end of each line; null is an empty field, nested values are JSON. A text that a spreadsheet would
/// take for a formula begins with an apostrophe.
enum CSVRenderer {
    static func render(keys: [String], rows: [[Cell]]) -> String {
        ([keys.map(quote)] + rows.map { $0.map(field) }).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    private static func field(_ cell: Cell) -> String {
        switch cell {
        case .null: ""
        case .text(let text): quote(isFormula(text) ? "'" + text : text)
        default: quote(JSONRenderer.render(cell))
        }
    }

    private static func isFormula(_ text: String) -> Bool {
        text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    }

    private static func quote(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        let doubled = text.unicodeScalars.reduce(into: "") { quoted, scalar in
            quoted.unicodeScalars.append(scalar)
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
        }
        return "\"\(doubled)\""
    }
}
