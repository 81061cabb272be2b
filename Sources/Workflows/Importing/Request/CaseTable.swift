internal import Importers

/// The text of a CSV file with one value for each case: the column `case` and another. Further columns are ignored.
package struct CaseTable: Sendable {
    package struct Row: Sendable {
        /// Counted from 1.
        package let line: Int
        /// The case.
        package let name: String
        package let value: String
    }

    package let file: String
    package let rows: [Row]

    /// - Parameters:
    ///   - file: named in errors and findings.
    ///   - column: the column of the values.
    /// - Throws: `WorkflowError` of kind `badInput` that names file and line.
    package init(_ text: String, file: String, column: String) throws {
        self.file = file
        var lines = try Self.lines(text, file).makeIterator()
        guard let header = lines.next(),
            let caseColumn = header.fields.firstIndex(of: "case"),
            let valueColumn = header.fields.firstIndex(of: column)
        else {
            throw Self.error(
                file, 1, "the columns case and \(column) are missing", "begin the file with: case,\(column)")
        }
        var rows: [Row] = []
        while let line = lines.next() {
            guard line.fields.count == header.fields.count else {
                throw Self.error(
                    file, line.line, "\(line.fields.count) fields instead of \(header.fields.count)",
                    "give every line as many fields as the first")
            }
            let row = Row(line: line.line, name: line.fields[caseColumn], value: line.fields[valueColumn])
            guard !row.name.isEmpty, !row.value.isEmpty else {
                throw Self.error(file, row.line, "case or \(column) is empty", "fill in both, or delete the line")
            }
            rows.append(row)
        }
        self.rows = rows
    }

    /// One finding for each line that names no case of the list.
    func unknown(among list: CaseList) -> [ImportFinding] {
        let known = Set(list.cases.map(\.name) + list.waiting.map(\.name) + list.refused.map(\.name))
        return rows.filter { !known.contains($0.name) }.map { row in
            ImportFinding(
                .description, file: file, problem: "line \(row.line): the dataset has no case \(row.name)",
                remedy: "lacuna dataset import --dry-run --json lists the cases")
        }
    }

    private struct Line {
        let line: Int
        var fields: [String]
    }

    /// The fields of every line; blank lines are skipped.
    private static func lines(_ text: String, _ file: String) throws -> [Line] {
        var lines: [Line] = []
        let body = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        for (index, line) in body.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.last == "\r" ? line.dropLast() : line
            if line.allSatisfy(\.isWhitespace) { continue }
            lines.append(Line(line: index + 1, fields: try fields(of: line, file, index + 1)))
        }
        return lines
    }

    private static func fields(of line: Substring, _ file: String, _ number: Int) throws -> [String] {
        guard let fields = CSVLine.fields(of: line) else {
            throw error(file, number, "a quotation mark is not closed", "close it in the same line")
        }
        return fields
    }

    static func error(_ file: String, _ line: Int, _ problem: String, _ remedy: String) -> WorkflowError {
        WorkflowError(.badInput, "line \(line): \(problem)", file: file, remedy: remedy)
    }
}
