internal import Postgres

/// The migrations in the ledger.
struct AppliedMigrations: Statement {
    static let sql = "select number, name, sha256 from lacuna.migration order by number"

    struct Row: Hashable, Sendable {
        var number: Int
        var name: String
        var sha256: String
    }

    func decode(_ row: PostgresRow) throws -> Row {
        Row(number: try row.decode(0), name: try row.decode(1), sha256: try row.decode(2))
    }
}

struct RecordMigration: Statement {
    static let sql = """
        insert into lacuna.migration (number, name, sha256, applied_at, program) values ($1, $2, $3, now(), $4)
        """
    let migration: Migration
    let program: String
    var binds: [any PostgresBindable] { [migration.number, migration.name, migration.sha256, program] }
}

/// The schema version of the database.
struct SchemaVersion: Statement {
    static let sql = "select coalesce(max(number), 0) from lacuna.migration"
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

struct HasLedger: Statement {
    static let sql = "select to_regclass('lacuna.migration') is not null"
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// Waits until no other migrator runs in this database.
struct TakeMigrationLock: Statement {
    static let sql = "select pg_advisory_lock($1)"
    var binds: [any PostgresBindable] { [Migrator.lockKey] }
}

struct ReleaseMigrationLock: Statement {
    static let sql = "select pg_advisory_unlock($1)"
    var binds: [any PostgresBindable] { [Migrator.lockKey] }
}
