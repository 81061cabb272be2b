internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct RoundList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List rounds with their Dice on held-out volumes.",
        discussion: "The pseudo labels of the current run show; lacuna round adopt makes another one that.")

    @OptionGroup var options: GlobalOptions

    @OptionGroup var choice: RunChoice

    func run() async throws {
        try await Session.with(options) { session in
            let rounds = try await session.catalog.rounds(run: choice.name)
            session.output.report(rounds, RoundRow.columns)
            if rounds.isEmpty { session.output.note("There are no rounds yet; lacunad run makes them.") }
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
            Column("meanDice", title: "mean dice") { row in row.meanDice },
            Column("published") { $0.published },
        ]
    }

    /// Over the organs that were evaluated; nil where none was.
    var meanDice: Double? {
        dice.isEmpty ? nil : dice.values.reduce(0, +) / Double(dice.count)
    }

    private static func volumesByOrgan(_ row: RoundRow) -> Cell {
        .object(row.diceVolumes.sorted { $0.key < $1.key }.map { Cell.Field($0.key.rawValue, $0.value) })
    }

    private static func diceByOrgan(_ row: RoundRow) -> Cell {
        .object(row.dice.sorted { $0.key < $1.key }.map { Cell.Field($0.key.rawValue, $0.value) })
    }
}
