internal import Catalog
package import Drawing

extension Reliability {
    /// The mean Dice of masks of similar confidence, with the diagonal where both are equal, and the number of masks.
    package func chart() -> Chart {
        let (axis, shown) = (ChartAxis("confidence", 0, 1), rows.filter { $0.masks > 0 })
        let means = rows.map { ChartLine.Place($0.confidence ?? ($0.lower + $0.upper) / 2, $0.dice) }
        let bars = shown.map {
            ChartBars.Bar($0.lower...$0.upper, height: Double($0.masks), text: "\($0.masks)")
        }
        let correlation = rankCorrelation.map { "; rank correlation \(ChartAxis.text($0, decimals: 2))" } ?? ""
        return Chart(
            title: "Confidence and true Dice, round \(round) of run \(run)",
            subtitle: "\(masks.count) predicted masks on held-out volumes\(correlation)",
            legend: [
                .init("mean of a range", ChartColours.blue, .line(marker: .disc, isDashed: false)),
                .init("equal", ChartColours.faint, .line(marker: nil, isDashed: true)),
                .init("masks", ChartColours.sky, .area),
            ],
            panels: [
                ChartPanel(
                    x: axis, y: ChartAxis("Dice", 0, 1),
                    marks: [
                        .dots(ChartDots(masks.map { Point($0.confidence, $0.dice) }, ChartColours.sky)),
                        .line(
                            ChartLine([.init(0, 0), .init(1, 1)], ChartColours.faint, isDashed: true, width: 1)),
                        .line(ChartLine(means, ChartColours.blue, marker: .disc)),
                    ]),
                ChartPanel(
                    x: axis, y: .counting("masks", upTo: Double(shown.map(\.masks).max() ?? 0) * 1.1),
                    marks: [.bars(ChartBars(bars, ChartColours.sky))]),
            ], rows: [3, 1.3])
    }
}
