internal import Catalog
internal import Cluster
internal import Domain
package import Postgres
package import Schema

/// Opens the embedded cluster's database and migrates it where needed.
package struct EmbeddedDatabase {
    private let target: DatabaseTarget
    private let output: Output

    package init(_ target: DatabaseTarget, _ output: Output) {
        self.target = target
        self.output = output
    }

    /// Where the server runs and its schema is current, this takes one connection and one query.
    func connect(_ role: SessionRole) async throws -> (Connection, SchemaCheck.Reading) {
        let connection = try await connectStarting(role)
        let reading = try await SchemaCheck(connection).read()
        if reading.version >= Migrator.programVersion { return (connection, reading) }
        try await migrate()
        return (connection, try await SchemaCheck(connection).read())
    }

    /// Settings of the superuser, on another server of the login; the embedded server is started, and nothing is migrated.
    package func start() async throws -> ConnectionSettings {
        await (try connectStarting(.superuser)).close()
        return target.settings(for: .superuser)
    }

    /// Applies missing migrations as superuser and grants the logins their group roles.
    ///
    /// - Throws: `SchemaError.altered` where the schema is then not what the migrations make.
    @discardableResult
    package func migrate() async throws -> [Migration] {
        let superuser = try await connectStarting(.superuser)
        let program = Program.lacuna.version
        let applied = try await output.notingLocks(of: superuser, target.settings(for: .superuser)) {
            try await Migrator(superuser, program: program).migrate { connection in
                try await EmbeddedLogins.grant(connection)
                try await LabelCatalog(connection, program: program).extendInTransaction(with: .standard)
            }
        }
        try await SchemaCheck(superuser).require()
        await superuser.close()
        return applied
    }

    /// Connects, and starts the server where it does not run.
    private func connectStarting(_ role: SessionRole) async throws -> Connection {
        let settings = target.settings(for: role)
        guard let cluster = target.cluster else { return try await output.connectWaiting(settings) }
        do {
            return try await Connection.connect(settings)
        } catch {
            if cluster.status() == .notCreated { output.note("Creating a database in \(cluster.dataFolder).") }
            try await cluster.start { output.note($0) }
            return try await output.connectWaiting(settings)
        }
    }
}
