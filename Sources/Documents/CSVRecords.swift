/// The records of a table of text that are not blank, header and rows alike.
public struct CSVRecords: Sendable {
    public struct Record: Sendable {
        /// The line on which the record begins, counted from 1.
        public let line: Int
        /// Trimmed.
        public let fields: [String]
        /// The record as written.
        let source: String
    }

    public let all: [Record]

    /// - Throws: `DocumentProblem` for text that is not UTF-8, and for a quotation mark that is not closed.
    public init(_ text: String, separator: CSVTable.Separator = .comma) throws(DocumentProblem) {
        try TextEncoding.requireUTF8(text)
        var scanner = Scanner(separator: separator.rawValue)
        for character in TextEncoding.withoutByteOrderMark(text) { scanner.read(character) }
        all = try scanner.finish()
    }

    /// Without white space at the ends.
    public static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

/// Divides text into records, one character after another.
private struct Scanner {
    let separator: Character
    private var records: [CSVRecords.Record] = []
    private var fields: [String] = []
    private var field = ""
    private var source = ""
    private var line = 1
    private var firstLine = 1
    private var quoteLine = 1
    private var isQuoted = false
    private var wasQuote = false

    init(separator: Character) { self.separator = separator }

    mutating func read(_ character: Character) {
        if character == "\"" {
            if isQuoted {
                (isQuoted, wasQuote) = (false, true)
            } else {
                if wasQuote { field.append("\"") } else { quoteLine = line }
                (isQuoted, wasQuote) = (true, false)
            }
            source.append(character)
            return
        }
        wasQuote = false
        if character.isNewline {
            line += 1
            if isQuoted { field.append(" ") } else { endRecord() }
            return
        }
        source.append(character)
        if character == separator && !isQuoted { endField() } else { field.append(character) }
    }

    mutating func finish() throws(DocumentProblem) -> [CSVRecords.Record] {
        guard !isQuoted else {
            throw DocumentProblem(line: quoteLine, "a quotation mark is not closed", remedy: "close it, or remove it")
        }
        endRecord()
        return records
    }

    private mutating func endField() {
        fields.append(CSVRecords.trimmed(field))
        field = ""
    }

    private mutating func endRecord() {
        endField()
        if fields.contains(where: { !$0.isEmpty }) {
            records.append(CSVRecords.Record(line: firstLine, fields: fields, source: source))
        }
        (fields, source, firstLine) = ([], "", line)
    }
}
