public import Domain
import Postgres

/// A predicted mask on a held-out volume.
public struct HeldOutMask: Sendable, Hashable {
    public let round: Int
    public let organ: OrganKey
    /// The confidence that it would have as a pseudo label, 0 to 1.
    public let confidence: Double
    /// 0 to 1.
    public let dice: Double

    public init(round: Int, organ: OrganKey, confidence: Double, dice: Double) {
        (self.round, self.organ, self.confidence, self.dice) = (round, organ, confidence, dice)
    }
}

/// A selection of a round.
public struct RoundSelection: Sendable, Hashable {
    public let round: Int
    /// The share of the positives that the round accepts; nil for a round that relabels nothing.
    public let gamma: Double?
    public let selection: SelectionRecord

    public init(round: Int, gamma: Double?, selection: SelectionRecord) {
        (self.round, self.gamma, self.selection) = (round, gamma, selection)
    }
}

extension LabelCatalog {
    /// The predicted masks of a run on held-out volumes, by round and organ, without empty ones.
    /// - Throws: `CatalogError.unknownRun`.
    public func heldOutMasks(run: String) async throws -> [HeldOutMask] {
        try await requireRun(run)
        return try await connection.run(HeldOutMasks(run: run))
    }

    /// How precise selections are, by round and organ.
    /// - Throws: `CatalogError.unknownRun`.
    public func selections(run: String) async throws -> [RoundSelection] {
        try await requireRun(run)
        return try await connection.run(SelectionsOfRun(run: run))
    }
}
