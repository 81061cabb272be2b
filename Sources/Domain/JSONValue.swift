/// JSON whose objects keep the order of their members, which nnU-Net's `labels` require.
public indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([Member])

    public struct Member: Hashable, Sendable {
        public let key: String
        public let value: JSONValue

        public init(_ key: String, _ value: JSONValue) { (self.key, self.value) = (key, value) }
    }

    /// The text, indented by four spaces per level, with lists of plain values on one line.
    public func rendered() -> String { render(indent: "") + "\n" }

    private func render(indent: String) -> String {
        let deeper = indent + "    "
        switch self {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let value): return String(value)
        case .number(let value): return value.isFinite ? value.description : "null"
        case .text(let text): return Self.quoted(text)
        case .list(let items) where items.allSatisfy(\.isPlain):
            return "[" + items.map { $0.render(indent: "") }.joined(separator: ", ") + "]"
        case .list(let items):
            return "[\n" + items.map { deeper + $0.render(indent: deeper) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where members.isEmpty: return "{}"
        case .object(let members):
            let lines = members.map { "\(deeper)\(Self.quoted($0.key)): \($0.value.render(indent: deeper))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private var isPlain: Bool {
        switch self {
        case .list, .object: false
        default: true
        }
    }

    /// A string literal: quotation marks, backslashes and control characters are escaped (RFC 8259, section 7).
    public static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
