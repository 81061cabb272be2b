internal import Domain
internal import Importers

/// The subject of each case: the text of a CSV file with the columns `case` and `subject`.
package struct SubjectTable: Sendable {
    /// The subject's key by case.
    package let byCase: [String: String]
    private let table: CaseTable

    /// - Parameter file: named in errors and findings.
    /// - Throws: `WorkflowError` of kind `badInput` that names file and line.
    package init(_ text: String, file: String) throws {
        table = try CaseTable(text, file: file, column: "subject")
        var first: [String: CaseTable.Row] = [:]
        for row in table.rows {
            if let problem = SubjectName.problem(row.value) {
                throw WorkflowError(
                    file, line: row.line, "the subject \(problem)",
                    "give each patient a short pseudonym; lacuna names the subject DATASET/PSEUDONYM")
            }
            if let other = first[row.name], other.value != row.value {
                throw WorkflowError(
                    file, line: row.line, "the case has another subject in line \(other.line)",
                    "give each case one subject")
            }
            first[row.name] = row
        }
        byCase = first.mapValues(\.value)
    }

    /// One finding for each line that names no case of the list.
    func unknown(among list: CaseList) -> [ImportFinding] { table.unknown(among: list) }
}
