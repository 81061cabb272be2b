internal import ArgumentParser
internal import Cluster
internal import Console

struct DatabaseStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the embedded database.",
        discussion: """
            Open transactions are rolled back. A server that has not stopped after 60 seconds, or 10 seconds where it starts or \
            recovers after a crash, is stopped without a checkpoint: nothing committed is lost, and the next start recovers. The next \
            command that needs the database starts it again.

            EXAMPLE:
              $ lacuna database stop
              The database is stopped.
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let output = options.output
        switch try await EmbeddedCluster.required(options).stop(waiting: { output.note($0) }) {
        case .wasNotRunning: output.note("The database was not running.")
        case .stopped: output.note("The database is stopped.")
        case .stoppedImmediately: output.note("The database is stopped without a checkpoint; the next start recovers.")
        }
    }
}
