internal import ArgumentParser
internal import Cluster
internal import Console

struct DatabaseDrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Stop the embedded database and delete it with all that the catalogue knows.",
        discussion: """
            For a catalogue that is to begin anew, such as one whose LACUNA_HOME was deleted: as root its database lies \
            elsewhere, under /var/lib/lacuna. Datasets are files of yours and stay; so does the folder of objects, which the \
            next catalogue refuses, since it is another one's: delete it or name another.
            """)

    @OptionGroup var options: GlobalOptions

    @Flag(help: "Do it; without this, only say what would be deleted. It cannot be undone.")
    var yes = false

    func run() async throws {
        let cluster = try EmbeddedCluster.required(options)
        let isThere = cluster.status() != .notCreated
        if yes && isThere { try await cluster.destroy() }
        options.output.report([
            Cell.Field("data", cluster.folder), Cell.Field("existed", isThere), Cell.Field("deleted", yes && isThere),
        ])
        if !isThere {
            options.output.note("There is no database to delete.")
        } else if !yes {
            options.output.note("Nothing was deleted. Add --yes to delete all that the catalogue knows.")
        }
    }
}
