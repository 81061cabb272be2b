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
        let first = list.text.first { !$0.isWhitespace }
        entries =
            first == "[" || first == "{"
            ? try SplitDocument(list.text, file: list.file).entries(fold: list.fold) : try Self.lines(of: list)
        guard !entries.isEmpty else { throw Self.failure(list.file, "the list contains no case") }
    }

    private static func lines(of list: SplitList) throws -> [SplitEntry] {
        let lines = list.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map { trimmed($0) }
        }
        if lines.first == ["case", "part"] {
            return try lines.enumerated().dropFirst().filter { $0.element != [""] }.map { index, fields in
                guard fields.count == 2, let part = SplitPart(published: fields[1]) else {
                    throw failure(
                        list.file, "line \(index + 1) is not a case and its part (\(SplitPart.publishedNames))")
                }
                return SplitEntry(fields[0], part)
            }
        }
        guard let part = list.part else {
            throw failure(
                list.file, "a plain list does not state the part of its cases", "add --part test, or another part")
        }
        return lines.compactMap { $0.first }.filter { !$0.isEmpty }.map { SplitEntry($0, part) }
    }

    static func failure(
        _ file: String, _ problem: String,
        _ remedy: String =
            "use splits_final.json, a MONAI list, a CSV file with the columns case and part, or a plain list"
    ) -> WorkflowError {
        WorkflowError(.badInput, problem, file: file, remedy: remedy)
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
