internal import Importers

/// Whose scan each case is: a CSV file with the columns `case` and `subject`.
struct SubjectTable: Sendable {
    /// The subject's key by case.
    let byCase: [String: String]
    private let table: CaseTable

    /// Blocks.
    /// - Throws: bad input that names file and line.
    init(file path: String) throws {
        table = try CaseTable(file: path, column: "subject")
        var first: [String: CaseTable.Row] = [:]
        for row in table.rows {
            if let other = first[row.name], other.value != row.value {
                throw CaseTable.failure(
                    path, row.line, "the case has another subject in line \(other.line)", "give each case one subject")
            }
            first[row.name] = row
        }
        byCase = first.mapValues(\.value)
    }

    /// One finding a line that names no case of the dataset.
    func unknown(among list: CaseList) -> [ImportFinding] { table.unknown(among: list) }
}
