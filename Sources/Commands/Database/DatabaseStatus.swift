internal import ArgumentParser
internal import Cluster
internal import Console
internal import Workflows

struct DatabaseStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the state of the database, its versions, size and revision.",
        discussion: """
            The state is running, starting (also while the server recovers after a crash or stops), stopped or not created. \
            The schema is the number of the last applied migration, programSchema the number that this program needs. An \
            embedded database that is stopped is not started.

            EXAMPLE:
              $ lacuna database status
              state           running
              server          15.18 (Debian 15.18-0+deb12u1)
              database        lacuna
              schema          14
              program schema  14
              bytes           10542439
              revision        0
              …
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let target = try DatabaseTarget.resolve(options, .process)
        var state = target.state
        var facts: DatabaseInspection.Facts?
        if state == "running" {
            facts = try await DatabaseInspection(connectingWith: target.settings(for: .manager)).run()
            if facts == nil { state = "starting" }
        }
        if let recovery = target.cluster?.recovery() {
            options.output.note("The server recovers after a crash: \(recovery)")
        }
        options.output.report([
            Cell.Field("state", state), Cell.Field("server", facts?.server),
            Cell.Field("database", facts?.database), Cell.Field("schema", facts?.schema),
            Cell.Field("programSchema", DatabaseInspection.programSchema), Cell.Field("bytes", facts?.bytes),
            Cell.Field("revision", facts?.revision), Cell.Field("data", target.cluster?.dataFolder),
            Cell.Field("socket", target.cluster?.socketFolder), Cell.Field("log", target.cluster?.logFile),
        ])
    }
}
