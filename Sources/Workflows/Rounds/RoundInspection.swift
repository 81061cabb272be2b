package import Catalog
package import Domain
internal import Rounds

/// Joins what the catalogue records of rounds, organ by organ.
package struct RoundInspection: Sendable {
    /// One organ of a round.
    package struct OrganRow: Sendable {
        package let round: RoundRow
        package let organ: OrganKey
        /// Mean Dice on the held-out volumes, 0 to 1; nil where the organ was not evaluated.
        package let dice: Double?
        /// Nil where the organ was not relabelled.
        package let confidence: RoundConfidenceRow?
        /// Why the organ was withheld; nil where it was not.
        package let withheld: String?
        /// The masks of the organ that the round withheld, without released ones.
        package let withheldMasks: Int?
        /// Who released the withheld organ, when and why; nil where nobody did.
        package let override: OrganOverride?
        /// The organs that the run counts as this one; nil: the organ alone.
        package let classMapping: [OrganKey]?
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// One row per organ that the round evaluated, relabelled, withheld or mapped, by key.
    ///
    /// - Throws: `CatalogError.unknownRun`; `WorkflowError` of kind `badInput` for an unknown round.
    package func run(_ run: String, round number: Int) async throws -> [OrganRow] {
        guard let round = try await catalog.rounds(run: run).first(where: { $0.round == number }) else {
            throw WorkflowError.unknownRound(run: run, round: number)
        }
        let confidence = try await catalog.confidence(run: run).filter { $0.round == number }
        let byOrgan = Dictionary(confidence.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        let withheld = try await catalog.withheld(run: run, round: number)
        let mapped = try await catalog.mergedOrgans(run: run)
        let (masks, overrides) = try await releases(run, number)
        let organs = Set(round.dice.keys).union(byOrgan.keys).union(withheld.keys).union(mapped.keys).union(masks.keys)
        return organs.sorted().map { organ in
            OrganRow(
                round: round, organ: organ, dice: round.dice[organ], confidence: byOrgan[organ],
                withheld: withheld[organ].map { WithholdingReason(rawValue: $0)?.explanation ?? $0 },
                withheldMasks: masks[organ], override: overrides.first { $0.organ == organ },
                classMapping: mapped[organ])
        }
    }

    /// The masks that a round withheld, and the organs that a person released.
    private func releases(_ run: String, _ number: Int) async throws -> ([OrganKey: Int], [OrganOverride]) {
        guard let id = try await catalog.roundDetails(run: run, round: number)?.id else { return ([:], []) }
        return (try await catalog.withheldCounts(of: id), try await catalog.overrides(of: id))
    }

    /// The confidence of each organ by round, of published rounds.
    ///
    /// - Parameters:
    ///   - run: nil: all runs.
    ///   - organ: key or another spelling; nil: all organs.
    /// - Throws: `CatalogError.unknownRun`, `.unknownOrgan`.
    package func confidence(run: String?, organ: String?) async throws -> [RoundConfidenceRow] {
        var wanted: OrganKey?
        if let organ { wanted = try await catalog.organ(named: organ) }
        return try await catalog.confidence(run: run).filter { wanted == nil || $0.organ == wanted }
    }
}
