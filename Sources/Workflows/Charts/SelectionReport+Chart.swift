internal import Catalog
internal import Domain
package import Drawing

extension SelectionReport {
    /// A panel for each organ: precision by selected share, ranked by the confidence and by the probability.
    package func chart() -> Chart {
        var legend: [ChartLegend.Entry] = [
            .init("ranked by confidence", ChartColours.blue, .line(marker: nil, isDashed: false)),
            .init("ranked by probability", ChartColours.vermilion, .line(marker: nil, isDashed: true)),
        ]
        if let gamma {
            legend.append(
                .init(
                    "accepted share \(ChartAxis.text(gamma, decimals: 2))", ChartColours.faint,
                    .line(marker: nil, isDashed: true)))
        }
        let least = rows.flatMap { $0.byConfidence + $0.byProbability }.min() ?? 0
        let floor = min(0.9, (least * 10).rounded(.down) / 10)
        let axes = (x: ChartAxis("selected share", 0, 1), y: ChartAxis("precision", floor, 1))
        return Chart(
            title: "Precision of selected positives, round \(round) of run \(run)",
            subtitle: "share of right voxels among the first ranked predicted positives on held-out volumes",
            legend: legend,
            panels: rows.map { row in
                ChartPanel(title: row.organ.rawValue, x: axes.x, y: axes.y, marks: marks(row, floor))
            })
    }

    private func marks(_ row: SelectionRecord, _ floor: Double) -> [ChartMark] {
        func line(_ precision: [Double]) -> [ChartLine.Place] {
            zip(SelectionRecord.shares, precision).map { ChartLine.Place($0, $1) }
        }
        var marks: [ChartMark] = []
        if let gamma {
            marks.append(
                .line(ChartLine([.init(gamma, floor), .init(gamma, 1)], ChartColours.faint, isDashed: true, width: 1)))
        }
        marks.append(.line(ChartLine(line(row.byProbability), ChartColours.vermilion, isDashed: true)))
        marks.append(.line(ChartLine(line(row.byConfidence), ChartColours.blue)))
        return marks
    }
}
