/// One numbered step of the schema; forward only, never changed once released.
public struct Migration: Hashable, Sendable {
    /// From 1, without gaps.
    public let number: Int
    public let name: String
    /// SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
    public let sha256: String
    public let sql: String

    public init(number: Int, name: String, sha256: String, sql: String) {
        self.number = number
        self.name = name
        self.sha256 = sha256
        self.sql = sql
    }
}

/// How a database's schema compares with this program's.
public struct SchemaStatus: Hashable, Sendable {
    /// The database's schema version; 0 without any migration.
    public let database: Int
    /// The version that this program brings.
    public let program: Int

    public var pending: Int { max(0, program - database) }
}
