internal import FoundationEssentials

/// A comma-separated table with a header line; a field with a comma is in double quotes (RFC 4180, without line breaks
/// in fields). A byte order mark, which spreadsheets write, is skipped.
struct CSVRows {
    let rows: [[String]]
    private let columns: [String: Int]

    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// Nil for a file that cannot be read or has no line.
    init?(file: String) {
        guard let bytes = FileManager.default.contents(atPath: file) else { return nil }
        let text = String(decoding: bytes.starts(with: Self.byteOrderMark) ? bytes.dropFirst(3) : bytes, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map(Self.fields)
        guard let head = lines.first else { return nil }
        columns = Dictionary(
            head.enumerated().map { ($1.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        rows = Array(lines.dropFirst())
    }

    func has(_ names: String...) -> Bool { names.allSatisfy { columns[$0] != nil } }

    /// The field of that column (names in lower case); nil where the row is shorter or the field is empty.
    func value(_ column: String, _ row: [String]) -> String? {
        guard let index = columns[column], index < row.count, !row[index].isEmpty else { return nil }
        return row[index]
    }

    private static func fields(_ line: Substring) -> [String] {
        var (fields, field, quoted) = ([String](), "", false)
        for character in line {
            switch character {
            case "\"": quoted.toggle()
            case "," where !quoted:
                fields.append(field)
                field = ""
            default: field.append(character)
            }
        }
        fields.append(field)
        return fields.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
    }
}
