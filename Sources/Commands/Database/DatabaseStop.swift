internal import ArgumentParser
internal import Cluster
internal import Console

struct DatabaseStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the embedded database.",
        discussion: """
            Open transactions are rolled back. The next command that needs the database starts it again.

            EXAMPLE:
              $ lacuna database stop
              The database is stopped.
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await EmbeddedCluster.required(options).stop()
        options.output.note("The database is stopped.")
    }
}
