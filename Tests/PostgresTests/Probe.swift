import Postgres

/// `select $1::<type>` for one type at a time, to send a value there and back.
protocol EchoType { static var cast: String { get } }

struct Echo<Cast: EchoType, Value: PostgresBindable & PostgresDecodable>: Statement {
    static var sql: String { "select $1::\(Cast.cast)" }
    let value: Value
    var binds: [any PostgresBindable] { [value] }
    func decode(_ row: PostgresRow) throws -> Value { try row.decode(0) }
}

enum AsSmallint: EchoType { static let cast = "smallint" }
enum AsInteger: EchoType { static let cast = "integer" }
enum AsBigint: EchoType { static let cast = "bigint" }
enum AsReal: EchoType { static let cast = "real" }
enum AsDouble: EchoType { static let cast = "double precision" }
enum AsNumeric: EchoType { static let cast = "numeric" }
enum AsText: EchoType { static let cast = "text" }
enum AsUUID: EchoType { static let cast = "uuid" }
enum AsBoolean: EchoType { static let cast = "boolean" }
enum AsBytes: EchoType { static let cast = "bytea" }
enum AsJSONB: EchoType { static let cast = "jsonb" }
enum AsJSON: EchoType { static let cast = "json" }
enum AsBigints: EchoType { static let cast = "bigint[]" }
enum AsIntegers: EchoType { static let cast = "integer[]" }
enum AsDoubles: EchoType { static let cast = "double precision[]" }
enum AsTexts: EchoType { static let cast = "text[]" }
enum AsByteses: EchoType { static let cast = "bytea[]" }
enum AsTimestamp: EchoType { static let cast = "timestamptz" }

/// Reads a constant expression.
protocol Expression { static var text: String { get } }

struct Read<Text: Expression, Value: PostgresDecodable & Sendable>: Statement {
    static var sql: String { "select \(Text.text)" }
    func decode(_ row: PostgresRow) throws -> Value { try row.decode(0) }
}
