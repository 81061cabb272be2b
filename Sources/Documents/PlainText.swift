/// A text in a language that is parsed elsewhere, such as YAML, as an editor saved it.
public struct PlainText: Sendable {
    /// Without a byte order mark.
    public let text: String

    /// - Parameter bytes: UTF-8, with or without a byte order mark.
    /// - Throws: `DocumentProblem` for a text in UTF-16, for bytes that are not UTF-8, and for null characters.
    public init(_ bytes: [UInt8]) throws(DocumentProblem) {
        let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        if !isUTF16, !bytes.contains(0), let valid = String(validating: bytes, as: UTF8.self) {
            text = String(TextEncoding.withoutByteOrderMark(valid))
        } else {
            text = try TextEncoding.decode(isUTF16 ? [0] : bytes, remedy: "save the file again with the encoding UTF-8")
        }
    }

    public init(_ text: String) { self.text = String(TextEncoding.withoutByteOrderMark(text)) }
}
