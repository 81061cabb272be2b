internal import ArgumentParser
internal import Console
internal import Cluster

struct DatabaseStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the embedded database; open transactions are rolled back.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await EmbeddedCluster.required(options).stop()
        options.output.note("The database is stopped.")
    }
}
