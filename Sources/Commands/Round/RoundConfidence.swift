internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct RoundConfidence: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confidence", abstract: "Show the confidence of each organ by round.",
        discussion: """
            The confidence of a pseudo label is the mean confidence of its voxels, 0 to 1. The median, lowest and highest are \
            over the volumes that a published round relabelled. --chart draws them by round; it needs the name of a run.

            EXAMPLE:
              $ lacuna round confidence second
              run     organ     round  labels  median  lowest  highest
              second  spleen        0       3   0.857   0.831    0.905
              second  spleen        1       3   0.875   0.874    0.909
              second  pancreas      0       3   0.858   0.808    0.874
              second  pancreas      1       3   0.889   0.874    0.889
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var choice: RunChoice

    @Option(help: "Organ to show, by key or any other spelling. (default: all)")
    var organ: String?

    @OptionGroup var chart: ChartOptions

    func validate() throws {
        if chart.target != nil, choice.name == nil { throw ValidationError("--chart requires the name of a run.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let rows = try await RoundInspection(catalog: session.catalog).confidence(run: choice.name, organ: organ)
            if let run = choice.name {
                try await session.draw(chart) { try ConfidenceChart(run: run, rows).chart() }
            }
            session.output.report(
                rows,
                [
                    Column("run") { $0.run }, Column("organ") { $0.organ.rawValue }, Column("round") { $0.round },
                    Column("labels") { $0.labels }, Column("median") { $0.median }, Column("lowest") { $0.lowest },
                    Column("highest") { $0.highest },
                ], empty: "No published round has such pseudo labels; see lacuna round list.")
        }
    }
}
