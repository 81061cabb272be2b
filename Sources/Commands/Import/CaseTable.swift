internal import Console
internal import Importers

/// A CSV file that says one thing of cases: the column `case` and another; further columns are passed over.
struct CaseTable: Sendable {
    struct Row: Sendable {
        let line: Int
        let name: String
        let value: String
    }

    let path: String
    let rows: [Row]

    /// Blocks.
    /// - Throws: bad input that names file and line.
    init(file path: String, column: String) throws {
        self.path = path
        var lines = try Self.lines(try TextFile.read(path), path).makeIterator()
        guard let header = lines.next(),
            let caseColumn = header.fields.firstIndex(of: "case"),
            let valueColumn = header.fields.firstIndex(of: column)
        else {
            throw Self.failure(path, 1, "the columns case and \(column) are not there", "begin it with: case,\(column)")
        }
        var rows: [Row] = []
        while let line = lines.next() {
            guard line.fields.count == header.fields.count else {
                throw Self.failure(
                    path, line.line, "\(line.fields.count) fields instead of \(header.fields.count)",
                    "give every line the columns of the first")
            }
            let row = Row(line: line.line, name: line.fields[caseColumn], value: line.fields[valueColumn])
            guard !row.name.isEmpty, !row.value.isEmpty else {
                throw Self.failure(path, row.line, "case or \(column) is empty", "give both, or leave the line out")
            }
            rows.append(row)
        }
        self.rows = rows
    }

    /// One finding a line that names none of the cases.
    func unknown(among list: CaseList) -> [ImportFinding] {
        let known = Set(list.cases.map(\.name) + list.waiting.map(\.name) + list.refused.map(\.name))
        return rows.filter { !known.contains($0.name) }.map { row in
            ImportFinding(
                .description, file: path, problem: "line \(row.line): the dataset has no case \(row.name)",
                remedy: "lacuna dataset import --dry-run --json lists the cases")
        }
    }

    private struct Line {
        let line: Int
        var fields: [String]
    }

    /// Fields are separated by commas and may stand in quotation marks, which double within; blank lines are passed over.
    private static func lines(_ text: String, _ path: String) throws -> [Line] {
        var lines: [Line] = []
        let body = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        for (index, line) in body.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.last == "\r" ? line.dropLast() : line
            if line.allSatisfy(\.isWhitespace) { continue }
            lines.append(Line(line: index + 1, fields: try fields(of: line, path, index + 1)))
        }
        return lines
    }

    private static func fields(of line: Substring, _ path: String, _ number: Int) throws -> [String] {
        guard let fields = CSVLine.fields(of: line) else {
            throw failure(path, number, "a quotation mark is not closed", "close it in the same line")
        }
        return fields
    }

    static func failure(_ path: String, _ line: Int, _ problem: String, _ remedy: String) -> CommandFailure {
        CommandFailure(.badInput, "line \(line): \(problem)", file: path, remedy: remedy)
    }
}
