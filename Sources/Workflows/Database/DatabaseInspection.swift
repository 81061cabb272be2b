package import Postgres
internal import Schema

/// Reads versions, size and revision of a database, whatever its schema.
package struct DatabaseInspection: Sendable {
    package struct Facts: Sendable {
        /// The version of the server, such as `15.6`.
        package let server: String
        package let database: String
        package let bytes: Int64
        /// The number of the last applied migration; nil before the first one.
        package let schema: Int?
        /// The newest revision; nil before the schema has revisions, or where the role may not read them.
        package let revision: Int64?
    }

    /// The number of the last migration that this program knows.
    package static var programSchema: Int { Migrator.programVersion }

    private let settings: ConnectionSettings

    package init(connectingWith settings: ConnectionSettings) { self.settings = settings }

    /// Nil where the server starts, recovers or stops.
    ///
    /// - Throws: `PostgresError`.
    package func run() async throws -> Facts? {
        do {
            return try await facts(on: try await Connection.connect(settings))
        } catch PostgresError.notAccepting {
            return nil
        }
    }

    private func facts(on connection: Connection) async throws -> Facts {
        let described = try await connection.one(DescribeDatabase())
        let facts = Facts(
            server: described.serverVersion, database: described.name, bytes: described.bytes,
            schema: try await Migrator.version(connection), revision: try await Self.revision(connection))
        await connection.close()
        return facts
    }

    private static func revision(_ connection: Connection) async throws -> Int64? {
        do {
            return try await connection.one(ReadRevision())
        } catch let error as PostgresError where ["42883", "3F000", "42501"].contains(error.sqlState) {
            return nil
        }
    }
}

private struct DescribeDatabase: Statement {
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

private struct ReadRevision: Statement {
    static let sql = "select lacuna.current_revision()"
    func decode(_ row: PostgresRow) throws -> Int64? { try row.decode(0) }
}
