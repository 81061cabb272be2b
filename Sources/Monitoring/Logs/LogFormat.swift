/// How a log line is written.
public enum LogFormat: String, CaseIterable, Sendable {
    /// `key=value` pairs, separated by spaces; values with other characters than printable ASCII are quoted.
    case logfmt
    /// One JSON object.
    case json

    /// A line without its end. No value of a member can end it or begin another: control characters are escaped.
    func line(_ members: [(key: String, value: String)]) -> String {
        switch self {
        case .logfmt: members.map { "\($0.key)=\(Self.logfmtValue($0.value))" }.joined(separator: " ")
        case .json: "{" + members.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }.joined(separator: ",") + "}"
        }
    }

    private static func logfmtValue(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C }
        return isPlain && !text.isEmpty ? text : quoted(text)
    }

    /// A JSON string. Quotation marks, backslashes, control characters and Unicode's line separators are escaped.
    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
