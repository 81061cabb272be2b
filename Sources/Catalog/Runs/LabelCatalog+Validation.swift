public import Domain
import Postgres

/// How a network did on the part validation after some steps of its round.
public struct RoundValidation: Sendable, Hashable {
    /// Of the round.
    public let step: Int
    /// Each organ of the run.
    public let organs: [ValidationRecord]

    public init(step: Int, organs: [ValidationRecord]) { (self.step, self.organs) = (step, organs) }

    /// Mean of the organs' Dice, 0 to 1; nil where no organ has one.
    public var meanDice: Double? {
        let values = organs.compactMap(\.dice)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

extension LabelCatalog {
    /// The evaluations of a round while it was trained, by step; none where its run has no `run.validateEvery`.
    public func validations(of round: RoundID) async throws -> [RoundValidation] {
        let found = Dictionary(grouping: try await connection.run(ValidationsOfRound(round: round)), by: \.step)
        return found.sorted { $0.key < $1.key }.map { RoundValidation(step: $0.key, organs: $0.value.map(\.organ)) }
    }
}
