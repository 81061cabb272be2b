public import Domain
public import Postgres

extension Identifier: PostgresBindable {
    public var postgresValue: PostgresValue { .int64(rawValue) }
    public static var postgresType: PostgresType { .int8 }
}

extension Identifier: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Self { Self(try Int64.decode(field)) }
}

extension Identifier: PostgresArrayElement {}

extension Digest: PostgresBindable {
    public var postgresValue: PostgresValue { .bytes(bytes) }
    public static var postgresType: PostgresType { .bytea }
}

extension Digest: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Digest {
        let bytes = try [UInt8].decode(field)
        guard bytes.count == length else { throw field.mismatch("32 bytes") }
        return Digest(bytes: bytes)
    }
}

extension Digest: PostgresArrayElement {}

extension Revision: PostgresBindable {
    public var postgresValue: PostgresValue { .int64(number) }
    public static var postgresType: PostgresType { .int8 }
}

extension Revision: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Revision {
        Revision(try Int64.decode(field))
    }
}

extension OrganKey: PostgresBindable {
    public var postgresValue: PostgresValue { .text(rawValue) }
}

extension OrganKey: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> OrganKey {
        OrganKey(try String.decode(field))
    }
}

extension OrganKey: PostgresArrayElement {}

extension LabelStatus: PostgresBindable, PostgresDecodable {
    public var postgresValue: PostgresValue { .text(rawValue) }
    public static func decode(_ field: PostgresField) throws(PostgresError) -> LabelStatus {
        guard let value = LabelStatus(rawValue: try String.decode(field)) else {
            throw field.mismatch("a label status")
        }
        return value
    }
}

extension LabelOrigin: PostgresBindable, PostgresDecodable {
    public var postgresValue: PostgresValue { .text(rawValue) }
    public static func decode(_ field: PostgresField) throws(PostgresError) -> LabelOrigin {
        guard let value = LabelOrigin(rawValue: try String.decode(field)) else { throw field.mismatch("an origin") }
        return value
    }
}

extension SplitPart: PostgresBindable, PostgresDecodable {
    public var postgresValue: PostgresValue { .text(rawValue) }
    public static func decode(_ field: PostgresField) throws(PostgresError) -> SplitPart {
        guard let value = SplitPart(rawValue: try String.decode(field)) else { throw field.mismatch("a split part") }
        return value
    }
}
