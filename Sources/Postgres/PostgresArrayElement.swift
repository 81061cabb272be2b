/// A type whose Swift array is a PostgreSQL value: an array, or for bytes a `bytea`.
///
/// A type that is bindable and decodable conforms by naming the conformance; its `postgresType` is the element's type.
public protocol PostgresArrayElement: Sendable {
    static var postgresArrayType: PostgresType { get }
    static func postgresValue(of elements: [Self]) -> PostgresValue
    static func decodeArray(_ field: PostgresField) throws(PostgresError) -> [Self]
}

extension PostgresArrayElement where Self: PostgresBindable {
    public static var postgresArrayType: PostgresType { postgresType.array }
    public static func postgresValue(of elements: [Self]) -> PostgresValue {
        .array(postgresType == .inferred ? .text : postgresType, elements.map(\.postgresValue))
    }
}

extension PostgresArrayElement where Self: PostgresDecodable {
    public static func decodeArray(_ field: PostgresField) throws(PostgresError) -> [Self] {
        try field.elements().map { (element) throws(PostgresError) in try Self.decode(element) }
    }
}

extension Bool: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension Int16: PostgresArrayElement {}
extension Int32: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Float: PostgresArrayElement {}
extension Double: PostgresArrayElement {}
extension String: PostgresArrayElement {}
extension JSONText: PostgresArrayElement {}
extension Optional: PostgresArrayElement where Wrapped: PostgresBindable & PostgresDecodable {}

/// `[UInt8]` is a `bytea`.
extension UInt8: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { .bytea }
    public static func postgresValue(of elements: [UInt8]) -> PostgresValue { .bytes(elements) }
    public static func decodeArray(_ field: PostgresField) throws(PostgresError) -> [UInt8] {
        guard field.type == .bytea, let bytes = field.bytes else { throw field.mismatch("bytes") }
        return Array(bytes)
    }
}

/// `[[UInt8]]` is a `bytea[]`.
extension Array: PostgresArrayElement where Element == UInt8 {}
