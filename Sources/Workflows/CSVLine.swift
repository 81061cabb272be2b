/// One line of a CSV file.
enum CSVLine {
    /// Fields are separated by commas, may be enclosed in quotation marks, which are doubled within, and are trimmed.
    /// Nil where a quotation mark is not closed.
    static func fields(of line: Substring) -> [String]? {
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
}
