internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct RoundConfidence: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confidence", abstract: "Show how the confidence of each organ moved over the rounds.")

    @OptionGroup var options: GlobalOptions

    @OptionGroup var choice: RunChoice

    @Option(help: "Show only this organ, by its key or another spelling.")
    var organ: String?

    func run() async throws {
        try await Session.with(options) { session in
            var wanted: OrganKey?
            if let organ { wanted = try await session.catalog.organ(named: organ) }
            let rows = try await session.catalog.confidence(run: choice.name)
            session.output.report(
                rows.filter { wanted == nil || $0.organ == wanted },
                [
                    Column("run") { $0.run }, Column("organ") { $0.organ.rawValue }, Column("round") { $0.round },
                    Column("labels") { $0.labels }, Column("median") { $0.median }, Column("lowest") { $0.lowest },
                    Column("highest") { $0.highest },
                ])
        }
    }
}
