/// Errors of migrating or using a schema.
public enum SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A newer program migrated the database.
    case databaseNewerThanProgram(database: Int, program: Int)
    /// The database is older than the program, and the caller may not migrate it.
    case databaseOlderThanProgram(database: Int, program: Int)
    /// An applied migration differs from this program's.
    case migrationChanged(number: Int)
    /// The numbers are not consecutive; `number` is missing.
    case gap(number: Int)
    /// A migration is marked to run outside a transaction, which is not supported.
    case needsTransaction(number: Int)
    /// The server's version, such as 14.
    case serverTooOld(major: Int)

    public var description: String {
        switch self {
        case .databaseNewerThanProgram(let database, let program):
            "the database has schema version \(database), this program supports up to version \(program)"
        case .databaseOlderThanProgram(let database, let program):
            "the database has schema version \(database), this program requires version \(program)"
        case .migrationChanged(let number): "migration \(number) was applied with different content"
        case .gap(let number): "migration \(number) is missing"
        case .needsTransaction(let number): "migration \(number) is marked to run without a transaction"
        case .serverTooOld(let major): "the server is PostgreSQL \(major), version 15 or newer is required"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .databaseNewerThanProgram: "install a newer release of the program"
        case .databaseOlderThanProgram: "run 'lacuna database migrate' as the schema's owner"
        case .migrationChanged, .gap, .needsTransaction: "install an unmodified release of the program"
        case .serverTooOld: "use PostgreSQL 15 or newer"
        }
    }
}
