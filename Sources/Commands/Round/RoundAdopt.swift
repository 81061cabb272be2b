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

    func run() async throws {
        try await Session.with(options) { session in
            try await session.catalog.adopt(run: name)
            try await session.catalog.compactCoverage()
            session.output.report([
                Cell.Field("run", name),
                Cell.Field("revision", try await session.catalog.currentRevision().number),
            ])
        }
    }
}
