package import Postgres
internal import Schema
package import System

/// An open connection to a database with this program's schema, and the location of its objects.
package struct Session: Sendable {
    package let connection: Connection
    let target: DatabaseTarget
    /// `LACUNA_HOME`.
    package let home: String
    /// The location of the objects: a folder or a URI.
    package let objects: String
    package let output: Output
    /// Who may use the home's folders and files.
    package let access: FolderAccess

    /// Settings for more connections of the same kind.
    package var settings: ConnectionSettings { target.settings(for: role) }

    let role: SessionRole

    /// Connects and compares the schema with what the migrations make. The embedded cluster is created, started and migrated when
    /// needed.
    ///
    /// - Parameters:
    ///   - output: where results and messages go; nil: as the options say.
    ///   - acceptsAlteredSchema: whether owners, rights and other parts of the schema may differ, for a command that lists the
    ///     differences.
    /// - Throws: `PostgresError.connectionFailed`, `SchemaError`, `ClusterError`, or `UnsafeFolder` for a home that somebody else may
    ///   change.
    package static func open(
        _ options: GlobalOptions, role: SessionRole = .manager, output: Output? = nil, warnsOfLostObjects: Bool = true,
        acceptsAlteredSchema: Bool = false
    ) async throws -> Session {
        let (environment, output) = (Environment.process, output ?? options.output)
        let target = try DatabaseTarget.resolve(options, environment)
        let access = try HomeFolders.checked(options, environment, output)
        let connection = try await connect(target, role, output, acceptsAlteredSchema)
        let home = DatabaseTarget.homeFolder(options, environment)
        let session = Session(
            connection: connection, target: target, home: home, objects: options.objects ?? "\(home)/objects",
            output: output, access: access, role: role)
        try session.secureExistingFolders()
        if warnsOfLostObjects { try await session.warnOfLostObjects() }
        return session
    }

    /// Opens a session for `body` and closes it afterwards.
    ///
    /// - Parameter warnsOfLostObjects: whether a missing object store causes a warning; false for commands that fail of it.
    package static func with<T>(
        _ options: GlobalOptions, role: SessionRole = .manager, warnsOfLostObjects: Bool = true,
        acceptsAlteredSchema: Bool = false, _ body: (Session) async throws -> T
    ) async throws -> T {
        let session = try await open(
            options, role: role, warnsOfLostObjects: warnsOfLostObjects, acceptsAlteredSchema: acceptsAlteredSchema)
        do {
            let value = try await session.notingLocks { try await body(session) }
            await session.connection.close()
            return value
        } catch {
            await session.connection.close()
            throw error
        }
    }

    /// Another connection of the same login to the same schema.
    package func connectAgain() async throws -> Connection {
        let connection = try await Connection.connect(settings)
        try await SchemaCheck(connection).require()
        return try await Account.set(on: connection)
    }

    /// Runs `body`, and notes who holds a lock for which the session waits.
    package func notingLocks<T>(_ body: () async throws -> T) async throws -> T {
        try await output.notingLocks(of: connection, settings, body)
    }

    private static func connect(
        _ target: DatabaseTarget, _ role: SessionRole, _ output: Output, _ acceptsAlteredSchema: Bool
    ) async throws -> Connection {
        let connection: Connection
        let reading: SchemaCheck.Reading
        switch target {
        case .server(let settings):
            connection = try await output.connectWaiting(settings)
            reading = try await SchemaCheck(connection).read()
        case .embedded:
            (connection, reading) = try await EmbeddedDatabase(target, output).connect(role)
        }
        if acceptsAlteredSchema {
            try reading.requireLedger()
        } else {
            try await SchemaCheck(connection).require(reading)
        }
        return try await Account.set(on: connection)
    }
}
