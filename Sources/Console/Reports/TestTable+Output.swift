internal import Catalog
internal import Domain
internal import Workflows

extension Session {
    /// Prints the recorded evaluation of a run on its test part, where it has one.
    package func reportTest(of run: String, against other: String? = nil) async throws {
        guard let table = try await TestTable.read(run: run, against: other, in: catalog) else {
            return output.report(
                [TestTable.Row](), TestTable.columns(against: other),
                empty:
                    "The test part of \(other.map { "\(run), or of \($0)," } ?? run) was not evaluated; see lacunad evaluate."
            )
        }
        output.report(table.rows, TestTable.columns(against: other))
        let evaluation = table.evaluation
        output.note(
            "round \(evaluation.round) of run \(run) on the test part of split \(evaluation.split), labels as of revision "
                + "\(evaluation.revision), by \(evaluation.person) at \(evaluation.finished); opened "
                + (evaluation.openings == 1 ? "once" : "\(evaluation.openings) times"))
    }
}

extension TestTable {
    static func columns(against other: String?) -> [Column<Row>] {
        func two(_ value: Double?) -> Cell? { value.map { Cell.number($0, places: 2) } }
        let columns: [Column<Row>] = [
            Column("organ") { $0.organ }, Column("volumes") { $0.volumes }, Column("dice") { $0.dice },
            Column("lower") { $0.interval?.lower }, Column("upper") { $0.interval?.upper },
            Column("inside") { two($0.inside) },
            Column("predictedDice", in: .whereItFits(rank: 1)) { two($0.predictedDice) },
            Column("softDice", in: .whereItFits(rank: 2)) { two($0.softDice) },
            Column("surfaceDice", in: .whereItFits()) { $0.surfaceDice },
            Column("volumeRatio", in: .whereItFits(rank: 2)) { two($0.volumeRatio) },
        ]
        guard let other else { return columns }
        return columns + [
            Column("against", title: other) { $0.other }, Column("delta") { $0.difference },
            Column("deltaLower") { $0.differenceInterval?.lower },
            Column("deltaUpper") { $0.differenceInterval?.upper },
        ]
    }
}
