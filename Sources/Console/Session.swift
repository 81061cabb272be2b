package import Postgres
internal import Schema

/// An open connection to a database with this program's schema, and the location of its objects.
package struct Session: Sendable {
    package let connection: Connection
    let target: DatabaseTarget
    /// `LACUNA_HOME`.
    package let home: String
    /// The location of the objects: a folder or a URI.
    package let objects: String
    package let output: Output

    /// Settings for more connections of the same kind.
    package var settings: ConnectionSettings { target.settings(for: role) }

    let role: SessionRole

    /// Connects and checks the schema's version. The embedded cluster is created, started and migrated when needed.
    ///
    /// - Throws: `PostgresError.connectionFailed`, `SchemaError.databaseOlderThanProgram`,
    ///   `SchemaError.databaseNewerThanProgram` or `ClusterError`.
    package static func open(
        _ options: GlobalOptions, role: SessionRole = .manager, warnsOfLostObjects: Bool = true
    ) async throws -> Session {
        let environment = Environment.process
        let target = try DatabaseTarget.resolve(options, environment)
        let connection = try await connect(target, role, options.output)
        let home = DatabaseTarget.homeFolder(options, environment)
        let session = Session(
            connection: connection, target: target, home: home, objects: options.objects ?? "\(home)/objects",
            output: options.output, role: role)
        if warnsOfLostObjects { try await session.warnOfLostObjects() }
        return session
    }

    /// Opens a session for `body` and closes it afterwards.
    ///
    /// - Parameter warnsOfLostObjects: whether a missing object store causes a warning; false for commands that fail of it.
    package static func with<T>(
        _ options: GlobalOptions, warnsOfLostObjects: Bool = true, _ body: (Session) async throws -> T
    ) async throws -> T {
        let session = try await open(options, warnsOfLostObjects: warnsOfLostObjects)
        do {
            let value = try await session.notingLocks { try await body(session) }
            await session.connection.close()
            return value
        } catch {
            await session.connection.close()
            throw error
        }
    }

    /// Runs `body`, and notes who holds a lock for which the session waits.
    package func notingLocks<T>(_ body: () async throws -> T) async throws -> T {
        try await output.notingLocks(of: connection, settings, body)
    }

    private static func connect(_ target: DatabaseTarget, _ role: SessionRole, _ output: Output) async throws
        -> Connection
    {
        switch target {
        case .server(let settings):
            let connection = try await output.connectWaiting(settings)
            try requireCurrent(try await Migrator.version(connection) ?? 0)
            return try await Account.set(on: connection)
        case .embedded:
            return try await Account.set(on: try await EmbeddedDatabase(target, output).connect(role))
        }
    }

    static func requireCurrent(_ version: Int) throws(SchemaError) {
        let program = Migrator.programVersion
        if version > program { throw .databaseNewerThanProgram(database: version, program: program) }
        if version < program { throw .databaseOlderThanProgram(database: version, program: program) }
    }
}
