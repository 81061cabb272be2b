/// A type that can be read from a column.
///
/// Types of other modules conform by decoding one of the types here and converting it;
/// `throw field.mismatch("…")` when the value is not a valid one.
public protocol PostgresDecodable {
    static func decode(_ field: PostgresField) throws(PostgresError) -> Self
}

extension Bool: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Bool {
        let bytes = try field.required("a boolean")
        guard field.type == .bool, bytes.count == 1 else { throw field.mismatch("a boolean") }
        return bytes[0] != 0
    }
}

/// Integers are read from any integer type, and from `numeric` (the type of `sum(bigint)`) where they fit exactly.
extension FixedWidthInteger where Self: SignedInteger {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Self {
        guard let value = Self(exactly: try field.integer("an integer")) else {
            throw field.mismatch("an integer of \(Self.bitWidth) bits")
        }
        return value
    }
}

extension Int: PostgresDecodable {}
extension Int16: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}

/// Read from floating-point, integer and numeric columns; from a timestamp as seconds since 1970-01-01 00:00 UTC.
extension Double: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Double {
        let bytes = try field.required("a number")
        switch (field.type, bytes.count) {
        case (.float8, 8): return Double(bitPattern: bytes.bigEndian(UInt64.self, at: 0))
        case (.float4, 4): return Double(Float(bitPattern: bytes.bigEndian(UInt32.self, at: 0)))
        case (.numeric, 8...):
            guard let value = Numeric(bytes) else { throw field.mismatch("a number") }
            return value.double
        case (.timestamptz, 8), (.timestamp, 8):
            return Timestamp(microsecondsSince2000: bytes.bigEndian(Int64.self, at: 0)).secondsSince1970
        default: return Double(try field.integer("a number"))
        }
    }
}

extension Float: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Float { Float(try Double.decode(field)) }
}

/// Read from text, enumerations, json, uuid (its text form), timestamps (ISO 8601, UTC) and numbers (decimal).
extension String: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> String {
        let bytes = try field.required("text")
        switch (field.type, bytes.count) {
        case (.jsonb, 1...): return String(decoding: bytes.dropFirst(), as: UTF8.self)
        case (.uuid, 16): return UUIDText.format(bytes)
        case (.timestamptz, 8):
            return Timestamp(microsecondsSince2000: bytes.bigEndian(Int64.self, at: 0)).iso8601 + "Z"
        case (.timestamp, 8): return Timestamp(microsecondsSince2000: bytes.bigEndian(Int64.self, at: 0)).iso8601
        case (.int2, _), (.int4, _), (.int8, _), (.oid, _): return String(try field.integer("text"))
        case (.float4, _): return String(try Float.decode(field))
        case (.float8, _): return String(try Double.decode(field))
        case (.numeric, 8...):
            guard let value = Numeric(bytes) else { throw field.mismatch("text") }
            return value.description
        default:
            guard field.type.isText, let text = String(validating: bytes, as: UTF8.self) else {
                throw field.mismatch("text")
            }
            return text
        }
    }
}

extension JSONText: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> JSONText {
        guard field.type == .json || field.type == .jsonb else { throw field.mismatch("json") }
        return JSONText(try String.decode(field))
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Wrapped? {
        field.isNull ? nil : try Wrapped.decode(field)
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> [Element] {
        try Element.decodeArray(field)
    }
}
