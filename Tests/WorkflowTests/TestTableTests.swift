import Domain
import Testing

@testable import Catalog
@testable import Workflows

/// The table of an evaluation on the test part.
@Suite struct TestTableTests {
    private static let evaluation = TestEvaluation(
        run: "r", round: 2, split: "s", revision: Revision(7), login: "lacuna", account: nil,
        begun: "2026-11-30T10:00:00Z", finished: "2026-11-30T10:01:00Z", intervalRate: 0.8, openings: 1,
        leftOut: TestExclusions(volumes: 0, subjects: 0, readBy: []))

    private func result(
        _ volume: Int64, _ organ: OrganKey, _ dice: Double?, subject: Int64? = nil, predicted: (Double, Double)? = nil,
        sizes: (Double, Double) = (1, 1)
    ) -> TestResult {
        TestResult(
            subject: SubjectID(subject ?? volume),
            record: TestRecord(
                volume: VolumeID(volume), organ: organ, dice: dice,
                quality: predicted.map {
                    MaskQuality(softDice: 0.5, predicted: PredictedDice(dice: $0.0, lower: $0.0, upper: $0.1))
                }, predictedMillilitres: sizes.0, referenceMillilitres: sizes.1))
    }

    @Test func meansAreOfVolumesThenOfOrgans() throws {
        let table = TestTable(
            Self.evaluation,
            [
                result(1, "liver", 0.5, predicted: (0.25, 0.75), sizes: (3, 2)),
                result(2, "liver", 1, predicted: (0.25, 0.75), sizes: (1, 2)),
                result(3, "liver", nil, sizes: (0, 0)), result(1, "spleen", 0, predicted: (0.5, 0.75), sizes: (9, 0)),
            ])
        #expect(table.rows.map(\.organ) == ["liver", "spleen", "all organs"])
        #expect(table.rows.map(\.dice) == [0.75, 0, 0.375])
        #expect(table.rows.map(\.volumes) == [2, 1, 3])
        #expect(table.rows.map(\.inside) == [0.5, 0, 1.0 / 3])
        #expect(table.rows.map(\.volumeRatio) == [1, nil, 1])
        #expect(table.rows[1].interval == nil, "of one subject")
        #expect(table.rows.allSatisfy { $0.other == nil && $0.difference == nil })
    }

    @Test func runsAreComparedOnTheMasksOfBoth() throws {
        let own = [result(1, "liver", 0.5), result(2, "liver", 0.75), result(3, "liver", 1)]
        let others = [
            result(1, "liver", 0.25), result(2, "liver", 0.5), result(3, "liver", nil), result(4, "liver", 1),
        ]
        let table = TestTable(Self.evaluation, own, against: others)
        let row = table.rows[0]
        #expect(table.comparison == TestTable.ComparedVolumes(common: 2, leftOut: 1, otherLeftOut: 1))
        #expect(row.common == 2 && row.unpaired == 1 && row.otherUnpaired == 1)
        #expect(row.other == 0.375 && row.difference == 0.25)
        #expect(row.differenceInterval?.lower == 0.25 && row.differenceInterval?.upper == 0.25)
    }

    /// Against the normal approximation: the standard error of a mean of 50 values, times 1.96.
    @Test func theIntervalIsThatOfTheMeanOverSubjects() throws {
        let values = (0..<50).map {
            OrganValue(subject: SubjectID(Int64($0)), organ: "liver", value: Double($0 * 7 % 50) / 50)
        }
        let mean = try #require(BootstrapInterval.mean(values))
        let variance = values.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) } / 49
        let half = 1.96 * (variance / 50).squareRoot()
        let interval = try #require(BootstrapInterval(values))
        #expect(abs(interval.lower - (mean - half)) < half / 10 && abs(interval.upper - (mean + half)) < half / 10)
        #expect(interval == BootstrapInterval(values.reversed()), "whatever the order")
        let doubled = try #require(BootstrapInterval(values + values))
        #expect(
            abs(doubled.lower - interval.lower) < 1e-9 && abs(doubled.upper - interval.upper) < 1e-9,
            "two volumes of a subject are no two subjects")
    }
}
