internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct RoundList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List rounds with their Dice on held-out volumes.",
        discussion: """
            The pseudo labels of the current run are in effect; lacuna round adopt makes another run the current one.

            EXAMPLE:
              $ lacuna round list abdomen
              run      current  round  gamma  state      revision  …  mean dice  published
              abdomen  yes          0   0.50  published        15  …      0.731         12
              abdomen  yes          1   1.00  published        16  …      0.731         12
              abdomen  yes          2      -  closed            -  …      0.766          0
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var choice: RunChoice

    func run() async throws {
        try await Session.with(options) { session in
            let rounds = try await session.catalog.rounds(run: choice.name)
            session.output.report(rounds, RoundRow.columns)
            if rounds.isEmpty { session.output.note("No rounds yet; lacunad run creates them.") }
        }
    }
}

extension RoundRow {
    static var columns: [Column<RoundRow>] {
        [
            Column("run") { $0.run },
            Column("current") { $0.isCurrent },
            Column("round") { $0.round },
            Column("gamma") { row in row.gamma.map { Cell.number($0, places: 2) } },
            Column("state") { $0.state },
            Column("revision") { $0.revision?.number },
            Column("checkpoint") { $0.checkpoint?.rawValue },
            Column("dice", isShown: false) { row in diceByOrgan(row) },
            Column("diceVolumes", isShown: false) { row in volumesByOrgan(row) },
            Column("meanDice", title: "mean dice") { $0.meanDice },
            Column("published") { $0.published },
        ]
    }

    private static func volumesByOrgan(_ row: RoundRow) -> Cell {
        .object(row.diceVolumes.sorted { $0.key < $1.key }.map { Cell.Field($0.key.rawValue, $0.value) })
    }

    private static func diceByOrgan(_ row: RoundRow) -> Cell {
        .object(row.dice.sorted { $0.key < $1.key }.map { Cell.Field($0.key.rawValue, $0.value) })
    }
}
