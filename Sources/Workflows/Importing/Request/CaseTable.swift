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
        guard let caseColumn = table.header.firstIndex(of: "case"),
            let valueColumn = table.header.firstIndex(of: column)
        else {
            throw CSVTable.error(
                file, 1, "the columns case and \(column) are missing", "begin the file with: case,\(column)")
        }
        rows = try table.rows.map { row in
            let (name, value) = (row.fields[caseColumn], row.fields[valueColumn])
            guard !name.isEmpty, !value.isEmpty else {
                throw CSVTable.error(
                    file, row.line, "case or \(column) is empty", "fill in both, or delete the line")
            }
            return Row(line: row.line, name: name, value: value)
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
