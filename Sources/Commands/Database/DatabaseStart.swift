internal import ArgumentParser
internal import Console
internal import Cluster

struct DatabaseStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start the embedded database, making it first where there is none.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let cluster = try EmbeddedCluster.required(options)
        try await Session.with(options) { _ in }
        options.output.note("The database runs; its socket is in \(cluster.socketFolder).")
    }
}

extension EmbeddedCluster {
    /// The embedded cluster that the options name.
    ///
    /// - Throws: a failure of usage when they name a server that somebody else runs.
    static func required(_ options: GlobalOptions) throws -> EmbeddedCluster {
        guard let cluster = try DatabaseTarget.resolve(options, .process).cluster else {
            throw CommandFailure(
                .usage, "only the embedded database can be started and stopped",
                remedy: "leave out --database, LACUNA_DATABASE and the PG* variables")
        }
        return cluster
    }
}
