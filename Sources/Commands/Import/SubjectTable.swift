internal import Console
internal import Importers

/// Whose scan each case is: a CSV file with the columns `case` and `subject`; others are passed over.
struct SubjectTable: Sendable {
    /// The subject's key by case.
    private(set) var byCase: [String: String] = [:]
    private var lines: [String: Int] = [:]
    private let path: String

    /// Blocks.
    /// - Throws: bad input that names file and line.
    init(file path: String) throws {
        self.path = path
        var rows = try Self.rows(try TextFile.read(path), path).makeIterator()
        guard let header = rows.next(),
            let caseColumn = header.fields.firstIndex(of: "case"),
            let subjectColumn = header.fields.firstIndex(of: "subject")
        else {
            throw Self.failure(path, 1, "the columns case and subject are not there", "begin it with: case,subject")
        }
        while let row = rows.next() {
            guard row.fields.count == header.fields.count else {
                throw Self.failure(
                    path, row.line, "\(row.fields.count) fields instead of \(header.fields.count)",
                    "give every line the columns of the first")
            }
            let (name, subject) = (row.fields[caseColumn], row.fields[subjectColumn])
            guard !name.isEmpty, !subject.isEmpty else {
                throw Self.failure(path, row.line, "case or subject is empty", "give both, or leave the line out")
            }
            if let other = byCase[name], other != subject {
                throw Self.failure(
                    path, row.line, "the case has another subject in line \(lines[name] ?? 0)",
                    "give each case one subject")
            }
            byCase[name] = subject
            lines[name] = row.line
        }
    }

    /// One finding a line that names no case of the dataset.
    func unknown(among cases: [CaseFiles]) -> [ImportFinding] {
        let known = Set(cases.map(\.name))
        return lines.filter { !known.contains($0.key) }.sorted { $0.value < $1.value }.map { name, line in
            ImportFinding(
                .description, file: path, problem: "line \(line): the dataset has no case \(name)",
                remedy: "lacuna dataset import --dry-run --json lists the cases")
        }
    }

    private struct Row {
        let line: Int
        var fields: [String]
    }

    /// Fields are separated by commas and may stand in quotation marks, which double within; blank lines are passed over.
    private static func rows(_ text: String, _ path: String) throws -> [Row] {
        var rows: [Row] = []
        let body = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        for (index, line) in body.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.last == "\r" ? line.dropLast() : line
            if line.allSatisfy(\.isWhitespace) { continue }
            rows.append(Row(line: index + 1, fields: try fields(of: line, path, index + 1)))
        }
        return rows
    }

    private static func fields(of line: Substring, _ path: String, _ number: Int) throws -> [String] {
        guard let fields = CSVLine.fields(of: line) else {
            throw failure(path, number, "a quotation mark is not closed", "close it in the same line")
        }
        return fields
    }

    private static func failure(_ path: String, _ line: Int, _ problem: String, _ remedy: String) -> CommandFailure {
        CommandFailure(.badInput, "line \(line): \(problem)", file: path, remedy: remedy)
    }
}
