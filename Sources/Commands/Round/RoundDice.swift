internal import ArgumentParser
internal import Console
internal import Workflows

struct RoundDice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dice", abstract: "Show the held-out Dice of each organ by round, and compare two runs.",
        discussion: """
            The column known is the share of the catalogue's volumes in which the organ is annotated or absent; volumes is \
            the number of held-out volumes behind the mean Dice of the last round. With --against, delta is the last round \
            of this run minus that of the other. The last two rows are the mean of all organs, and the mean of the missing \
            organs: those known in less than half of the volumes. --chart draws the Dice by round; with --against, that of the \
            last round beside the other run's.

            With --part test the recorded evaluation of the run on the test part of its split is shown, which lacunad evaluate makes. \
            lower and upper are the bounds of the 95 % interval of the mean, by bootstrap over subjects; inside is the share of masks whose \
            Dice is in the interval that was predicted for them without the truth. Surface dice is the share of both surfaces within 2 mm of \
            the other. Volumes whose subjects the run, or one that it started from, has read are left out; a note has their number, and --json has it \
            in leftOutVolumes and leftOutSubjects of every row. \
            With --against, the two runs are compared on the masks that both have, each with the labels of its own revision, and delta has its \
            interval; common is the number of these masks. A run without a result is refused with exit status 3.

            EXAMPLE:
              $ lacuna round dice second --against abdomen
              organ           known  volumes  round 0  round 1  round 2  abdomen  delta
              liver            1.00        2    0.731    0.836    0.848    0.004  0.844
              spleen           0.60        1    0.712    0.619    0.617    0.396  0.221
              …
              all organs          -        -    0.681    0.737    0.726    0.133  0.593
              missing organs      -        -        -        -        -        -      -
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the run.")
    var name: String

    @Option(help: .value("run", "Run whose last round is compared."))
    var against: String?

    @Option(help: .value("part", "Part of the split: validation or test."))
    var part = ReportedPart.validation

    @OptionGroup var chart: ChartOptions

    func validate() throws {
        if part == .test, chart.chart != nil { throw ValidationError("--chart draws the validation part only.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            if part == .test { return try await session.reportTest(of: name, against: against) }
            let table = try await DiceTable.read(.init(run: name, other: against), in: session.catalog)
            if let against {
                try await session.draw(chart) { try table.chart(run: name, against: against) }
            } else {
                try await session.draw(chart) { try table.chart(run: name) }
            }
            session.output.report(
                table.rows, table.columns(against: against),
                empty: "No round of \(name) is evaluated yet; see lacuna round list.")
        }
    }
}

/// The parts of a split whose Dice is reported.
enum ReportedPart: String, CaseIterable, ExpressibleByArgument {
    case validation, test
}

extension DiceTable {
    func columns(against other: String?) -> [Column<Row>] {
        var columns: [Column<Row>] = [
            Column("organ") { $0.organ },
            Column("known") { row in row.known.map { Cell.number($0, places: 2) } },
            Column("volumes") { $0.volumes },
        ]
        for (position, round) in rounds.enumerated() {
            columns.append(
                Column("round\(round)", title: "round \(round)") { row in
                    position < row.dice.count ? row.dice[position] : nil
                })
        }
        guard let other else { return columns }
        return columns + [Column("against", title: other) { $0.other }, Column("delta") { $0.delta }]
    }
}
