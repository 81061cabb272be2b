internal import Documents
internal import Domain
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
        let table = try CSVTable(text, file: file)
        guard table.has("case", column) else { throw WorkflowError(table.missing("case", column), file: file) }
        rows = try table.rows.map { row in
            guard let name = table.value("case", row), let value = table.value(column, row) else {
                throw WorkflowError(
                    file, line: row.line, "case or \(column) is empty", "fill in both, or delete the line")
            }
            return Row(line: row.line, name: GivenName.normalised(name), value: GivenName.normalised(value))
        }
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
}
