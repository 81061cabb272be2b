import Cluster
import Postgres
import Schema
import TestSupport
import Testing

private struct HexDigest: Statement {
    static let sql = "select encode(sha256(convert_to($1, 'UTF8')), 'hex')"
    let text: String
    var binds: [any PostgresBindable] { [text] }
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

private struct Ledger: Statement {
    static let sql = "select number || ' ' || name || ' ' || program from lacuna.migration order by number"
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

private struct StepCount: Statement {
    static let sql = "select count(*) from lacuna.step"
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

private func migration(_ number: Int, _ sql: String, content: Int = 0) -> Migration {
    let digit = String((number + content) % 10)
    return Migration(
        number: number, name: "step_\(number)", sha256: String(repeating: digit, count: 64), sql: sql)
}

private let two = [
    migration(1, "create table lacuna.step (id integer); insert into lacuna.step values (1)"),
    migration(2, "insert into lacuna.step values (2)"),
]

private func withEmpty(_ body: (Connection, ConnectionSettings) async throws -> Void) async throws {
    try await withDatabase(role: "postgres", migrated: false, body)
}

@Suite struct MigratorTests {
    @Test func theEmbeddedMigrationsAreWhatTheirDigestsSay() async throws {
        try await withEmpty { connection, _ async throws in
            for migration in EmbeddedMigrations.all {
                #expect(try await connection.one(HexDigest(text: migration.sql)) == migration.sha256)
            }
            #expect(EmbeddedMigrations.all.map(\.number) == Array(1..<EmbeddedMigrations.all.count + 1))
            #expect(try await connection.one(HexDigest(text: "")).hasPrefix("e3b0c442"))
        }
    }

    @Test func missingMigrationsAreAppliedOnce() async throws {
        try await withEmpty { connection, settings async throws in
            #expect(try await Migrator.version(connection) == nil)
            let first = try await Migrator(connection, migrations: [two[0]], program: "old").migrate()
            #expect(first.map(\.number) == [1])
            let behind = try await Migrator(connection, migrations: two).status()
            #expect(behind.database == 1)
            #expect(behind.program == 2)
            #expect(behind.pending == 1)
            #expect(try await Migrator(connection, migrations: two, program: "new").migrate().map(\.number) == [2])
            #expect(try await Migrator(connection, migrations: two, program: "new").migrate() == [])
            #expect(try await connection.run(Ledger()) == ["1 step_1 old", "2 step_2 new"])
            let stranger = try await Connection.connect(settings.with(user: "lacuna_stranger"))
            #expect(try await Migrator.version(stranger) == 2)
        }
    }

    @Test func aFailedMigrationLeavesNothingOfItself() async throws {
        try await withEmpty { connection, _ async throws in
            let broken = two + [migration(3, "insert into lacuna.step values (3); select nonsense")]
            let error = await #expect(throws: PostgresError.self) {
                try await Migrator(connection, migrations: broken).migrate()
            }
            #expect(error?.sqlState == "42703")
            #expect(try await connection.one(StepCount()) == 2)
            #expect(try await Migrator.version(connection) == 2)
            let mended = two + [migration(3, "insert into lacuna.step values (3)")]
            #expect(try await Migrator(connection, migrations: mended).migrate().map(\.number) == [3])
        }
    }

    @Test func aChangedMigrationIsFound() async throws {
        try await withEmpty { connection, _ async throws in
            try await Migrator(connection, migrations: two).migrate()
            let changed = [two[0], migration(2, "select 1", content: 1)]
            await #expect(throws: SchemaError.migrationChanged(number: 2)) {
                try await Migrator(connection, migrations: changed).migrate()
            }
            await #expect(throws: SchemaError.migrationChanged(number: 2)) {
                _ = try await Migrator(connection, migrations: changed).status()
            }
        }
    }

    @Test func aNewerDatabaseIsRefused() async throws {
        try await withEmpty { connection, _ async throws in
            try await Migrator(connection, migrations: two).migrate()
            await #expect(throws: SchemaError.databaseNewerThanProgram(database: 2, program: 1)) {
                try await Migrator(connection, migrations: [two[0]]).migrate()
            }
        }
    }

    @Test func gapsAndNakedMigrationsAreRefused() async throws {
        try await withEmpty { connection, _ async throws in
            await #expect(throws: SchemaError.gap(number: 2)) {
                try await Migrator(connection, migrations: [two[0], migration(3, "select 1")]).migrate()
            }
            await #expect(throws: SchemaError.needsTransaction(number: 1)) {
                try await Migrator(connection, migrations: [migration(1, "-- no-transaction\nvacuum")]).migrate()
            }
            #expect(try await Migrator.version(connection) == nil)
            try await Migrator(connection, migrations: two).migrate()
            try await connection.execute("delete from lacuna.migration where number = 1")
            await #expect(throws: SchemaError.gap(number: 1)) {
                try await Migrator(connection, migrations: two).migrate()
            }
        }
    }

    @Test func migratorsAtTheSameTimeApplyEachMigrationOnce() async throws {
        try await withEmpty { connection, settings async throws in
            let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        let own = try await Connection.connect(settings)
                        return try await Migrator(own, migrations: two).migrate().map(\.number)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == [1, 2])
            #expect(try await connection.one(StepCount()) == 2)
        }
    }

    /// Roles and their members belong to the whole server.
    @Test func firstMigrationsOfTwoDatabasesOfAServerSucceedTogether() async throws {
        let cluster = try TestCluster.newCluster()
        try await cluster.start()
        let admin = try await Connection.connect(cluster.settings(database: "postgres"))
        for name in ["one", "two"] { try await admin.execute("create database \(name)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["one", "two"] {
                let settings = cluster.settings(database: name)
                group.addTask {
                    let connection = try await Connection.connect(settings)
                    try await Migrator(connection).migrate { try await EmbeddedLogins.grant($0) }
                    #expect(try await Migrator.version(connection) == Migrator.programVersion)
                    await connection.close()
                }
            }
            try await group.waitForAll()
        }
        await admin.close()
        try await cluster.destroy()
    }

    @Test func theCommittedMigrationsAreFresh() throws {
        let outcome = try ChildProcess.run("\(packageRoot)/Scripts/generate-migrations", ["--check"])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }
}
