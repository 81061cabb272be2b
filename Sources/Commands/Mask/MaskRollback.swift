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

    /// Where the organs shall point.
    enum Target: ExpressibleByArgument {
        case none
        case round(Int)

        init?(argument: String) {
            if argument == "none" {
                self = .none
            } else {
                guard let number = Int(argument), number >= 0 else { return nil }
                self = .round(number)
            }
        }

        var number: Int? { if case .round(let number) = self { number } else { nil } }
    }

    @Option(help: "Go back to this published round, or to none: no pseudo label of the organs shows then.")
    var to: Target

    @Option(help: "Roll back this organ only; say it again for more.")
    var organ: [String] = []

    @Option(help: "Say why; it is kept with the history. No patient data.")
    var reason: String

    /// What a person may not expect of a run that does not show.
    private static func hidden(_ run: String, _ catalog: LabelCatalog) async throws -> String? {
        let current = try await catalog.currentRun()
        guard current != run else { return nil }
        return "Run \(run) is not the current one (\(current.map { "that is \($0)" } ?? "none is")): its labels show "
            + "after lacuna round adopt \(run)."
    }

    func run() async throws {
        try await Session.with(options) { session in
            let organs = organ.isEmpty ? nil : try await session.catalog.organs(named: organ)
            let changed = try await session.catalog.rollBack(
                run: name, organs: organs, to: to.number, reason: reason)
            if changed { try await session.catalog.compactCoverage() }
            session.output.report([
                Cell.Field("run", name), Cell.Field("round", to.number),
                Cell.Field("organs", organs?.map(\.rawValue)), Cell.Field("changed", changed),
                Cell.Field("revision", try await session.catalog.currentRevision().number),
            ])
            if !changed { session.output.note("It points there already; nothing changed.") }
            if let note = try await Self.hidden(name, session.catalog) { session.output.note(note) }
        }
    }
}
