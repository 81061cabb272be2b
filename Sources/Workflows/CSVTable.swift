/// A CSV file with a header; every row has as many fields as the header. Blank lines are skipped.
struct CSVTable {
    struct Row {
        /// Counted from 1, blank lines included.
        let line: Int
        let fields: [String]
    }

    /// Empty where the file has no line.
    let header: [String]
    let rows: [Row]

    /// - Parameter file: named in errors.
    /// - Throws: `WorkflowError` of kind `badInput` that names file and line.
    init(_ text: String, file: String) throws(WorkflowError) {
        var header: [String]?
        var rows: [Row] = []
        for (line, text) in Self.lines(of: text) {
            guard let fields = Self.fields(of: text) else {
                throw Self.error(file, line, "a quotation mark is not closed", "close it in the same line")
            }
            guard let columns = header else {
                header = fields
                continue
            }
            guard fields.count == columns.count else {
                throw Self.error(
                    file, line, "\(fields.count) fields instead of \(columns.count)",
                    "give every line as many fields as the first")
            }
            rows.append(Row(line: line, fields: fields))
        }
        (self.header, self.rows) = (header ?? [], rows)
    }

    /// The lines that are not blank, each with its number from 1. A byte order mark is skipped.
    static func lines(of text: String) -> [(number: Int, text: Substring)] {
        withoutByteOrderMark(text).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .filter { !$0.element.allSatisfy(\.isWhitespace) }.map { ($0.offset + 1, $0.element) }
    }

    static func withoutByteOrderMark(_ text: String) -> Substring {
        text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    }

    /// Fields are separated by commas, may be enclosed in quotation marks, which are doubled within, and are trimmed.
    /// Nil where a quotation mark is not closed.
    private static func fields(of line: Substring) -> [String]? {
        var (fields, field, isQuoted, wasQuote) = ([String](), "", false, false)
        for character in line {
            if character == "\"" {
                if !isQuoted && wasQuote { field.append("\"") }
                (isQuoted, wasQuote) = (!isQuoted, isQuoted)
            } else {
                wasQuote = false
                if character == "," && !isQuoted {
                    fields.append(field)
                    field = ""
                } else {
                    field.append(character)
                }
            }
        }
        return isQuoted ? nil : (fields + [field]).map(trimmed)
    }

    /// Without white space at the ends.
    static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    static func error(_ file: String, _ line: Int, _ problem: String, _ remedy: String) -> WorkflowError {
        WorkflowError(.badInput, "line \(line): \(problem)", file: file, remedy: remedy)
    }
}
