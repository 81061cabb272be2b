internal import Domain
package import Postgres

/// The parameters of an activity as the catalogue records them: a JSON object whose members keep their order. No patient data.
package struct ActivityParameters: ExpressibleByDictionaryLiteral, Sendable {
    package enum Value: Sendable {
        case text(String)
        case integer(Int)
        case number(Double)
        case flag(Bool)
        case list([Value])
        case null
    }

    private var members: [(key: String, value: Value)] = []

    package init(dictionaryLiteral elements: (String, Value)...) {
        members = elements.map { (key: $0.0, value: $0.1) }
    }

    package mutating func append(_ key: String, _ value: Value) { members.append((key, value)) }

    package var json: JSONText {
        JSONText(JSONValue.object(members.map { JSONValue.Member($0.key, $0.value.json) }).rendered())
    }
}

extension ActivityParameters.Value {
    /// Null where there is no text.
    package init(_ text: String?) { self = text.map { .text($0) } ?? .null }

    /// Null where there is no number.
    package init(_ number: Int?) { self = number.map { .integer($0) } ?? .null }

    package init(_ texts: [String]) { self = .list(texts.map { .text($0) }) }

    fileprivate var json: JSONValue {
        switch self {
        case .text(let text): .text(text)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .flag(let flag): .bool(flag)
        case .list(let values): .list(values.map(\.json))
        case .null: .null
        }
    }
}
