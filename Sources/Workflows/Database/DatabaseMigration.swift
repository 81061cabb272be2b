internal import Catalog
internal import Domain
package import Postgres
package import Schema

/// Migrates a database on a server that Lacuna does not run.
package struct DatabaseMigration: Sendable {
    private let settings: ConnectionSettings
    /// Name and version of the program, as activities record it.
    private let program: String

    package init(connectingWith settings: ConnectionSettings, program: String) {
        (self.settings, self.program) = (settings, program)
    }

    /// Applies the missing migrations and adds missing organs of the standard ontology; the applied migrations, in order.
    ///
    /// - Throws: `PostgresError`, `SchemaError`, also where the schema is then not what the migrations make.
    package func run() async throws -> [Migration] {
        let connection = try await Connection.connect(settings)
        let applied = try await Migrator(connection, program: program).migrate()
        try await SchemaCheck(connection).require()
        try await LabelCatalog(connection, program: program).extend(with: .standard)
        await connection.close()
        return applied
    }

    /// The SQL with which an administrator creates the groups of roles; the logins are the administrator's to name.
    package static let roles = """
        create role lacuna_owner nologin;
        create role \(EmbeddedLogins.managerGroup) nologin;
        create role \(EmbeddedLogins.trainerGroup) nologin;
        -- to migrate:         grant lacuna_owner to <login>;
        -- to manage data:     grant \(EmbeddedLogins.managerGroup) to <login>;
        -- to run lacunad:     grant \(EmbeddedLogins.trainerGroup) to <login>;

        """
}
