internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct MaskRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Show a run's pseudo labels of an earlier round again, at a new revision.",
        discussion: "History is kept, so a rollback can be rolled back. Annotations are never touched.")

    @OptionGroup var options: GlobalOptions

    @Option(name: .customLong("run"), help: "Name the run.")
    var name: String

    @Option(help: "Go back to this published round; without it no pseudo label of the organs shows.")
    var to: Int?

    @Option(help: "Roll back this organ only; say it again for more.")
    var organ: [String] = []

    @Option(help: "Say why; it is kept with the history. No patient data.")
    var reason: String

    func run() async throws {
        try await Session.with(options) { session in
            let organs = organ.isEmpty ? nil : organ.map { OrganKey($0) }
            try await session.catalog.rollBack(run: name, organs: organs, to: to, reason: reason)
            try await session.catalog.compactCoverage()
            session.output.report([
                Cell.Field("run", name), Cell.Field("round", to), Cell.Field("organs", organ.isEmpty ? nil : organ),
                Cell.Field("revision", try await session.catalog.currentRevision().number),
            ])
        }
    }
}
