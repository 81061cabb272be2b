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
        let text = String(CSVTable.withoutByteOrderMark(list.text))
        let first = text.first { !$0.isWhitespace }
        entries =
            first == "[" || first == "{"
            ? try SplitDocument(text, file: list.file).entries(fold: list.fold) : try Self.lines(of: list)
        guard !entries.isEmpty else { throw Self.failure(list.file, "the list contains no case") }
    }

    private static func lines(of list: SplitList) throws -> [SplitEntry] {
        let lines = CSVTable.lines(of: list.text).map { number, text in
            (number: number, fields: text.split(separator: ",", omittingEmptySubsequences: false).map(CSVTable.trimmed))
        }
        if lines.first?.fields == ["case", "part"] {
            return try lines.dropFirst().map { number, fields in
                guard fields.count == 2, let part = SplitPart(published: fields[1]) else {
                    throw failure(
                        list.file, "line \(number) is not a case and its part (\(SplitPart.publishedNames))")
                }
                return SplitEntry(fields[0], part)
            }
        }
        guard let part = list.part else {
            throw failure(
                list.file, "a plain list does not state the part of its cases", "add --part test, or another part")
        }
        return lines.compactMap(\.fields.first).filter { !$0.isEmpty }.map { SplitEntry($0, part) }
    }

    static func failure(
        _ file: String, _ problem: String,
        _ remedy: String =
            "use splits_final.json, a MONAI list, a CSV file with the columns case and part, or a plain list"
    ) -> WorkflowError {
        WorkflowError(.badInput, problem, file: file, remedy: remedy)
    }
}
