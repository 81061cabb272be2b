/// One numbered change of the schema. There is no way back, and a released migration is never changed.
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

/// The schema versions of a database and of this program.
public struct SchemaStatus: Hashable, Sendable {
    /// The database's schema version; 0 without any migration.
    public let database: Int
    /// The program's version.
    public let program: Int

    public var pending: Int { max(0, program - database) }
}
