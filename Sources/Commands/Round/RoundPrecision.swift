internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct RoundPrecision: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "precision", abstract: "Show how precise selected shares of the predicted positives are.",
        discussion: """
            A round accepts the share gamma of its predicted positives, ranked by the confidence. The precision is the share of \
            right voxels among the first quarter, half, three quarters and all of the positives on held-out volumes; --chart draws \
            all shares, also ranked by the probability.

            EXAMPLE:
              $ lacuna round precision second --chart precision.svg
              organ     positives   0.25   0.50   0.75   1.00
              liver        125000  0.998  0.991  0.975  0.940
              pancreas       6300  0.933  0.902  0.861  0.794
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the run.")
    var name: String

    @Option(help: .value("number", "Round to show. (default: the last one with predicted positives)"))
    var round: Int?

    @Option(name: .customLong("organ"), help: "Organ to show, by key or any other spelling. Repeatable. (default: all)")
    var organs: [String] = []

    @OptionGroup var chart: ChartOptions

    func run() async throws {
        try await Session.with(options) { session in
            let result = try await SelectionReport.read(
                .init(run: name, round: round, organs: organs), in: session.catalog)
            try await session.draw(chart) { result.chart() }
            session.output.report(result.rows, result.columns)
        }
    }
}

extension SelectionReport {
    fileprivate var columns: [Column<SelectionRecord>] {
        let quarters = [(4, "0.25"), (9, "0.50"), (14, "0.75"), (19, "1.00")].map { place, title in
            Column<SelectionRecord>("precision\(title.filter(\.isNumber))", title: title) { $0.byConfidence[place] }
        }
        return [
            Column("organ") { $0.organ.rawValue }, Column("round", in: .wideOnly) { _ in round },
            Column("gamma", in: .wideOnly) { _ in gamma }, Column("positives") { $0.positives },
        ] + quarters + [
            Column("shares", in: .wideOnly) { _ in SelectionRecord.shares },
            Column("byConfidence", in: .wideOnly) { $0.byConfidence },
            Column("byProbability", in: .wideOnly) { $0.byProbability },
        ]
    }
}
