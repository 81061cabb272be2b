internal import Documents
internal import Domain

/// The cases of a published list, each with its part.
///
/// Formats: nnU-Net's `splits_final.json` (an array with `train` and `val` for each fold), MONAI and Decathlon lists (an object
/// with `training`, `validation`, `testing` or `test`, whose items may have a `fold`), a CSV file with the columns `case` and
/// `part`, and a plain list of the cases of one part, one per line.
struct PublishedSplit {
    let entries: [SplitEntry]

    /// - Throws: `WorkflowError` of kind `badInput` for a list that cannot be read or names no case.
    init(_ list: SplitList) throws {
        let first = list.text.first { !$0.isWhitespace && $0 != "\u{FEFF}" }
        entries =
            first == "[" || first == "{"
            ? try SplitDocument(list.text, file: list.file).entries(fold: list.fold) : try Self.lines(of: list)
        guard !entries.isEmpty else { throw Self.failure(list.file, "the list contains no case") }
    }

    private static func lines(of list: SplitList) throws -> [SplitEntry] {
        let records: [CSVRecords.Record]
        do throws(DocumentProblem) {
            records = try CSVRecords(list.text).all
        } catch {
            throw WorkflowError(error, file: list.file)
        }
        if isTable(records) { return try rows(of: list) }
        guard records.contains(where: { $0.fields.contains { !$0.isEmpty } }) else { return [] }
        guard let part = list.part else {
            throw failure(
                list.file, "a plain list does not state the part of its cases",
                "give it with --part, as in --part test; or use a CSV file with the columns case and part")
        }
        return records.compactMap(\.fields.first).filter { !$0.isEmpty }.map { SplitEntry($0, part) }
    }

    /// Whether the first line names columns, however they are separated.
    private static func isTable(_ records: [CSVRecords.Record]) -> Bool {
        let names = (records.first?.fields ?? []).flatMap { $0.split { ";\t".contains($0) } }
        let trimmed = names.map { CSVRecords.trimmed($0).lowercased() }
        return trimmed.contains("case") && trimmed.contains("part") || trimmed.first?.hasPrefix("sep=") == true
    }

    private static func rows(of list: SplitList) throws -> [SplitEntry] {
        let table = try CSVTable(list.text, file: list.file)
        guard table.has("case", "part") else { throw WorkflowError(table.missing("case", "part"), file: list.file) }
        return try table.rows.map { row in
            guard let name = table.value("case", row),
                let part = table.value("part", row).flatMap(SplitPart.init(published:))
            else {
                throw failure(
                    list.file, "line \(row.line) is not a case and its part (\(SplitPart.publishedNames))")
            }
            return SplitEntry(name, part)
        }
    }

    static func failure(
        _ file: String, _ problem: String,
        _ remedy: String =
            "use splits_final.json, a MONAI list, a CSV file with the columns case and part, or a plain list"
    ) -> WorkflowError {
        WorkflowError(.badInput, problem, file: file, remedy: remedy)
    }
}
