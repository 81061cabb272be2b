internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct CoverageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage", abstract: "Count per organ what is annotated, absent, pseudo and unlabelled.",
        discussion: "Annotated, absent, pseudo and unlabelled add up to the volumes.")

    enum Grouping: String, CaseIterable, ExpressibleByArgument { case organ, dataset, split, round }

    @OptionGroup var options: GlobalOptions

    @Option(help: "Break the counts down by organ, dataset, split or round.")
    var by: Grouping = .organ

    @Option(help: "Count the labels as of this revision (by organ or dataset).")
    var asOf: Int64?

    func validate() throws {
        if asOf != nil && by != .organ && by != .dataset {
            throw ValidationError("--as-of goes with --by organ and --by dataset only.")
        }
    }

    func run() async throws {
        let grouping = CoverageGrouping(rawValue: by.rawValue) ?? .organ
        try await Session.with(options) { session in
            let rows = try await session.catalog.coverage(by: grouping, asOf: asOf.map(Revision.init))
            session.output.report(rows, Coverage.columns(by: grouping))
            if session.output.format == .table { note(rows, grouping, session.output) }
        }
    }

    /// The trap that coverage is for: a network never sees such an organ's border against everything else.
    private func note(_ rows: [Coverage], _ grouping: CoverageGrouping, _ output: Output) {
        if rows.isEmpty {
            return output.note("Nothing is labelled yet; start with lacuna dataset import.")
        }
        guard grouping == .organ else { return }
        let never = rows.filter { $0.annotated == $0.partial }.map(\.organ.rawValue)
        guard !never.isEmpty else { return }
        output.note(
            "\nNo volume has a complete annotation of: \(never.joined(separator: ", ")).\n"
                + "A run cannot learn these organs; import a dataset that labels them.")
    }
}
