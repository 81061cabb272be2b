internal import ArgumentParser
internal import Console
internal import Workflows

struct RoundReliability: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reliability", abstract: "Compare the confidence of predicted masks with their true Dice.",
        discussion: """
            A row has the predicted masks on held-out volumes with a confidence in a range: how many they are, and the means of \
            their confidence and Dice. A confidence is reliable where both agree. The last row is of all masks; its rank \
            correlation (Spearman) shows whether a higher confidence means a higher Dice.

            EXAMPLE:
              $ lacuna round reliability second --chart reliability.png
              confidence   masks  mean confidence  mean Dice  rank correlation
              0.7 to 0.8       2            0.764      0.512                 -
              0.8 to 0.9       5            0.862      0.701                 -
              all              7            0.834      0.647              0.82
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the run.")
    var name: String

    @Option(help: .value("number", "Round to show. (default: the last one with such masks)"))
    var round: Int?

    @Option(
        name: .customLong("organ"),
        help: "Organ to count, by key or any other spelling. Repeatable. (default: all)")
    var organs: [String] = []

    @OptionGroup var chart: ChartOptions

    func run() async throws {
        try await Session.with(options) { session in
            let result = try await Reliability.read(
                .init(run: name, round: round, organs: organs), in: session.catalog)
            try await session.draw(chart) { result.chart() }
            session.output.report(result.rows.filter { $0.masks > 0 } + [result.all], result.columns)
        }
    }
}

extension Reliability {
    fileprivate var columns: [Column<Row>] {
        let (all, correlation) = (all, rankCorrelation)
        return [
            Column("range", title: "confidence") { row in
                row == all
                    ? "all" : "\(Decimal.fixed(row.lower, places: 1)) to \(Decimal.fixed(row.upper, places: 1))"
            },
            Column("lower", in: .wideOnly) { $0.lower }, Column("upper", in: .wideOnly) { $0.upper },
            Column("round", in: .wideOnly) { _ in round },
            Column("masks") { $0.masks }, Column("meanConfidence") { $0.confidence },
            Column("meanDice", title: "mean Dice") { $0.dice },
            Column("rankCorrelation") { row in
                row == all ? correlation.map { Cell.number($0, places: 2) } : nil
            },
        ]
    }
}
