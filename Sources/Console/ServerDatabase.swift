internal import Postgres
package import Schema
internal import Workflows

/// A database on a server that Lacuna does not manage.
package struct ServerDatabase {
    private let target: DatabaseTarget
    private let output: Output

    package init(_ target: DatabaseTarget, _ output: Output) { (self.target, self.output) = (target, output) }

    /// Applies missing migrations; those that were applied.
    package func migrate() async throws -> [Migration] {
        let settings = target.settings(for: .manager)
        let connection = try await output.connectWaiting(settings)
        do {
            let applied = try await output.notingLocks(of: connection, settings) {
                try await DatabaseMigration(connection, program: Program.lacuna.version).run()
            }
            await connection.close()
            return applied
        } catch let error as PostgresError where error.sqlState == "42501" {
            throw CommandFailure(
                .conflict, error.description,
                remedy:
                    "log in as a member of lacuna_owner; if it may not create the schema either, a superuser runs in this "
                    + "database what lacuna database migrate --print-roles prints")
        }
    }
}
