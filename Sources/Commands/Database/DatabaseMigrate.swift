internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Postgres
internal import Schema

struct DatabaseMigrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database to this program's schema.")

    @OptionGroup var options: GlobalOptions

    @Flag(help: "Print the SQL with which an administrator makes the roles, and change nothing.")
    var printRoles = false

    func run() async throws {
        if printRoles { return Output.write(Self.roles, to: 1) }
        let target = try DatabaseTarget.resolve(options, .process)
        let applied = try await Self.migrate(target, options.output)
        options.output.report(applied, [Column("number") { $0.number }, Column("name") { $0.name }])
        if applied.isEmpty { options.output.note("The schema is up to date.") }
    }

    private static func migrate(_ target: DatabaseTarget, _ output: Output) async throws -> [Migration] {
        switch target {
        case .embedded: return try await EmbeddedDatabase(target, output).migrate()
        case .server(let settings):
            let connection = try await Connection.connect(settings)
            let applied = try await Migrator(connection, program: Program.lacuna.version).migrate()
            try await LabelCatalog(connection, program: Program.lacuna.version).extend(with: .standard)
            await connection.close()
            return applied
        }
    }

    /// The groups that the first migration makes where it may; the logins are the administrator's to name.
    private static let roles = """
        create role lacuna_owner nologin;
        create role \(EmbeddedLogins.managerGroup) nologin;
        create role \(EmbeddedLogins.trainerGroup) nologin;
        -- who migrates:          grant lacuna_owner to <login>;
        -- who manages data:      grant \(EmbeddedLogins.managerGroup) to <login>;
        -- who runs lacunad:      grant \(EmbeddedLogins.trainerGroup) to <login>;

        """
}
