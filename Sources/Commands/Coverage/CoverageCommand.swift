internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct CoverageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage", abstract: "Count annotated, absent, pseudo and unlabelled volumes per organ.",
        discussion: """
            The counts of annotated, absent, pseudo and unlabelled volumes add up to the volumes. With --by dataset, the \
            counts are of the labels that are current in the volumes of each dataset, whichever dataset they come from. \
            Subjects are those with the organ annotated or absent in a volume. The confidence is the median of the pseudo \
            labels; Dice is the mean on the held-out volumes of the round that \
            made them. predicted Dice, with its interval, and soft Dice are medians over the labels of that round. --chart draws the counts by revision, of each organ and of all together.

            EXAMPLE:
              $ lacuna coverage
              organ     volumes  annotated  absent  pseudo  unlabelled  conf.  Dice  …
              liver          10         10       0       0           0      -     -
              spleen         10          6       0       3           1   0.87  0.91
              pancreas       10          6       0       3           1   0.89  0.84
              …
            """)

    enum Grouping: String, CaseIterable, ExpressibleByArgument { case organ, dataset, split, round }

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("grouping", "Grouping of the counts."))
    var by: Grouping = .organ

    @Option(
        name: .customLong("organ"),
        help: "Organ to count, by key or any other spelling. Repeatable. (default: all)")
    var organs: [String] = []

    @Option(
        parsing: .unconditional,
        help: .value(
            "revision|date", "Revision or date (UTC) to count at, with --by organ and --by dataset. (default: now)"))
    var asOf: AsOf?

    @OptionGroup var chart: ChartOptions

    func validate() throws {
        if chart.target != nil && by != .organ { throw ValidationError("--chart requires --by organ.") }
        if asOf != nil && by != .organ && by != .dataset {
            throw ValidationError("--as-of requires --by organ or --by dataset.")
        }
    }

    func run() async throws {
        let grouping = CoverageGrouping(rawValue: by.rawValue) ?? .organ
        try await Session.with(options) { session in
            let revision = try await asOf?.revision(in: session.catalog)
            let result = try await CoverageReport(catalog: session.catalog)
                .run(.init(grouping: grouping, organs: organs, asOf: revision))
            try await session.draw(chart) {
                try await CoverageChart(catalog: session.catalog).draw(organs: organs, upTo: revision)
            }
            let isTable = session.output.format == .table
            let rows = isTable && grouping != .organ ? result.rows.filter(\.isExamined) : result.rows
            let notes = CoverageNotes(result: result, grouping: grouping)
            for note in notes.onMissingOrgans { session.output.note(note) }
            session.output.report(rows, Coverage.columns(by: grouping, recalled: result.recalled))
            guard isTable else { return }
            for note in notes.onTable(hidden: result.rows.count - rows.count, isFiltered: !organs.isEmpty) {
                session.output.note(note)
            }
        }
    }
}

extension Coverage {
    /// Whether the organ is labelled in at least one volume.
    fileprivate var isExamined: Bool { annotated + absent + pseudo > 0 || unionKnown > 0 }
}
