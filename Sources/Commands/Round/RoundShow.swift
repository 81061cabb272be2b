internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct RoundShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show held-out Dice, confidence and withheld organs of one round.",
        discussion: """
            The column volumes is the number of held-out volumes behind the mean Dice; withheld is the reason why an organ \
            was not relabelled.

            EXAMPLE:
              $ lacuna round show second 1
              run     round  state      organ      dice  volumes  labels  median  …
              second      1  published  liver     0.836        2       -       -
              second      1  published  pancreas  0.756        1       3   0.889
              second      1  published  spleen    0.619        1       3   0.875
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the run.")
    var name: String

    @Argument(help: "Number of the round.")
    var number: Int

    func run() async throws {
        try await Session.with(options) { session in
            let rows = try await RoundInspection(catalog: session.catalog).run(name, round: number)
            session.output.report(
                rows, RoundInspection.OrganRow.columns, empty: "Round \(number) of \(name) has no result yet.")
        }
    }
}

extension RoundInspection.OrganRow {
    fileprivate static var columns: [Column<RoundInspection.OrganRow>] {
        [
            Column("run", in: .whereItFits(rank: 1)) { $0.round.run }, Column("round") { $0.round.round },
            Column("state", in: .whereItFits(rank: 2)) { $0.round.state },
            Column("organ") { $0.organ.rawValue }, Column("dice") { $0.dice },
            Column("diceVolumes", title: "volumes") { $0.round.diceVolumes[$0.organ] },
            Column("labels") { $0.confidence?.labels }, Column("median") { $0.confidence?.median },
            Column("lowest", in: .whereItFits(rank: 1)) { $0.confidence?.lowest },
            Column("highest", in: .whereItFits(rank: 1)) { $0.confidence?.highest },
            Column("withheld") { $0.withheld },
            Column("classMapping", in: .whereItFits()) { $0.classMapping?.map(\.rawValue) },
            Column("contaminated", in: .whereItFits()) { $0.round.isContaminated },
            Column("recalled", in: .whereItFits()) { $0.round.isRecalled },
        ]
    }
}
