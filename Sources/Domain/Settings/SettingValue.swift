/// A value of a configuration. A file gives scalars as text; keys read flags and numbers from text.
public enum SettingValue: Hashable, Sendable {
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([SettingValue])
    case map([String: SettingValue])
}

extension SettingValue: CustomStringConvertible {
    /// As YAML's flow style: `[1, 2]`, `{liver: [a, b]}`; the members of a map in the order of their keys.
    public var description: String {
        switch self {
        case .flag(let flag): String(flag)
        case .integer(let value): String(value)
        case .number(let value): Int(exactly: value).map(String.init) ?? String(value)
        case .text(let text): text
        case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .map(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        }
    }
}

extension SettingValue: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .flag(let flag): try container.encode(flag)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let text): try container.encode(text)
        case .list(let values): try container.encode(values)
        case .map(let members): try container.encode(members)
        }
    }
}

extension SettingValue: Decodable {
    /// - Throws: `DecodingError` for null.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let values = try? container.decode([SettingValue].self) {
            self = .list(values)
        } else {
            self = .map(try container.decode([String: SettingValue].self))
        }
    }
}

/// The value as the kind that a key requires; nil where it is of another kind.
extension SettingValue {
    var asFlag: Bool? {
        switch self {
        case .flag(let flag): flag
        case .text(let text): ["true": true, "false": false][text.lowercased()]
        default: nil
        }
    }

    var asInteger: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        case .text(let text): Int(text) ?? asNumber.flatMap { Int(exactly: $0) }
        default: nil
        }
    }

    /// A finite number.
    var asNumber: Double? {
        let number: Double? =
            switch self {
            case .integer(let value): Double(value)
            case .number(let value): value
            case .text(let text): Double(text)
            default: nil
            }
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    var asText: String? {
        switch self {
        case .text(let text): text
        case .integer, .number, .flag: description
        case .list, .map: nil
        }
    }

    var asTexts: [String]? { asList { $0.asText } }

    func asList<Element>(_ element: (SettingValue) -> Element?) -> [Element]? {
        guard case .list(let values) = self else { return nil }
        let elements = values.compactMap(element)
        return elements.count == values.count ? elements : nil
    }

    var asTextLists: [String: [String]]? {
        guard case .map(let members) = self else { return nil }
        let lists = members.compactMapValues(\.asTexts)
        return lists.count == members.count ? lists : nil
    }
}
