import Domain
import Numerics
internal import System
import Testing

/// Masks whose Dice follows from their soft Dice by a rule that the calibration does not know: organs are off by different amounts,
/// and unsure masks by more.
@Suite struct DiceCalibrationTests {
    private let organs = ["liver", "spleen", "pancreas", "gallbladder", "stomach", "kidney_left"]

    private func pairs(_ volumes: Range<Int>, seed: UInt64) -> [DiceCalibration.Pair] {
        var random = CounterRandom(seed)
        return volumes.flatMap { volume in
            organs.enumerated().map { index, organ in
                let soft = 0.5 + 0.49 * random.unit()
                let noise = (random.unit() + random.unit() - 1) * (1 - soft) * (0.3 + 0.2 * Double(index))
                let dice = min(1, max(0, 1.1 * soft - 0.15 - 0.02 * Double(index) + noise))
                return .init(organ: organ, group: Int64(volume), softDice: soft, dice: dice)
            }
        }
    }

    @Test(arguments: [UInt64(1), 2, 3]) func intervalsHoldAtTheirRateOnOtherVolumes(seed: UInt64) throws {
        let calibration = try #require(DiceCalibration(pairs(0..<40, seed: seed)))
        let others = pairs(100..<600, seed: seed + 10)
        let inside = others.count { pair in
            calibration.estimate(organ: pair.organ, softDice: pair.softDice)?.contains(pair.dice) ?? false
        }
        let share = Double(inside) / Double(others.count)
        #expect((0.74...0.88).contains(share), "\(share)")
    }

    /// As the demonstration has them: eight volumes.
    @Test func fewVolumesGiveIntervalsThatAreNotTooNarrow() throws {
        var shares: [Double] = []
        for seed in UInt64(1)...20 {
            let calibration = try #require(DiceCalibration(pairs(0..<8, seed: seed)))
            let others = pairs(100..<200, seed: seed + 100)
            let inside = others.count { pair in
                calibration.estimate(organ: pair.organ, softDice: pair.softDice)?.contains(pair.dice) ?? false
            }
            shares.append(Double(inside) / Double(others.count))
        }
        let mean = shares.reduce(0, +) / Double(shares.count)
        #expect((0.72...0.90).contains(mean), "\(mean)")
    }

    @Test func theEstimateIsNearerThanTheSoftDice() throws {
        let calibration = try #require(DiceCalibration(pairs(0..<12, seed: 4)))
        var (own, plain) = (0.0, 0.0)
        for pair in pairs(100..<300, seed: 5) {
            let estimate = try #require(calibration.estimate(organ: pair.organ, softDice: pair.softDice))
            own += abs(estimate.dice - pair.dice)
            plain += abs(pair.softDice - pair.dice)
            #expect(estimate.lower <= estimate.dice && estimate.dice <= estimate.upper)
            #expect(estimate.lower >= 0 && estimate.upper <= 1)
        }
        #expect(own < 0.7 * plain)
    }

    /// Nineteen residuals from −0.09 to 0.09: a tenth of twenty is below the second, and as much above the last but one.
    @Test func theTailsAreTenths() throws {
        let pairs = (0..<19).map {
            DiceCalibration.Pair(organ: "liver", group: $0, softDice: 0.8, dice: 0.7 + 0.01 * Double($0 - 9))
        }
        let estimate = try #require(DiceCalibration(pairs)?.estimate(organ: "liver", softDice: 0.8))
        let width = estimate.upper - estimate.lower
        // The residuals are apart by 0.01 / (1 − 1/19) or less by the organ's offset; the outermost are cut off on both sides.
        #expect(abs(estimate.dice - 0.7) < 1e-9 && abs(estimate.upper - 0.7 - (0.7 - estimate.lower)) < 1e-9)
        #expect((0.15...0.18).contains(width), "\(width)")
    }

    @Test func whatCannotBeKnownIsNotEstimated() {
        #expect(DiceCalibration(Array(pairs(0..<1, seed: 1))) == nil)
        #expect(DiceCalibration.coverage(pairs(0..<1, seed: 1)) == nil)
        let calibration = DiceCalibration(pairs(0..<5, seed: 1))
        #expect(calibration?.pairs == 30)
        #expect(calibration?.estimate(organ: "aorta", softDice: 0.9) == nil)
    }

    /// All masks alike: the estimate is the mean, and there is no correlation.
    @Test func equalMasksHaveNoCorrelation() throws {
        let equal = (0..<12).map { DiceCalibration.Pair(organ: "liver", group: $0, softDice: 0.9, dice: 0.8) }
        let estimate = try #require(DiceCalibration(equal)?.estimate(organ: "liver", softDice: 0.9))
        #expect(abs(estimate.dice - 0.8) < 1e-9 && estimate.upper - estimate.lower < 1e-6)
        #expect(DiceCalibration.correlation(equal) == nil && DiceCalibration.correlationWithinOrgans(equal) == nil)
    }

    /// The network is as sure of the spleen, whose Dice is lower throughout: the soft Dice does not tell, the predicted Dice does.
    @Test func theCorrelationIsThatOfThePredictedDice() throws {
        let pairs = (0..<20).flatMap { volume -> [DiceCalibration.Pair] in
            let soft = 0.8 + 0.001 * Double(volume)
            return [("liver", 0.9), ("spleen", 0.5)].map { organ, dice in
                .init(organ: organ, group: Int64(volume), softDice: soft, dice: dice + 0.001 * Double(volume))
            }
        }
        #expect(try #require(DiceCalibration.correlation(pairs)) > 0.9)
        #expect(try #require(RankCorrelation.of(pairs.map(\.softDice), pairs.map(\.dice))) < 0.6)
        #expect(DiceCalibration.correlation(Array(pairs.prefix(8))) == nil)
    }

    @Test func theCorrelationWithinOrgansIsTheMean() throws {
        let liver = [(0.9, 0.8), (0.8, 0.7), (0.7, 0.75), (0.6, 0.5)].enumerated().map { index, pair in
            DiceCalibration.Pair(organ: "liver", group: Int64(index), softDice: pair.0, dice: pair.1)
        }
        let spleen = liver.map {
            DiceCalibration.Pair(organ: "spleen", group: $0.group, softDice: $0.softDice, dice: 1 - $0.softDice)
        }
        #expect(abs(try #require(DiceCalibration.correlationWithinOrgans(liver + spleen)) - (0.8 - 1) / 2) < 1e-12)
    }

    @Test func intervalsHoldOnFoldsLeftOut() throws {
        let share = try #require(DiceCalibration.coverage(pairs(0..<60, seed: 9)))
        #expect((0.72...0.88).contains(share), "\(share)")
    }
}
