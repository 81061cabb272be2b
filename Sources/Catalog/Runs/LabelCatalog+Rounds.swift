public import Domain
import Postgres

/// A round as `lacuna round list` shows it.
public struct RoundRow: Sendable, Hashable {
    public let run: String
    public let round: Int
    public let gamma: Double?
    public let state: String
    /// Where its labels became visible; nil before, and for a round that publishes none.
    public let revision: Revision?
    public let checkpoint: CheckpointID?
    /// Mean Dice on held-out volumes by organ.
    public let dice: [OrganKey: Double]
    /// Over how many volumes each mean is taken: those in which the organ is annotated or was predicted.
    public let diceVolumes: [OrganKey: Int]
    /// Pseudo labels published.
    public let published: Int
    /// Whether a checkpoint of it saw subjects who proved to be held out, or data that were removed since.
    public let isContaminated: Bool
    /// Whether its run is the one whose pseudo labels show.
    public let isCurrent: Bool
}

/// How surely a round labelled an organ.
public struct RoundConfidenceRow: Sendable, Hashable {
    public let run: String
    public let round: Int
    public let organ: OrganKey
    public let labels: Int
    /// Nil where every mask of the organ is empty.
    public let median: Double?
    public let lowest: Double?
    public let highest: Double?
}

extension LabelCatalog {
    /// Rounds in the order of runs and numbers; nil: of all runs.
    public func rounds(run: String? = nil) async throws -> [RoundRow] {
        if let run { try await requireRun(run) }
        let dice = try await connection.run(RoundDice(run: run))
        let byRound = Dictionary(grouping: dice) { $0.round }
        return try await connection.run(ListRounds(run: run)).map { found in
            let organs = byRound[found.id] ?? []
            return RoundRow(
                run: found.run, round: found.number, gamma: found.gamma, state: found.state, revision: found.revision,
                checkpoint: found.checkpoint,
                dice: Dictionary(uniqueKeysWithValues: organs.map { ($0.organ, $0.dice) }),
                diceVolumes: Dictionary(uniqueKeysWithValues: organs.map { ($0.organ, $0.volumes) }),
                published: found.published, isContaminated: found.contaminated, isCurrent: found.isCurrent)
        }
    }

    /// Confidence by round and organ, of published rounds.
    public func confidence(run: String? = nil) async throws -> [RoundConfidenceRow] {
        if let run { try await requireRun(run) }
        return try await connection.run(RoundConfidences(run: run))
    }

    /// What a run counts as each organ that it merges, first what goes before the others.
    public func mergedOrgans(run: String) async throws -> [OrganKey: [OrganKey]] {
        Dictionary(grouping: try await connection.run(MergedOrgans(run: run))) { $0.organ }
            .mapValues { $0.map(\.accepted) }
    }

    /// The organs that a round held back, each with the reason that the daemon stored.
    public func withheld(run: String, round: Int) async throws -> [OrganKey: String] {
        let found = try await connection.run(WithheldOrgans(run: run, number: round))
        return Dictionary(uniqueKeysWithValues: found.map { ($0.organ, $0.reason) })
    }

    /// Points organs (nil: all) of a run back to a published round (nil: to none), at a new revision.
    ///
    /// - Returns: false where they point there already; no revision is drawn then.
    /// - Throws: `CatalogError.notPublished` for a round that is none of the run's published ones.
    @discardableResult
    public func rollBack(run: String, organs: [OrganKey]?, to round: Int?, reason: String) async throws -> Bool {
        let id = try await requireRun(run)
        var target: RoundID?
        if let round {
            let published = try await connection.run(PublishedRounds(run: id))
            target = published.first { $0.number == round }?.id
            if target == nil {
                throw CatalogError.notPublished(run: run, round: round, published: published.map(\.number))
            }
        }
        let rollBack = RollBack(run: id, organs: organs, round: target, program: program, reason: reason)
        return try await connection.one(rollBack) != nil
    }

    /// Makes a run the catalogue's current one, whose pseudo labels show.
    ///
    /// - Parameter reason: kept with the activity; no patient data.
    /// - Returns: false where it is that already; no revision is drawn then.
    @discardableResult
    public func adopt(run: String, reason: String? = nil) async throws -> Bool {
        try await connection.one(AdoptRun(run: requireRun(run), program: program, reason: reason)) != nil
    }

    /// The run whose pseudo labels show; nil where none is adopted.
    public func currentRun() async throws -> String? { try await connection.first(CurrentRun()) }

    @discardableResult
    public func requireRun(_ name: String) async throws -> RunID {
        guard let run = try await connection.first(FindRunID(name: name)) else { throw CatalogError.unknownRun(name) }
        return run
    }
}
