internal import Catalog
internal import Console
internal import Domain
internal import Workflows

extension RunComparison {
    var cell: Cell {
        .object([
            Cell.Field("run", run), Cell.Field("currentRun", decision.currentRun),
            Cell.Field("decision", decision.decision.rawValue), Cell.Field("reason", decision.reason),
            Cell.Field("organs", organs.map(AdoptionComparison.columns.object(of:))),
        ])
    }

    /// Prints the comparison as a table, with a note of what was decided.
    func printTable(_ output: Output) {
        output.report(organs, AdoptionComparison.columns)
        output.note(
            "Run \(run) was compared with \(decision.currentRun ?? "no run") and \(decision.decision.rawValue): \(decision.reason)."
        )
    }
}

extension AdoptionComparison {
    fileprivate static var columns: [Column<AdoptionComparison>] {
        [
            Column("organ") { $0.organ.rawValue }, Column("pairs") { $0.volumes },
            Column("currentDice") { Cell.number($0.currentDice, places: 3) },
            Column("dice") { Cell.number($0.dice, places: 3) },
            Column("difference") { Cell.number($0.difference, places: 3) },
            Column("margin", in: .whereItFits()) { Cell.number($0.margin, places: 3) },
            Column("verdict") { $0.verdict.rawValue },
        ]
    }
}
