internal import ArgumentParser
internal import Cluster
internal import Console

struct DatabaseStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start the embedded database, and create it if it does not exist.",
        discussion: """
            Other commands start the database when they need it. Programs such as psql connect through the printed socket.

            EXAMPLE:
              $ lacuna database start
              The database is running; its socket is in …/server/socket.
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let cluster = try EmbeddedCluster.required(options)
        try await Session.with(options) { _ in }
        options.output.note("The database is running; its socket is in \(cluster.socketFolder).")
    }
}
