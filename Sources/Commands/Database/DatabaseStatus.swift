internal import ArgumentParser
internal import Console
internal import Cluster
internal import Postgres
internal import Schema

struct DatabaseStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether the database runs, its versions, size and revision.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let target = try DatabaseTarget.resolve(options, .process)
        let facts = try await Self.facts(target)
        options.output.report([
            Cell.Field("state", Self.state(target)), Cell.Field("server", facts?.server),
            Cell.Field("database", facts?.database), Cell.Field("schema", facts?.schema),
            Cell.Field("programSchema", Migrator.programVersion), Cell.Field("bytes", facts?.bytes),
            Cell.Field("revision", facts?.revision), Cell.Field("data", target.cluster?.dataFolder),
            Cell.Field("socket", target.cluster?.socketFolder), Cell.Field("log", target.cluster?.logFile),
        ])
    }

    /// A server that answers is running; the embedded one is asked by its files.
    private static func state(_ target: DatabaseTarget) -> String {
        switch target.cluster?.status() {
        case nil, .running: "running"
        case .notCreated: "not created"
        case .stopped: "stopped"
        case .starting: "starting"
        }
    }

    private struct Facts {
        var server: String
        var database: String
        var bytes: Int64
        var schema: Int?
        var revision: Int64?
    }

    /// What the server says; nil when the embedded one does not run, which is then not started either.
    private static func facts(_ target: DatabaseTarget) async throws -> Facts? {
        guard state(target) == "running" else { return nil }
        let connection = try await Connection.connect(target.settings(for: .manager))
        let described = try await connection.one(DatabaseFacts())
        let facts = Facts(
            server: described.serverVersion, database: described.name, bytes: described.bytes,
            schema: try await Migrator.version(connection), revision: try await revision(connection))
        await connection.close()
        return facts
    }

    /// Null before the schema has revisions, or where the role may not ask.
    private static func revision(_ connection: Connection) async throws -> Int64? {
        do {
            return try await connection.one(CurrentRevision())
        } catch let error as PostgresError where ["42883", "3F000", "42501"].contains(error.sqlState) {
            return nil
        }
    }
}

private struct DatabaseFacts: Statement {
    static let sql = """
        select current_setting('server_version'), current_database(), pg_database_size(current_database())
        """

    struct Row: Sendable {
        var serverVersion: String
        var name: String
        var bytes: Int64
    }

    func decode(_ row: PostgresRow) throws -> Row {
        Row(serverVersion: try row.decode(0), name: try row.decode(1), bytes: try row.decode(2))
    }
}

private struct CurrentRevision: Statement {
    static let sql = "select lacuna.current_revision()"
    func decode(_ row: PostgresRow) throws -> Int64? { try row.decode(0) }
}
