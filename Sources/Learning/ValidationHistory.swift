/// When a training is evaluated on held-out volumes, and when it ends because of that.
public struct ValidationRecipe: Hashable, Sendable {
    /// A mean Dice that no longer grows.
    public struct Plateau: Hashable, Sendable {
        /// The least growth of the best mean Dice, above 0 to 1.
        public var gain: Double
        /// The optimiser steps over which it is measured, at least 1.
        public var steps: Int

        public init(gain: Double, steps: Int) { (self.gain, self.steps) = (gain, steps) }
    }

    /// Optimiser steps between two evaluations, at least 1.
    public var every: Int
    /// Nil: the training takes all of its steps.
    public var plateau: Plateau?

    public init(every: Int, plateau: Plateau? = nil) { (self.every, self.plateau) = (every, plateau) }
}

/// The mean Dice of a training on held-out volumes after some of its steps.
public struct ValidationPoint: Hashable, Sendable {
    /// Steps of the round.
    public let step: Int
    /// Mean over the organs, 0 to 1; nil where no organ has a Dice.
    public let dice: Double?

    public init(step: Int, dice: Double?) { (self.step, self.dice) = (step, dice) }
}

/// The evaluations of a training so far, in the order of their steps.
public struct ValidationHistory: Hashable, Sendable {
    public private(set) var points: [ValidationPoint] = []

    public init() {}

    /// - Precondition: later than the points before.
    public mutating func append(_ point: ValidationPoint) {
        precondition(points.last.map { $0.step < point.step } ?? true, "evaluations are in the order of their steps")
        points.append(point)
    }

    /// The evaluations after fewer steps.
    func before(_ step: Int) -> ValidationHistory {
        var history = ValidationHistory()
        history.points = points.filter { $0.step < step }
        return history
    }

    /// Whether the best mean Dice gained less over the plateau's steps than it has to. A Dice of 0, with which training begins, is no
    /// plateau.
    public func hasReached(_ plateau: ValidationRecipe.Plateau) -> Bool {
        guard let last = points.last, let best = highest(upTo: last.step), best > 0,
            let before = highest(upTo: last.step - plateau.steps)
        else { return false }
        return best - before < plateau.gain
    }

    private func highest(upTo step: Int) -> Double? { points.filter { $0.step <= step }.compactMap(\.dice).max() }
}

extension ValidationHistory {
    /// `STEP:DICE` for each point, from which the same history is read.
    var text: String {
        points.map { "\($0.step):\($0.dice.map { "\($0)" } ?? Self.none)" }.joined(separator: " ")
    }

    private static let none = "none"

    /// - Parameter steps: the steps that the points must have.
    /// - Returns: nil for a text that is not a history of these steps.
    init?(text: String, steps: [Int]) {
        for part in text.split(separator: " ") {
            let fields = part.split(separator: ":")
            guard fields.count == 2, let step = Int(fields[0]) else { return nil }
            let dice = Double(fields[1])
            guard dice.map((0...1).contains) ?? (fields[1] == Self.none) else { return nil }
            points.append(ValidationPoint(step: step, dice: dice))
        }
        guard points.map(\.step) == steps else { return nil }
    }
}
