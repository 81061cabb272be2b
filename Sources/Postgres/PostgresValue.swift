/// A value of a parameter.
///
/// Text is sent without a type, so that `$1` has the type of its context (text, an enumeration, uuid, timestamptz); everything else is
/// sent in binary with the type given here, and the SQL casts where a narrower one is needed.
public enum PostgresValue: Hashable, Sendable {
    case null(PostgresType)
    case bool(Bool)
    case int16(Int16)
    case int32(Int32)
    case int64(Int64)
    case float(Float)
    case double(Double)
    case text(String)
    case bytes([UInt8])
    /// JSON text, sent as `jsonb`.
    case json(String)
    /// A one-dimensional array; elements are of the given type or null.
    case array(PostgresType, [PostgresValue])

    /// The type that a parameter holding this value is declared with.
    public var type: PostgresType {
        switch self {
        case .null(let type): type
        case .bool: .bool
        case .int16: .int2
        case .int32: .int4
        case .int64: .int8
        case .float: .float4
        case .double: .float8
        case .text: .inferred
        case .bytes: .bytea
        case .json: .jsonb
        case .array(let element, _): element.array
        }
    }
}

/// JSON text that is bound as `jsonb`, and read from `json` or `jsonb`.
public struct JSONText: Hashable, Sendable, CustomStringConvertible {
    public var text: String
    public init(_ text: String) { self.text = text }
    public var description: String { text }
}
