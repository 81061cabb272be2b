import Domain
import Drawing
import TestSupport
import Testing

@testable import Catalog
@testable import Workflows

/// What charts show, before they are drawn.
@Suite struct ChartDataTests {
    private func mask(_ organ: OrganKey, _ confidence: Double, _ dice: Double) -> HeldOutMask {
        HeldOutMask(round: 1, organ: organ, confidence: confidence, dice: dice)
    }

    private func lines(_ panel: ChartPanel) -> [ChartLine] {
        panel.marks.compactMap { if case .line(let line) = $0 { line } else { nil } }
    }

    // MARK: - Reliability

    @Test func masksOfSimilarConfidenceShareARow() throws {
        let reliability = Reliability(
            run: "r", round: 1,
            masks: [
                mask("liver", 0.82, 0.9), mask("spleen", 0.88, 0.7), mask("liver", 1, 0.95), mask("spleen", 0, 0),
            ])
        let rows = reliability.rows
        #expect(rows.map(\.masks) == [1, 0, 0, 0, 0, 0, 0, 0, 2, 1], "a confidence of 1 is in the last row")
        let (confidence, dice) = (try #require(rows[8].confidence), try #require(rows[8].dice))
        #expect(abs(confidence - 0.85) < 1e-9 && abs(dice - 0.8) < 1e-9)
        #expect(rows[1].confidence == nil && rows[1].dice == nil)
        #expect(reliability.all.masks == 4)
        let correlation = try #require(reliability.rankCorrelation)
        #expect(abs(correlation - 0.8) < 1e-9)

        let chart = reliability.chart()
        let means = try #require(lines(chart.panels[0]).last)
        #expect(means.places.count == 10 && means.places[1].y == nil, "a range without masks is a gap")
        #expect(means.places[8].x == rows[8].confidence && means.places[8].y == rows[8].dice)
        guard case .bars(let bars) = chart.panels[1].marks[0] else { return #expect(Bool(false), "no counts") }
        #expect(bars.bars.map(\.height) == [1, 2, 1])
    }

    @Test func correlationNeedsSeveralDifferentMasks() {
        #expect(Reliability(run: "r", round: 0, masks: [mask("liver", 0.5, 0.5)]).rankCorrelation == nil)
        let equal = (1...5).map { mask("liver", 0.9, Double($0) / 10) }
        #expect(Reliability(run: "r", round: 0, masks: equal).rankCorrelation == nil)
        let opposed = (1...5).map { mask("liver", 1 - Double($0) / 10, Double($0) / 10) }
        #expect(Reliability(run: "r", round: 0, masks: opposed).rankCorrelation == -1)
    }

    // MARK: - Dice and confidence

    private func table(_ organs: Int, _ dice: [Double?]) -> DiceTable {
        let rounds = dice.enumerated().map { number, value in
            RoundRow.test(
                number,
                (0..<organs).reduce(into: [:]) { found, organ in
                    if let value { found[OrganKey("o\(organ)")] = value }
                })
        }
        let coverage = (0..<organs).map { Coverage(organ: OrganKey("o\($0)"), group: nil) }
        return DiceTable(rounds: rounds, other: nil, coverage: coverage)
    }

    @Test func eachOrganHasALine() throws {
        let chart = try table(3, [0.2, 0.4, 0.5]).chart(run: "r")
        #expect(chart.panels.count == 1)
        let drawn = lines(chart.panels[0])
        #expect(drawn.count == 4, "and the mean")
        for line in drawn {
            #expect(line.places.map(\.x) == [0, 1, 2])
            for (place, dice) in zip(line.places, [0.2, 0.4, 0.5]) { #expect(abs((place.y ?? 0) - dice) < 1e-9) }
        }
        #expect(Set(drawn.map(\.colour)).count == 4)
    }

    @Test func manyOrgansHaveAPanelEach() throws {
        let chart = try table(120, [0.2, 0.4]).chart(run: "r")
        #expect(chart.panels.count == 121 && chart.panels[0].title == "mean of all organs")
        #expect(try chart.encode(as: .png).count > 10_000)
    }

    @Test func aRunWithoutResultsIsRefused() {
        let error = #expect(throws: WorkflowError.self) { try table(2, []).chart(run: "r") }
        #expect(error?.kind == .badInput && error?.problem.contains("no round of r is evaluated") == true)
        #expect(throws: WorkflowError.self) { try ConfidenceChart(run: "r", []).chart() }
    }
}

extension RoundRow {
    fileprivate static func test(_ number: Int, _ dice: [OrganKey: Double]) -> RoundRow {
        RoundRow(
            run: "r", round: number, gamma: nil, state: "published", revision: nil, checkpoint: nil, dice: dice,
            diceVolumes: dice.mapValues { _ in 1 }, published: 0, isContaminated: false, isRecalled: false,
            isCurrent: true)
    }
}
