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
        var fields: [Cell.Field] = []
        if case .embedded(let cluster) = target {
            fields = Self.describe(cluster)
            guard case .running = cluster.status() else { return options.output.report(fields) }
        }
        let connection = try await Connection.connect(target.settings(for: .manager))
        let facts = try await connection.one(DatabaseFacts())
        let version = try await Migrator.version(connection)
        fields += [
            Cell.Field("server", facts.serverVersion), Cell.Field("database", facts.name),
            Cell.Field("schema", version), Cell.Field("programSchema", Migrator.programVersion),
            Cell.Field("bytes", facts.bytes), Cell.Field("revision", try await Self.revision(connection)),
        ]
        await connection.close()
        options.output.report(fields)
    }

    private static func describe(_ cluster: EmbeddedCluster) -> [Cell.Field] {
        let state =
            switch cluster.status() {
            case .notCreated: "not created"
            case .stopped: "stopped"
            case .starting: "starting"
            case .running: "running"
            }
        return [
            Cell.Field("state", state), Cell.Field("data", cluster.dataFolder),
            Cell.Field("socket", cluster.socketFolder), Cell.Field("log", cluster.logFile),
        ]
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
