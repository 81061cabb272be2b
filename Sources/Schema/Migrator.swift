public import Postgres

/// Migrates a database to this program's schema.
public struct Migrator {
    /// Advisory lock of all migrators: "lacuna" in ASCII.
    static let lockKey: Int64 = 0x6C61_6375_6E61
    static let oldestServer = 150_000

    private let connection: Connection
    private let migrations: [Migration]
    private let program: String

    /// - Parameters:
    ///   - connection: logged in as a role that may create the schema, and roles where they are missing.
    ///   - program: name and version, for the ledger.
    public init(_ connection: Connection, migrations: [Migration] = EmbeddedMigrations.all, program: String = "lacuna")
    {
        self.connection = connection
        self.migrations = migrations
        self.program = program
    }

    /// The version that a database has after `migrate`.
    public static var programVersion: Int { EmbeddedMigrations.all.last?.number ?? 0 }

    /// Applies the missing migrations, each in a transaction of its own. Concurrent migrators wait for each other.
    ///
    /// - Parameter complete: what belongs to a migrated database besides the schema. It runs in the transaction of the last migration,
    ///   or in one of its own where none is missing, so that whoever sees the newest version sees all of it.
    /// - Returns: the migrations that this call applied.
    /// - Throws: `SchemaError`, or `PostgresError` when a migration fails, which is then rolled back.
    @discardableResult
    public func migrate(completing complete: (Connection) async throws -> Void = { _ in }) async throws -> [Migration] {
        try await checkServer()
        try checkSequence()
        try await connection.run(TakeMigrationLock())
        do {
            let applied = try await applyPending(complete)
            try await connection.run(ReleaseMigrationLock())
            return applied
        } catch {
            // The server releases the lock of a lost connection.
            _ = try? await connection.run(ReleaseMigrationLock())
            throw error
        }
    }

    /// Compares the schema versions and verifies the checksum of every applied migration.
    public func status() async throws -> SchemaStatus {
        try await checkServer()
        let applied = try await connection.one(HasLedger()) ? try await connection.run(AppliedMigrations()) : []
        try verify(applied)
        return SchemaStatus(database: applied.last?.number ?? 0, program: migrations.last?.number ?? 0)
    }

    /// The database's schema version, by one query; nil without a ledger that the role can read.
    public static func version(_ connection: Connection) async throws -> Int? {
        do {
            return try await connection.one(SchemaVersion())
        } catch let error as PostgresError where ["42P01", "3F000", "42501"].contains(error.sqlState) {
            return nil
        }
    }

    private func checkServer() async throws {
        let version = await connection.serverVersion
        if version < Self.oldestServer { throw SchemaError.serverTooOld(major: version / 10_000) }
    }

    private func checkSequence() throws(SchemaError) {
        for (index, migration) in migrations.enumerated() {
            if migration.number != index + 1 { throw .gap(number: index + 1) }
            if migration.sql.hasPrefix("-- no-transaction") { throw .needsTransaction(number: migration.number) }
        }
    }

    private func applyPending(_ complete: (Connection) async throws -> Void) async throws -> [Migration] {
        if try await !connection.one(HasLedger()), try await connection.one(HasTables()) {
            throw SchemaError.ledgerMissing
        }
        try await connection.transaction { connection in try await connection.execute(EmbeddedMigrations.ledger) }
        let applied = try await connection.run(AppliedMigrations())
        try verify(applied)
        let pending = Array(migrations.dropFirst(applied.count))
        for migration in pending {
            try await repeatingOnce {
                try await connection.transaction { connection in
                    try await connection.execute(migration.sql)
                    // The migration may have changed to the owner's role.
                    try await connection.execute("reset role")
                    try await connection.run(RecordMigration(migration: migration, program: program))
                    if migration.number == migrations.last?.number { try await complete(connection) }
                }
            }
        }
        if pending.isEmpty { try await connection.transaction { try await complete($0) } }
        return pending
    }

    /// Roles belong to the whole server: a migration of another of its databases may change the same ones at this moment, which the
    /// server reports as a key that exists or, with SQLSTATE XX000, as a concurrent change.
    private func repeatingOnce(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as PostgresError where error.isFromConcurrency || error.sqlState == "XX000" {
            try await body()
        }
    }

    private func verify(_ applied: [AppliedMigrations.Row]) throws(SchemaError) {
        try Self.compare(applied, with: migrations)
    }

    /// - Throws: `SchemaError` unless the applied migrations are the first ones of `migrations`.
    static func compare(_ applied: [AppliedMigrations.Row], with migrations: [Migration]) throws(SchemaError) {
        for (index, row) in applied.enumerated() {
            if row.number != index + 1 { throw .gap(number: index + 1) }
            if index < migrations.count, row.sha256 != migrations[index].sha256 {
                throw .migrationChanged(number: row.number)
            }
        }
        if applied.count > migrations.count {
            throw .databaseNewerThanProgram(database: applied.count, program: migrations.count)
        }
    }
}
