internal import Catalog
internal import Domain
package import Postgres
package import Schema

/// Migrates a database on a server that Lacuna does not run.
package struct DatabaseMigration: Sendable {
    private let connection: Connection
    /// Name and version of the program, as activities record it.
    private let program: String

    package init(_ connection: Connection, program: String) {
        (self.connection, self.program) = (connection, program)
    }

    /// Applies the missing migrations and adds missing organs of the standard ontology; the applied migrations, in order.
    ///
    /// - Throws: `PostgresError`, `SchemaError`, also where the schema is then not what the migrations make.
    package func run() async throws -> [Migration] {
        let applied = try await Migrator(connection, program: program).migrate { connection in
            try await LabelCatalog(connection, program: program).extendInTransaction(with: .standard)
        }
        try await SchemaCheck(connection).require()
        return applied
    }

    /// The SQL with which an administrator creates the groups of roles and gives them the database that is connected to; the logins
    /// are the administrator's to name.
    package static let roles = """
        create role lacuna_owner nologin;
        create role \(EmbeddedLogins.managerGroup) nologin;
        create role \(EmbeddedLogins.trainerGroup) nologin;
        do $$
        begin
            execute format('grant connect, create on database %I to lacuna_owner', current_database());
            execute format(
                'grant connect on database %I to \(EmbeddedLogins.managerGroup), \(EmbeddedLogins.trainerGroup)',
                current_database());
            execute format('revoke connect on database %I from public', current_database());
        end
        $$;
        -- to migrate:         grant lacuna_owner to <login>;
        -- to manage data:     grant \(EmbeddedLogins.managerGroup) to <login>;
        -- to run lacunad:     grant \(EmbeddedLogins.trainerGroup) to <login>;

        """
}
