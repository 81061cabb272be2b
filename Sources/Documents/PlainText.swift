/// The text of a file that people or spreadsheets write.
public enum PlainText {
    /// - Parameter bytes: UTF-8, with or without a byte order mark.
    /// - Returns: the text without the mark.
    /// - Throws: `DocumentProblem` for bytes that are not UTF-8, such as Excel's "Unicode text" (UTF-16), and for null characters.
    public static func decode(_ bytes: [UInt8]) throws(DocumentProblem) -> String {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { try TextEncoding.requireUTF8("\0") }
        let text = String(decoding: bytes, as: UTF8.self)
        if bytes.contains(0) || String(validating: bytes, as: UTF8.self) == nil { try TextEncoding.requireUTF8(text) }
        return String(TextEncoding.withoutByteOrderMark(text))
    }
}
