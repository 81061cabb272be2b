package import Importers

/// A line of an import's report: a case, a finding, or the error that ended the import.
package struct ReportLine: Sendable {
    package let caseName: String?
    /// `accepted`, `unchanged`, `warned`, `waiting`, `quarantined`, `refused`, `unrecorded` or `failed`.
    package let outcome: String
    /// Of a finding, such as `absence`; nil for an error.
    package let kind: String?
    package let file: String?
    package let problem: String?
    package let remedy: String?

    package init(_ row: ImportReport.Row) {
        (caseName, outcome, kind, file) = (row.case, row.outcome.rawValue, row.kind?.rawValue, row.file)
        (problem, remedy) = (row.problem, row.remedy)
    }

    package init(_ failure: CommandFailure) {
        (caseName, outcome, kind, file) = (nil, "failed", nil, failure.file)
        (problem, remedy) = (failure.problem, failure.remedy)
    }

    package static var columns: [Column<ReportLine>] {
        [
            Column("case") { $0.caseName }, Column("outcome") { $0.outcome }, Column("file") { $0.file },
            Column("problem") { $0.problem }, Column("remedy") { $0.remedy }, Column("kind") { $0.kind },
        ]
    }

    package var cell: Cell { Self.columns.object(of: self) }

    // MARK: - Text

    /// A problem of more cases than this is printed once for all of them.
    private static let separateCases = 3
    /// The number of cases that are named then.
    private static let namedCases = 8

    private struct Message: Hashable {
        let outcome: String
        let problem: String?
        let remedy: String?
    }

    /// A block for each problem, preceded by an empty line, with lines of at most `width` characters.
    package static func blocks(_ lines: [ReportLine], width: Int?) -> String {
        let groups = Dictionary(grouping: lines, by: \.message)
        var printed = Set<Message>()
        return lines.compactMap { line -> String? in
            let group = groups[line.message] ?? []
            guard group.count > separateCases else { return "\n" + line.block(width) }
            return printed.insert(line.message).inserted ? "\n" + block(of: group, width) : nil
        }.joined()
    }

    private var message: Message { Message(outcome: outcome, problem: problem, remedy: remedy) }

    private func block(_ width: Int?) -> String {
        Self.text("\(outcome) \(caseName.map(Printable.name) ?? "(the dataset)")", file, problem, remedy, width)
    }

    private static func block(of group: [ReportLine], _ width: Int?) -> String {
        let names = group.compactMap(\.caseName).map(Printable.name)
        let cases = Set(names).count == 1 ? names[0] : "\(Set(names).count) cases: " + list(names)
        let files = group.compactMap(\.file)
        let file = files.first.map { $0 + (files.count > 1 ? " and \(files.count - 1) more" : "") }
        return text("\(group[0].outcome) \(cases)", file, group[0].problem, group[0].remedy, width)
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(namedCases).joined(separator: ", ")
        return names.count > namedCases ? "\(shown) and \(names.count - namedCases) more" : shown
    }

    private static func text(
        _ head: String, _ file: String?, _ problem: String?, _ remedy: String?, _ width: Int?
    ) -> String {
        let parts = [("file", file.map(Printable.name)), ("problem", problem), ("remedy", remedy)]
        let body = parts.map { name, text in
            text.map { wrapped("  \(name): " + String(repeating: " ", count: 7 - name.count) + $0, 11, width) } ?? ""
        }
        return wrapped(head, 2, width) + body.joined()
    }

    /// The text in lines of at most `width` characters, broken at spaces; all but the first are indented.
    static func wrapped(_ text: String, _ indent: Int, _ width: Int?) -> String {
        guard let width, text.count > width, width > indent + 20 else { return text + "\n" }
        var (lines, rest) = ([String](), text[...])
        while rest.count > width - (lines.isEmpty ? 0 : indent) {
            let room = rest.prefix(width - (lines.isEmpty ? 0 : indent) + 1)
            let leading = room.prefix { $0 == " " }.endIndex
            let end =
                room[leading...].dropFirst(lines.isEmpty ? indent : 0).lastIndex(of: " ")
                ?? rest[leading...].dropFirst(lines.isEmpty ? indent : 0).firstIndex(of: " ")
            guard let end else { break }
            lines.append(String(rest[..<end]))
            rest = rest[rest.index(after: end)...]
        }
        lines.append(String(rest))
        let margin = String(repeating: " ", count: indent)
        return lines[0] + "\n" + lines.dropFirst().map { margin + $0 + "\n" }.joined()
    }
}
