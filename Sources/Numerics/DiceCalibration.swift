/// Predicts the true Dice of masks from their soft Dice, with an interval that holds at a stated rate, by held-out masks of which
/// both are known.
///
/// The prediction is a line through all pairs plus an offset of the organ, which is drawn towards zero where the organ has few
/// pairs. The interval is of the conformal kind (Lei et al., JASA 2018), as an approximation: quantiles of the residuals, each corrected
/// for the influence of its own pair on the fit and divided by the error to be expected at its soft Dice and organ. `coverage` tells how
/// well it holds on volumes that are left out as a whole.
public struct DiceCalibration: Hashable, Sendable, Codable {
    /// A held-out mask.
    public struct Pair: Hashable, Sendable {
        public let organ: String
        /// The volume, whose masks `coverage` leaves out together.
        public let group: Int64
        /// 0 to 1.
        public let softDice, dice: Double

        public init(organ: String, group: Int64, softDice: Double, dice: Double) {
            (self.organ, self.group, self.softDice, self.dice) = (organ, group, softDice, dice)
        }
    }

    /// A predicted Dice; each from 0 to 1.
    public struct Estimate: Hashable, Sendable {
        public let dice, lower, upper: Double

        public func contains(_ value: Double) -> Bool { (lower...upper).contains(value) }
    }

    /// The share of masks whose true Dice is to be in the interval: a tenth is below, a tenth above.
    public static let rate = 0.8
    /// Fewer pairs give no interval at this rate.
    public static let fewestPairs = 9

    /// Number of pairs.
    public let pairs: Int
    private let slope, intercept: Double
    private let organs: [String: Organ]
    /// The quantiles of the residuals, in expected errors.
    private let lowest, highest: Double

    private struct Organ: Hashable, Sendable, Codable {
        let offset: Double
        /// Mean absolute residual in units of `difficulty`.
        let scale: Double
    }

    /// Pairs that an organ counts as having beside its own, those of all organs.
    private static let prior = 4.0

    /// - Returns: nil for fewer than `fewestPairs` pairs.
    public init?(_ pairs: [Pair]) {
        guard pairs.count >= Self.fewestPairs else { return nil }
        self.pairs = pairs.count
        let line = Line(pairs)
        (slope, intercept) = (line.slope, line.intercept)
        let residuals = pairs.map { $0.dice - line($0.softDice) }
        let byOrgan = Dictionary(grouping: pairs.indices) { pairs[$0].organ }
        let apart = Self.residualsApart(pairs, residuals, line, byOrgan)
        let errors = pairs.indices.map { abs(apart[$0]) / Self.difficulty(pairs[$0].softDice) }
        let overall = errors.reduce(0, +) / Double(errors.count)
        organs = byOrgan.mapValues { own in
            let (count, sum) = (Double(own.count), own.reduce(0) { $0 + residuals[$1] })
            let error = own.reduce(0) { $0 + errors[$1] }
            return Organ(
                offset: sum / (count + Self.prior),
                scale: max((error + Self.prior * overall) / (count + Self.prior), 1e-6))
        }
        let organs = organs
        let normalised = pairs.indices.map { i in
            apart[i] / (Self.difficulty(pairs[i].softDice) * (organs[pairs[i].organ]?.scale ?? overall))
        }.sorted()
        // The order statistics ⌊(n + 1) · 0.1⌋ and, from above, the same: whole numbers, which no rounding moves.
        let tail = (normalised.count + 1) / 10
        lowest = normalised[tail - 1]
        highest = normalised[normalised.count - tail]
    }

    /// - Returns: nil for an organ without a pair.
    public func estimate(organ: String, softDice: Double) -> Estimate? {
        guard let own = organs[organ] else { return nil }
        let value = slope * softDice + intercept + own.offset
        let unit = own.scale * Self.difficulty(softDice)
        func bounded(_ x: Double) -> Double { min(max(x, 0), 1) }
        let dice = bounded(value)
        return Estimate(
            dice: dice, lower: min(dice, bounded(value + lowest * unit)),
            upper: max(dice, bounded(value + highest * unit)))
    }

