internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct RoundList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List rounds with their Dice on held-out volumes.",
        discussion: """
            The pseudo labels of the current run are in effect; lacuna round adopt makes another run the current one. A \
            contaminated round was trained on data that are held out or removed now; the pseudo labels of a recalled one are hidden.

            EXAMPLE:
              $ lacuna round list second
              run     current  round  …  mean dice  published  contaminated  recalled
              second  yes          0  …      0.681          6  no            no
              second  yes          1  …      0.737          6  no            no
              second  yes          2  …      0.726          0  no            no
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var choice: RunChoice

    func run() async throws {
        try await Session.with(options) { session in
            let rounds = try await session.catalog.rounds(run: choice.name)
            session.output.report(rounds, RoundRow.columns, empty: "No round exists yet; start with lacunad run.")
            for proposal in try await session.catalog.adoptionProposals()
            where choice.name == nil || choice.name == proposal.run {
                session.output.note(
                    "Run \(proposal.run) did not become the current one by itself: \(proposal.reason). "
                        + "lacuna round show shows the comparison with its last round, lacuna round adopt \(proposal.run) makes it that."
                )
            }
        }
    }
}

extension RoundRow {
    static var columns: [Column<RoundRow>] {
        [
            Column("run") { $0.run },
            Column("current", in: .whereItFits()) { $0.isCurrent },
            Column("round") { $0.round },
            Column("gamma") { row in row.gamma.map { Cell.number($0, places: 2) } },
            Column("state") { $0.state },
            Column("revision", in: .whereItFits(rank: 1)) { $0.revision?.number },
            Column("checkpoint", in: .whereItFits(rank: 1)) { $0.checkpoint?.rawValue },
            Column("dice", in: .wideOnly) { row in diceByOrgan(row) },
            Column("diceVolumes", in: .wideOnly) { row in volumesByOrgan(row) },
            Column("meanDice") { $0.meanDice },
            Column("published") { $0.published },
            Column("contaminated", in: .whereItFits()) { $0.isContaminated },
            Column("recalled", in: .whereItFits()) { $0.isRecalled },
        ]
    }

    private static func volumesByOrgan(_ row: RoundRow) -> Cell {
        .object(row.diceVolumes.sorted { $0.key < $1.key }.map { Cell.Field($0.key.rawValue, $0.value) })
    }

    private static func diceByOrgan(_ row: RoundRow) -> Cell {
        .object(row.dice.sorted { $0.key < $1.key }.map { Cell.Field($0.key.rawValue, $0.value) })
    }
}
