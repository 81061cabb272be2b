public import Postgres

/// Compares a database with what the migrations of this program make.
public struct SchemaCheck: Sendable {
    private let connection: Connection

    public init(_ connection: Connection) { self.connection = connection }

    /// What one query reads of a schema, in a few milliseconds.
    public struct Reading: Sendable {
        /// Numbers and checksums of the applied migrations, in order; empty without a ledger.
        let applied: [AppliedMigrations.Row]
        let digest: String?

        public var version: Int { applied.last?.number ?? 0 }

        /// - Throws: `SchemaError` where the applied migrations are not exactly those of this program.
        public func requireLedger() throws(SchemaError) {
            let migrations = EmbeddedMigrations.all
            try Migrator.compare(applied, with: migrations)
            guard applied.count == migrations.count else {
                throw .databaseOlderThanProgram(database: version, program: migrations.count)
            }
        }
    }

    /// Reads the ledger and the digest.
    ///
    /// - Throws: `SchemaError.altered` where the login may not read the ledger, although everybody may.
    public func read() async throws -> Reading {
        do {
            return try await connection.first(ReadSchema()) ?? Reading(applied: [], digest: nil)
        } catch let error as PostgresError where ["42P01", "3F000"].contains(error.sqlState) {
            guard try await connection.one(HasTables()) else { return Reading(applied: [], digest: nil) }
            return try await readAgain()
        } catch let error as PostgresError where error.sqlState == "42501" {
            let differences = try await differences()
            if differences.isEmpty { throw error }
            throw SchemaError.altered(differences)
        }
    }

    /// Another command may have migrated between the two statements.
    private func readAgain() async throws -> Reading {
        do {
            return try await connection.first(ReadSchema()) ?? Reading(applied: [], digest: nil)
        } catch let error as PostgresError where ["42P01", "3F000"].contains(error.sqlState) {
            throw SchemaError.ledgerMissing
        }
    }

    /// - Throws: `SchemaError` for a schema that is older, newer, edited or altered.
    public func require() async throws { try await require(try await read()) }

    /// As `require()`, for what was read.
    public func require(_ reading: Reading) async throws {
        try reading.requireLedger()
        if reading.digest == ExpectedSchema.digest { return }
        // The digest covers texts that the server writes, which another version may write differently.
        let differences = try await differences()
        if !differences.isEmpty { throw SchemaError.altered(differences) }
    }

    /// Everything that differs, by object: owners, rights, functions, triggers, columns, constraints, views, roles.
    public func differences() async throws -> [SchemaDifference] {
        let major = await connection.serverVersion / 10_000
        let rows = try await connection.transaction(access: .readOnly) { connection in
            // The server writes names that are not on the search path with their schema.
            try await connection.execute("set local search_path = pg_catalog")
            return try await connection.run(ListSchemaFacts())
        }
        var actual = SchemaFacts()
        for row in rows where SchemaFacts.isComparable(row.property, on: major) {
            actual.add(row.subject, row.property, row.value)
        }
        return SchemaFacts.expected(on: major).differences(actual)
    }
}

struct ReadSchema: Statement {
    static let sql = ExpectedSchema.digestStatement

    func decode(_ row: PostgresRow) throws -> SchemaCheck.Reading {
        let ledger: String? = try row.decode(0)
        let applied = (ledger ?? "").split(separator: ",").compactMap { entry -> AppliedMigrations.Row? in
            let parts = entry.split(separator: " ").map(String.init)
            guard parts.count == 2, let number = Int(parts[0]) else { return nil }
            return AppliedMigrations.Row(number: number, name: "", sha256: parts[1])
        }
        return SchemaCheck.Reading(applied: applied, digest: try row.decode(1))
    }
}

struct ListSchemaFacts: Statement {
    static let sql = ExpectedSchema.factsStatement

    struct Row: Sendable {
        var subject: String
        var property: String
        var value: String
    }

    func decode(_ row: PostgresRow) throws -> Row {
        Row(subject: try row.decode(0), property: try row.decode(1), value: try row.decode(2))
    }
}

/// Whether the schema has tables.
struct HasTables: Statement {
    static let sql = """
        select exists (select from pg_catalog.pg_class where relnamespace = pg_catalog.to_regnamespace('lacuna'))
        """
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}
