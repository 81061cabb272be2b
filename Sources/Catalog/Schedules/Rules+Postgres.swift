public import Postgres

// The rules are enumeration types of the database, whose values are their raw values.

extension RawRepresentable where RawValue == String, Self: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Self {
        guard let value = Self(rawValue: try String.decode(field)) else { throw field.mismatch("a \(Self.self)") }
        return value
    }
}

extension OverlapRule: PostgresDecodable {}
extension CatchUpRule: PostgresDecodable {}
extension AdoptionRule: PostgresDecodable {}
extension StartRule: PostgresDecodable {}
extension TickOutcome: PostgresDecodable {}
extension AdoptionDecision: PostgresDecodable {}
