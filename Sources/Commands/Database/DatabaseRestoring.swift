internal import ArgumentParser
internal import Console
internal import Workflows

struct DatabaseRestoring: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Restore the database and the objects from a backup.",
        discussion: """
            The database must be empty. The whole backup is verified before anything is changed; then the objects are copied \
            and the database is filled in one transaction. Data that were purged after the backup are in the catalogue again: \
            purge them again. On a server of your own, the login must be a superuser, or may create schemas and is a member \
            of lacuna_owner.

            EXAMPLE:
              $ lacuna database restore /backup/monday
              catalogue    0d5a5ef1-7f5e-4c37-8f0b-6a2a0d1b1c55
              revision     3
              made at      2026-11-30T02:00:00Z
              objects      2
              unavailable  0
              Data that were purged after 2026-11-30T02:00:00Z are in the catalogue again.
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: .value("folder", "Folder of the backup."))
    var folder: String

    func run() async throws {
        let target = try DatabaseTarget.resolve(options, .process)
        let objects = try DatabaseTarget.objectsFolder(options, .process)
        let access = try HomeFolders.checked(options, .process)
        let settings = try await EmbeddedDatabase(target, options.output).start()
        let summary = try await DatabaseRestore(connectingWith: settings, progress: options.output).run(
            .init(folder: folder, objects: objects, access: access, grantsLogins: target.cluster != nil))
        options.output.report([
            Cell.Field("catalogue", summary.catalogue), Cell.Field("revision", summary.revision),
            Cell.Field("madeAt", summary.madeAt), Cell.Field("objects", summary.objects),
            Cell.Field("unavailable", summary.unavailable),
        ])
        options.output.note(
            "Data that were purged after \(summary.madeAt) are in the catalogue again. Purge them again.")
        if summary.images > 0 {
            options.output.note(
                "Image files that the catalogue refers to are not in the backup: \(summary.images). lacuna verify checks that "
                    + "they are where they were.")
        }
        if summary.isOlder { options.output.note("The schema is of an older program. Run lacuna database migrate.") }
    }
}
