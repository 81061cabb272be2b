internal import ArgumentParser
internal import Console
internal import Schema
internal import Workflows

struct DatabaseMigrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Update the database to the schema of this program.",
        discussion: """
            The embedded database is migrated by every command that needs it. A database on another server is migrated by \
            this command only, with a login that owns the schema.

            EXAMPLE:
              $ lacuna database migrate
              number  name
              The schema is up to date.
            """)

    @OptionGroup var options: GlobalOptions

    @Flag(help: "Print the SQL with which an administrator creates the roles in the database, and change nothing.")
    var printRoles = false

    func run() async throws {
        if printRoles { return Output.write(DatabaseMigration.roles, to: 1) }
        let target = try DatabaseTarget.resolve(options, .process)
        if target.cluster != nil { _ = try HomeFolders.checked(options, .process) }
        let applied = try await Self.migrate(target, options.output)
        options.output.report(applied, [Column("number") { $0.number }, Column("name") { $0.name }])
        if applied.isEmpty { options.output.note("The schema is up to date.") }
    }

    private static func migrate(_ target: DatabaseTarget, _ output: Output) async throws -> [Migration] {
        switch target {
        case .embedded: try await EmbeddedDatabase(target, output).migrate()
        case .server: try await ServerDatabase(target, output).migrate()
        }
    }
}
