/// A table of text with a header, as spreadsheets and programs write it: fields are separated by commas (CSV) or tabs
/// (TSV), and may be enclosed in quotation marks, within which quotation marks are doubled and lines may break.
///
/// A byte order mark, a first line `sep=,`, empty columns at the right, and rows of empty fields are skipped. Fields are
/// trimmed.
public struct CSVTable: Sendable {
    public enum Separator: Character, Sendable {
        case comma = ","
        case tab = "\t"
    }

    public struct Row: Sendable {
        /// Counted from 1, blank lines included.
        public let line: Int
        /// As many as the header has.
        public let fields: [String]
    }

    /// Empty where the text has no line.
    public let header: [String]
    /// The line of the header; 1 where there is none.
    public let headerLine: Int
    public let rows: [Row]
    private let columns: [String: Int]

    /// - Throws: `DocumentProblem` for text that is not UTF-8, fields separated otherwise, a quotation mark that is not closed, a
    ///   column that occurs twice, and a row with more or fewer fields than the header.
    public init(_ text: String, separator: Separator = .comma) throws(DocumentProblem) {
        var records = try CSVRecords(text, separator: separator).all
        if let first = records.first, let stated = Self.statedSeparator(first) {
            guard stated == separator.rawValue else { throw Self.otherSeparator(first.line, stated, columns: nil) }
            records.removeFirst()
        }
        guard let head = records.first else {
            (header, headerLine, rows, columns) = ([], 1, [], [:])
            return
        }
        let names = Self.withoutEmptyEnd(head.fields)
        try Self.requireSeparator(head, separator)
        (header, headerLine) = (names, head.line)
        columns = try Self.columns(names, line: head.line)
        rows = try records.dropFirst().map { record throws(DocumentProblem) in try Self.row(record, of: names.count) }
    }

    /// Whether the header has columns of these names, in any case.
    public func has(_ names: String...) -> Bool { names.allSatisfy { columns[$0.lowercased()] != nil } }

    /// The field of a column, named in any case; nil where there is no such column, or the field is empty.
    public func value(_ column: String, _ row: Row) -> String? {
        guard let index = columns[column.lowercased()], !row.fields[index].isEmpty else { return nil }
        return row.fields[index]
    }

    /// The problem that columns are missing, with those that the table has.
    public func missing(_ names: String...) -> DocumentProblem {
        let all = names.joined(separator: " and ")
        let found = header.isEmpty ? "the table is empty" : "its columns are \(header.joined(separator: ", "))"
        return DocumentProblem(
            line: headerLine, "the columns \(all) are missing; \(found)",
            remedy: "begin the file with: \(names.joined(separator: ","))")
    }

    private static func columns(_ names: [String], line: Int) throws(DocumentProblem) -> [String: Int] {
        var columns: [String: Int] = [:]
        for (index, name) in names.enumerated() where !name.isEmpty {
            guard columns.updateValue(index, forKey: name.lowercased()) == nil else {
                throw DocumentProblem(
                    line: line, "the column \(name) occurs twice", remedy: "remove or rename one of the two columns")
            }
        }
        return columns
    }

    private static func row(_ record: CSVRecords.Record, of count: Int) throws(DocumentProblem) -> Row {
        let extra = withoutEmptyEnd(record.fields).count
        guard record.fields.count >= count, extra <= count else {
            let found = record.fields.count < count ? record.fields.count : extra
            throw DocumentProblem(
                line: record.line, "\(found) \(found == 1 ? "field" : "fields") instead of \(count)",
                remedy: "give every line as many fields as the first, and enclose a field that contains a separator in "
                    + "quotation marks")
        }
        return Row(line: record.line, fields: Array(record.fields.prefix(count)))
    }

    private static func withoutEmptyEnd(_ fields: [String]) -> [String] {
        Array(fields.prefix((fields.lastIndex { !$0.isEmpty } ?? -1) + 1))
    }

    // MARK: - Separators

    /// Excel begins a table with `sep=;` to state its separator.
    private static func statedSeparator(_ record: CSVRecords.Record) -> Character? {
        let text = record.source.filter { $0 != "\"" }
        guard text.lowercased().hasPrefix("sep="), text.count == 5 else { return nil }
        return text.last
    }

    private static func requireSeparator(
        _ head: CSVRecords.Record, _ separator: Separator
    ) throws(DocumentProblem) {
        guard head.fields.count == 1 else { return }
        for other in [";", ",", "\t"] as [Character] where other != separator.rawValue {
            let names = head.fields[0].split(separator: other).map { CSVRecords.trimmed($0) }
            if names.count > 1 { throw otherSeparator(head.line, other, columns: names) }
        }
    }

    private static func otherSeparator(_ line: Int, _ found: Character, columns: [String]?) -> DocumentProblem {
        let name = found == ";" ? "semicolons" : found == "\t" ? "tabs" : found == "," ? "commas" : "\(found)"
        let these = columns.map { " " + $0.joined(separator: ", ") } ?? ""
        return DocumentProblem(
            line: line, "the columns\(these) are separated by \(name)",
            remedy: found == "," ? "save the table with tabs" : "save the table with commas (CSV UTF-8)")
    }
}
