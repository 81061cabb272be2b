internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct RoundAdopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Make a run the current one, whose pseudo labels show.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name the run.")
    var name: String

    @Option(help: "Say why; it is kept with the history. No patient data.")
    var reason: String?

    func run() async throws {
        try await Session.with(options) { session in
            let changed = try await session.catalog.adopt(run: name, reason: reason)
            if changed { try await session.catalog.compactCoverage() }
            session.output.report([
                Cell.Field("run", name), Cell.Field("changed", changed),
                Cell.Field("revision", try await session.catalog.currentRevision().number),
            ])
            if !changed { session.output.note("Run \(name) is the current one already; nothing changed.") }
        }
    }
}
