internal import Catalog
internal import Domain
internal import Workflows

extension Session {
    /// Prints the recorded evaluation of a run on its test part.
    ///
    /// - Throws: as `TestTable.read`.
    package func reportTest(of run: String, against other: String? = nil) async throws {
        let table = try await TestTable.read(run: run, against: other, in: catalog)
        output.report(table.rows, table.columns(against: other))
        output.note(table.evaluation.note)
        if let leftOut = table.evaluation.leftOut.note { output.note(leftOut) }
        if let other, let comparison = table.comparison { output.note(comparison.note(run, other)) }
    }
}

extension TestEvaluation {
    fileprivate var note: String {
        "round \(round) of run \(run) on the test part of split \(split), labels as of revision \(revision), by \(person) at "
            + "\(finished); opened " + (openings == 1 ? "once" : "\(openings) times")
    }
}

extension TestExclusions {
    /// Nil where nothing was left out.
    fileprivate var note: String? {
        guard volumes > 0 else { return nil }
        return
            "left out: \(counted(volumes, "volume")) of \(counted(subjects, "subject")) of the test part, read by run "
            + readBy.joined(separator: " and run ")
    }
}

extension TestTable.ComparedVolumes {
    fileprivate func note(_ run: String, _ other: String) -> String {
        "compared over \(counted(common, "common volume")); left out: \(leftOut) of run \(run) and \(otherLeftOut) of run \(other), "
            + "of which the other run has no Dice"
    }
}

private func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

extension TestTable {
    func columns(against other: String?) -> [Column<Row>] {
        func two(_ value: Double?) -> Cell? { value.map { Cell.number($0, places: 2) } }
        // The difference of two runs comes first where they are compared.
        let own = other == nil ? TablePlace.always : .whereItFits()
        let leftOut = evaluation.leftOut
        let columns: [Column<Row>] = [
            Column("organ") { $0.organ }, Column("volumes") { $0.volumes }, Column("dice") { $0.dice },
            Column("lower", in: own) { $0.interval?.lower }, Column("upper", in: own) { $0.interval?.upper },
            Column("inside", in: own) { two($0.inside) },
            Column("predictedDice", in: .whereItFits(rank: 1)) { two($0.predictedDice) },
            Column("softDice", in: .whereItFits(rank: 2)) { two($0.softDice) },
            Column("surfaceDice", in: .whereItFits()) { $0.surfaceDice },
            Column("volumeRatio", in: .whereItFits(rank: 2)) { two($0.volumeRatio) },
            Column("leftOutVolumes", in: .wideOnly) { _ in leftOut.volumes },
            Column("leftOutSubjects", in: .wideOnly) { _ in leftOut.subjects },
            Column("leftOutReadBy", in: .wideOnly) { _ in leftOut.readBy },
        ]
        guard let other else { return columns }
        return columns + [
            Column("common") { $0.common },
            Column("unpaired", in: .wideOnly) { $0.unpaired },
            Column("otherUnpaired", in: .wideOnly) { $0.otherUnpaired },
            Column("against", title: other) { $0.other }, Column("delta") { $0.difference },
            Column("deltaLower") { $0.differenceInterval?.lower },
            Column("deltaUpper") { $0.differenceInterval?.upper },
        ]
    }
}
