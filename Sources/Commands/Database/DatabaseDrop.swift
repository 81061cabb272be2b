internal import ArgumentParser
internal import Cluster
internal import Console

struct DatabaseDrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Stop the embedded database and delete it with the whole catalogue.",
        discussion: """
            Use it to start over, for example after LACUNA_HOME was deleted: the database of root is under /var/lib/lacuna, \
            not in LACUNA_HOME. The files of datasets are kept. The folder of objects is kept too; a new catalogue refuses it \
            because it belongs to the old one, so delete it or name another folder.

            EXAMPLE:
              $ lacuna database drop
              data     /var/lib/lacuna/422f57fcf02f9be3
              existed  yes
              deleted  no
              Nothing was deleted. Add --yes to delete the whole catalogue.
            """)

    @OptionGroup var options: GlobalOptions

    @Flag(help: "Delete the database. This cannot be undone. Without it, only the folder is printed.")
    var yes = false

    func run() async throws {
        let cluster = try EmbeddedCluster.required(options)
        let exists = cluster.status() != .notCreated
        if yes && exists {
            _ = try HomeFolders.checked(options, .process)
            try await cluster.destroy()
        }
        options.output.report([
            Cell.Field("data", cluster.folder), Cell.Field("existed", exists), Cell.Field("deleted", yes && exists),
        ])
        let objects = options.objects ?? DatabaseTarget.homeFolder(options, .process) + "/objects"
        options.output.note(
            !exists
                ? "No database to delete."
                : yes
                    ? "The objects of the deleted catalogue are kept in \(objects). Delete this folder or move it away: a new "
                        + "catalogue refuses it."
                    : "Nothing was deleted. Add --yes to delete the whole catalogue.")
    }
}
