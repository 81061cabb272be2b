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
    /// The schema has tables but no ledger of its migrations.
    case ledgerMissing
    /// Owners, rights, functions or other parts of the schema are not as the migrations make them.
    case altered([SchemaDifference])
    /// The server's version, such as 14.
    case serverTooOld(major: Int)

    public var description: String {
        switch self {
        case .databaseNewerThanProgram(let database, let program):
            "the database was made by a newer program: it has schema version \(database), this program supports up to "
                + "version \(program)"
        case .databaseOlderThanProgram(let database, let program):
            "the database has schema version \(database), this program requires version \(program)"
        case .migrationChanged(let number):
            "migration \(Self.digits(number)) was edited: the database has it with other content than this program"
        case .gap(let number): "migration \(Self.digits(number)) is missing from the database's ledger"
        case .ledgerMissing: "the schema lacuna of the database has tables but no ledger of its migrations"
        case .altered(let differences): Self.describe(differences)
        case .needsTransaction(let number): "migration \(number) is marked to run without a transaction"
        case .serverTooOld(let major): "the server is PostgreSQL \(major), version 15 or newer is required"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .databaseNewerThanProgram: "install a newer release of the program"
        case .databaseOlderThanProgram: "run 'lacuna database migrate' as the schema's owner"
        case .migrationChanged:
            "use the program that made this database, or import the data again into a new one"
        case .gap, .ledgerMissing: "restore a backup: lacuna database restore"
        case .altered:
            "list the differences with 'lacuna verify', then undo them as a member of lacuna_owner, or restore a backup with 'lacuna "
                + "database restore'"
        case .needsTransaction: "install an unmodified release of the program"
        case .serverTooOld: "use PostgreSQL 15 or newer"
        }
    }

    /// As in the name of the migration's file.
    private static func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 4 - text.count)) + text
    }

    private static func describe(_ differences: [SchemaDifference]) -> String {
        let first = differences.prefix(shown).map(\.description).joined(separator: "; ")
        let rest = differences.count > shown ? "; and \(differences.count - shown) more" : ""
        return "the schema differs from what the migrations make: \(first)\(rest)"
    }

    private static let shown = 3
}
