/// What spreadsheets and editors do to the encoding of a text.
enum TextEncoding {
    static func withoutByteOrderMark(_ text: String) -> Substring {
        text.unicodeScalars.first == "\u{FEFF}" ? Substring(text.unicodeScalars.dropFirst()) : text[...]
    }

    /// - Throws: `DocumentProblem` for text with null characters (UTF-16), or with bytes that were not UTF-8 when it was decoded.
    static func requireUTF8(_ text: String) throws(DocumentProblem) {
        var line = 1
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += 1
            case "\0": throw problem(line, "the text is in UTF-16, or not a text")
            case "\u{FFFD}" where !text.unicodeScalars.contains("\0"):
                throw problem(line, "a character is not in UTF-8")
            default: continue
            }
        }
    }

    /// - Throws: as `requireUTF8`.
    static func decode(_ bytes: [UInt8], remedy: String) throws(DocumentProblem) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(DocumentProblem) {
            try requireUTF8(text)
        } catch {
            throw DocumentProblem(line: error.line, error.problem, remedy: remedy)
        }
        return String(withoutByteOrderMark(text))
    }

    private static func problem(_ line: Int, _ problem: String) -> DocumentProblem {
        DocumentProblem(line: line, problem, remedy: "save the file again in UTF-8; spreadsheets call it CSV UTF-8")
    }
}
