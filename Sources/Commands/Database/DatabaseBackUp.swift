internal import ArgumentParser
internal import Console
internal import Workflows

struct DatabaseBackUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the database and the objects into a new folder.",
        discussion: """
            The copy is of one moment, also while imports and daemons work; sweeps and purges wait. Every object is read and \
            verified. An interrupted backup leaves FOLDER.unfinished, from which the next one into FOLDER continues. Images \
            are not copied: back up the folders of the datasets. On a server of your own, the login must be a member of \
            lacuna_owner.

            EXAMPLE:
              $ lacuna database backup /backup/monday
              folder        /backup/monday
              catalogue     0d5a5ef1-7f5e-4c37-8f0b-6a2a0d1b1c55
              revision      3
              dump bytes    96510
              objects       2
              object bytes  5204
              linked        0
              unavailable   0
              Image files that the catalogue refers to are not in the backup: 2. …
            """)

    @Option(help: .value("folder", "Earlier backup, whose unchanged objects the new one shares by hard links."))
    var previous: String?

    @OptionGroup var options: GlobalOptions

    @Argument(help: .value("folder", "Folder of the backup, which does not exist or is empty."))
    var folder: String

    func run() async throws {
        let summary = try await Session.with(options, role: .superuser, warnsOfLostObjects: false) { session in
            try await DatabaseBackup(
                session.workspace, connectingWith: session.settings, program: Program.lacuna.version
            ).run(.init(folder: folder, previous: previous))
        }
        options.output.report([
            Cell.Field("folder", folder), Cell.Field("catalogue", summary.catalogue),
            Cell.Field("revision", summary.revision), Cell.Field("dumpBytes", summary.dumpBytes),
            Cell.Field("objects", summary.objects), Cell.Field("objectBytes", summary.objectBytes),
            Cell.Field("linked", summary.linked), Cell.Field("unavailable", summary.unavailable.count),
        ])
        if summary.images > 0 {
            options.output.note(
                "Image files that the catalogue refers to are not in the backup: \(summary.images). Back up their folders, which "
                    + "lacuna dataset list shows.")
        }
        guard let first = summary.unavailable.first else { return }
        options.output.warn(
            "\(summary.unavailable.count) objects are missing or damaged and are not in the backup, the first is \(first)\n"
                + "  remedy: lacuna verify --read-data lists the masks in them")
        throw ExitCode(ExitStatus.damaged.rawValue)
    }
}
