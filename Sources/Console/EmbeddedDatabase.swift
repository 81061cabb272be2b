internal import Catalog
internal import Cluster
internal import Domain
internal import Postgres
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
    func connect(_ role: SessionRole) async throws -> Connection {
        let connection = try await connectStarting(role)
        let version = try await Migrator.version(connection) ?? 0
        if version < Migrator.programVersion {
            try await migrate()
        } else {
            try Session.requireCurrent(version)
        }
        return connection
    }

    /// Applies missing migrations as superuser and grants the logins their group roles.
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
