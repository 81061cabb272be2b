/// Reads JSON strictly (RFC 8259) and names the line of the first mistake. A key that occurs twice in an object is a mistake too:
/// one of its two values would be lost.
struct JSONScanner {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var depth = 0

    private static let deepest = 500

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    /// The only value of the text.
    mutating func document() throws(DocumentProblem) -> JSONNode {
        try skipSpace()
        guard index < bytes.count else {
            throw problem("the file is empty", "write the description, or download it again")
        }
        let node = try value(of: "the text")
        try skipSpace()
        guard index == bytes.count else {
            throw problem(
                "there is more text after the end of the JSON value", "remove it, or close the brackets in order")
        }
        return node
    }

    // MARK: - Values

    private mutating func value(of name: String) throws(DocumentProblem) -> JSONNode {
        let first = line
        switch peek {
        case UInt8(ascii: "{"):
            return JSONNode(
                line: first,
                content: .object(try nested { scanner throws(DocumentProblem) in try scanner.members(of: name) }))
        case UInt8(ascii: "["):
            return JSONNode(
                line: first,
                content: .array(try nested { scanner throws(DocumentProblem) in try scanner.items(of: name) }))
        case UInt8(ascii: "\""): _ = try text()
        case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte): try number()
        default: try word()
        }
        return JSONNode(line: first, content: .plain)
    }

    private mutating func nested<T>(
        _ body: (inout JSONScanner) throws(DocumentProblem) -> T
    ) throws(DocumentProblem) -> T {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            throw problem(
                "values are nested more than \(Self.deepest) levels deep", "check that this is the right file")
        }
        return try body(&self)
    }

    private mutating func members(of name: String) throws(DocumentProblem) -> [(key: String, value: JSONNode)] {
        let opened = line
        var members: [(key: String, value: JSONNode)] = []
        var lines: [String: Int] = [:]
        index += 1
        while try continues(until: UInt8(ascii: "}"), "object", opened, isFirst: members.isEmpty) {
            let keyLine = line
            guard peek == UInt8(ascii: "\"") else { throw notQuoted(peek, "key") }
            let key = try text()
            if let other = lines.updateValue(keyLine, forKey: key) {
                throw DocumentProblem(
                    line: keyLine, "the key \(key) occurs twice in \(name); the first is in line \(other)",
                    remedy: "remove or rename one of the two")
            }
            try skipSpace()
            guard peek == UInt8(ascii: ":") else { throw problem("a colon is missing after the key \(key)", "add it") }
            index += 1
            try skipSpace()
            members.append((key, try value(of: key)))
        }
        return members
    }

    private mutating func items(of name: String) throws(DocumentProblem) -> [JSONNode] {
        let opened = line
        var items: [JSONNode] = []
        index += 1
        while try continues(until: UInt8(ascii: "]"), "array", opened, isFirst: items.isEmpty) {
            items.append(try value(of: name))
        }
        return items
    }

    /// Whether another member follows; reads the comma before it, or the closing bracket.
    private mutating func continues(
        until end: UInt8, _ kind: String, _ opened: Int, isFirst: Bool
    ) throws(DocumentProblem) -> Bool {
        try skipSpace()
        guard let next = peek else {
            throw problem(
                "the text ends within the \(kind) that begins in line \(opened)", "download the file again, or close it"
            )
        }
        if next == end {
            index += 1
            return false
        }
        if isFirst { return true }
        guard next == UInt8(ascii: ",") else {
            throw problem("a comma is missing in the \(kind) that begins in line \(opened)", "add it")
        }
        index += 1
        try skipSpace()
        if peek == end { throw problem("a comma before the end of the \(kind)", "remove the comma") }
        return true
    }

    // MARK: - Texts, numbers, words

    /// A text in quotation marks, with its escapes resolved.
    private mutating func text() throws(DocumentProblem) -> String {
        index += 1
        var units: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\"") {
            if byte < 0x20, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
                throw problem("a control character, such as a tab, in a text", "write a tab as \\t, or remove it")
            }
            if byte < 0x20 {
                throw problem("a quotation mark is not closed", "close it; a line break in a text is written \\n")
            }
            index += 1
            if byte == UInt8(ascii: "\\") { units += Array(try escape().utf8) } else { units.append(byte) }
        }
        guard peek != nil else {
            throw problem("a quotation mark is not closed", "close it, or download the file again")
        }
        index += 1
        return String(decoding: units, as: UTF8.self)
    }

    private mutating func escape() throws(DocumentProblem) -> String {
        defer { index += 1 }
        switch peek {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicode()
        default: throw problem("an unknown escape after a backslash", "write \\\\ for a backslash")
        }
    }

    /// The character of `uXXXX`, with the second half of a surrogate pair; ends at its last digit.
    private mutating func unicode() throws(DocumentProblem) -> String {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return String(Character(scalar)) }
        if first < 0xDC00, index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "\\"),
            bytes[index + 2] == UInt8(ascii: "u")
        {
            index += 2
            let second = try hexadecimal()
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return String(Character(scalar))
            }
        }
        throw problem("half of a surrogate pair in a text", "write the character itself")
    }

    private mutating func hexadecimal() throws(DocumentProblem) -> UInt32 {
        let digits = bytes[min(index + 1, bytes.count)..<min(index + 5, bytes.count)]
        guard digits.count == 4, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw problem("\\u is not followed by four hexadecimal digits", "write the character itself")
        }
        index += 4
        return value
    }

    private mutating func number() throws(DocumentProblem) {
        let start = index
        if peek == UInt8(ascii: "-") { index += 1 }
        if peek == UInt8(ascii: "0") { index += 1 } else { try digits(from: start) }
        if peek == UInt8(ascii: ".") {
            index += 1
            try digits(from: start)
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            index += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
            try digits(from: start)
        }
        guard let next = peek, Self.isWord(next) else { return }
        throw notNumber(from: start)
    }

    private mutating func digits(from start: Int) throws(DocumentProblem) {
        let first = index
        while let byte = peek, Self.isDigit(byte) { index += 1 }
        if index == first { throw notNumber(from: start) }
    }

    private func notNumber(from start: Int) -> DocumentProblem {
        let rest = bytes[start...].prefix { Self.isWord($0) || [0x2B, 0x2D, 0x2E].contains($0) }.prefix(30)
        return problem(
            "\(String(decoding: rest, as: UTF8.self)) is not a number in JSON",
            "write a number, or a text in double quotes")
    }

    private mutating func word() throws(DocumentProblem) {
        let word = bytes[index...].prefix { Self.isWord($0) }
        switch String(decoding: word, as: UTF8.self) {
        case "true", "false", "null": index += word.count
        case "": throw notQuoted(peek, "value")
        case let other:
            throw problem(
                "\(other.prefix(30)) is not a value in JSON",
                "write null, true, false, a number, or a text in double quotes")
        }
    }

    private func notQuoted(_ byte: UInt8?, _ what: String) -> DocumentProblem {
        switch byte {
        case UInt8(ascii: "'"):
            problem("a \(what) is in single quotes", "write double quotes; json.dump of Python does, print does not")
        case nil: problem("the text ends where a \(what) is expected", "download the file again, or complete it")
        default: problem("a \(what) is expected", "write the \(what) in double quotes")
        }
    }

    // MARK: - Bytes

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
            true
        default: isDigit(byte)
        }
    }

    /// - Throws: `DocumentProblem` for a comment.
    private mutating func skipSpace() throws(DocumentProblem) {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                index += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): index += 1
            case UInt8(ascii: "/"), UInt8(ascii: "#"):
                throw problem("comments are not part of JSON", "remove the comment")
            default: return
            }
        }
    }

    private func problem(_ problem: String, _ remedy: String) -> DocumentProblem {
        DocumentProblem(line: line, problem, remedy: remedy)
    }
}
