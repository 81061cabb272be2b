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

    private static func problem(_ line: Int, _ problem: String) -> DocumentProblem {
        DocumentProblem(line: line, problem, remedy: "save the file again in UTF-8; spreadsheets call it CSV UTF-8")
    }
}
