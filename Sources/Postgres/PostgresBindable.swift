/// A type whose values can be bound to a statement's parameters.
///
/// Types of other modules conform by returning the value of one of the types here:
/// `extension VolumeID: PostgresBindable { var postgresValue: PostgresValue { .int64(rawValue) } }`.
public protocol PostgresBindable: Sendable {
    var postgresValue: PostgresValue { get }
    /// The type with which a null of this Swift type is declared; `.inferred` by default.
    static var postgresType: PostgresType { get }
}

extension PostgresBindable {
    public static var postgresType: PostgresType { .inferred }
}

extension PostgresValue: PostgresBindable {
    public var postgresValue: PostgresValue { self }
}

extension Bool: PostgresBindable {
    public var postgresValue: PostgresValue { .bool(self) }
    public static var postgresType: PostgresType { .bool }
}

extension Int: PostgresBindable {
    public var postgresValue: PostgresValue { .int64(Int64(self)) }
    public static var postgresType: PostgresType { .int8 }
}

extension Int16: PostgresBindable {
    public var postgresValue: PostgresValue { .int16(self) }
    public static var postgresType: PostgresType { .int2 }
}

extension Int32: PostgresBindable {
    public var postgresValue: PostgresValue { .int32(self) }
    public static var postgresType: PostgresType { .int4 }
}

extension Int64: PostgresBindable {
    public var postgresValue: PostgresValue { .int64(self) }
    public static var postgresType: PostgresType { .int8 }
}

extension Float: PostgresBindable {
    public var postgresValue: PostgresValue { .float(self) }
    public static var postgresType: PostgresType { .float4 }
}

extension Double: PostgresBindable {
    public var postgresValue: PostgresValue { .double(self) }
    public static var postgresType: PostgresType { .float8 }
}

extension String: PostgresBindable {
    public var postgresValue: PostgresValue { .text(self) }
}

extension JSONText: PostgresBindable {
    public var postgresValue: PostgresValue { .json(text) }
    public static var postgresType: PostgresType { .jsonb }
}

extension Optional: PostgresBindable where Wrapped: PostgresBindable {
    public var postgresValue: PostgresValue { self?.postgresValue ?? .null(Wrapped.postgresType) }
    public static var postgresType: PostgresType { Wrapped.postgresType }
}

extension Array: PostgresBindable where Element: PostgresArrayElement {
    public var postgresValue: PostgresValue { Element.postgresValue(of: self) }
    public static var postgresType: PostgresType { Element.postgresArrayType }
}
