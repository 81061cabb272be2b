/// A text in a language that is parsed elsewhere, such as YAML, as an editor saved it.
public struct PlainText: Sendable {
    /// Without a byte order mark.
    public let text: String

    /// - Parameter bytes: UTF-8, with or without a byte order mark.
    /// - Throws: `DocumentProblem` for a text in UTF-16, and for bytes that are not UTF-8.
    public init(_ bytes: [UInt8]) throws(DocumentProblem) {
        text = try TextEncoding.decode(bytes, remedy: "save the file again with the encoding UTF-8")
    }

    public init(_ text: String) { self.text = String(TextEncoding.withoutByteOrderMark(text)) }
}