    /// Errors shrink as the soft Dice approaches 1.
    private static func difficulty(_ softDice: Double) -> Double { 1 - softDice + 0.05 }

    /// What each pair differs from a prediction without it: the line by its leverage, the offset without its residual.
    private static func residualsApart(
        _ pairs: [Pair], _ residuals: [Double], _ line: Line, _ byOrgan: [String: [Int]]
    ) -> [Double] {
        var apart = residuals
        for own in byOrgan.values {
            let sum = own.reduce(0) { $0 + residuals[$1] }
            for i in own {
                let offset = (sum - residuals[i]) / (Double(own.count - 1) + prior)
                apart[i] = residuals[i] / (1 - line.leverage(pairs[i].softDice)) - offset
            }
        }
        return apart
    }
}

extension DiceCalibration {
    /// The share of pairs whose Dice is in the interval of a calibration without their volume's fold, of five; nil where too few
    /// pairs are left to calibrate by.
    public static func coverage(_ pairs: [Pair]) -> Double? {
        let found = leftOut(pairs)
        return found.isEmpty ? nil : Double(found.count { $0.estimate.contains($0.dice) }) / Double(found.count)
    }

    /// Spearman's correlation of the Dice and the one that a calibration without the volume's fold predicts; nil where too few pairs
    /// are left to calibrate by, or one of both is the same everywhere.
    public static func correlation(_ pairs: [Pair]) -> Double? {
        let found = leftOut(pairs)
        return found.isEmpty ? nil : RankCorrelation.of(found.map(\.estimate.dice), found.map(\.dice))
    }

    /// The mean of the correlations within the organs that have at least four pairs; nil without such an organ. Within an organ the
    /// predicted Dice has the order of the soft Dice, which no fold moves.
    public static func correlationWithinOrgans(_ pairs: [Pair]) -> Double? {
        let own = Dictionary(grouping: pairs, by: \.organ).values.filter { $0.count >= 4 }.compactMap { own in
            RankCorrelation.of(own.map(\.softDice), own.map(\.dice))
        }
        return own.isEmpty ? nil : own.sorted().reduce(0, +) / Double(own.count)
    }

    /// The estimates of a calibration without the volume's fold, of five, each with the true Dice.
    private static func leftOut(_ pairs: [Pair]) -> [(estimate: Estimate, dice: Double)] {
        let fold = Dictionary(
            uniqueKeysWithValues: Set(pairs.map(\.group)).sorted().enumerated().map { ($0.element, $0.offset % 5) })
        return (0..<5).flatMap { number -> [(estimate: Estimate, dice: Double)] in
            let (apart, rest) = (pairs.filter { fold[$0.group] == number }, pairs.filter { fold[$0.group] != number })
            guard !apart.isEmpty, let calibration = DiceCalibration(rest) else { return [] }
            return apart.compactMap { pair in
                calibration.estimate(organ: pair.organ, softDice: pair.softDice).map { ($0, pair.dice) }
            }
        }
    }
}

/// The least-squares line through the pairs, never falling; flat where all soft Dice are equal.
private struct Line {
    let slope, intercept: Double
    private let mean, squares, count: Double

    init(_ pairs: [DiceCalibration.Pair]) {
        count = Double(pairs.count)
        let (x, y) = (pairs.reduce(0) { $0 + $1.softDice } / count, pairs.reduce(0) { $0 + $1.dice } / count)
        let found = pairs.reduce(0) { $0 + ($1.softDice - x) * ($1.softDice - x) }
        squares = found > 1e-12 ? found : 0  // equal values differ from their mean by rounding
        let product = pairs.reduce(0) { $0 + ($1.softDice - x) * ($1.dice - y) }
        slope = squares > 0 ? max(0, product / squares) : 0
        (mean, intercept) = (x, y - slope * x)
    }

    func callAsFunction(_ x: Double) -> Double { slope * x + intercept }

    /// The share of a pair in its own prediction, below 1.
    func leverage(_ x: Double) -> Double {
        min(0.9, 1 / count + (squares > 0 ? (x - mean) * (x - mean) / squares : 0))
    }
}
