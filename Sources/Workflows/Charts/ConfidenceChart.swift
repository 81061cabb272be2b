package import Catalog
internal import Domain
package import Drawing

/// The confidence of pseudo labels by round and organ: the median, with the lowest and the highest.
package struct ConfidenceChart {
    private let run: String
    private let rows: [RoundConfidenceRow]

    /// - Parameter rows: of one run.
    package init(run: String, _ rows: [RoundConfidenceRow]) { (self.run, self.rows) = (run, rows) }

    /// - Throws: `WorkflowError` of kind `badInput` where no round has pseudo labels with foreground.
    package func chart() throws -> Chart {
        let numbers = rows.map(\.round)
        guard let first = numbers.min(), let last = numbers.max(), rows.contains(where: { $0.median != nil }) else {
            throw WorkflowError.nothingToDraw("no published round of \(run) has such pseudo labels")
        }
        var organs: [OrganLines.Organ] = []
        for row in rows where !organs.contains(where: { $0.name == row.organ.rawValue }) {
            organs.append(.init(name: row.organ.rawValue, places: places(of: row, first...last)))
        }
        // Ranges of several organs lie beside each other.
        let apart = organs.enumerated().map { index, organ in
            organ.moved(by: 0.03 * (Double(index) - Double(organs.count - 1) / 2))
        }
        let lines = OrganLines(
            organs: organs.count <= OrganLines.most ? apart : organs, mean: nil,
            x: ChartAxis("round", Double(first) - 0.15, Double(last) + 0.15, isWhole: true),
            y: ChartAxis("confidence", floor, 1))
        return lines.chart(
            title: "Confidence of the pseudo labels of run \(run)",
            subtitle: "median over the relabelled volumes, with the lowest and the highest")
    }

    /// The highest tenth that no confidence is below, at most 0.9.
    private var floor: Double { min(0.9, ((rows.compactMap(\.lowest).min() ?? 0) * 10).rounded(.down) / 10) }

    private func places(of organ: RoundConfidenceRow, _ rounds: ClosedRange<Int>) -> [ChartLine.Place] {
        rounds.map { round in
            let row = rows.first { $0.organ == organ.organ && $0.round == round }
            var range: ClosedRange<Double>?
            if let low = row?.lowest, let high = row?.highest, row?.labels ?? 0 > 1 { range = low...high }
            return ChartLine.Place(Double(round), row?.median, range: range)
        }
    }
}
