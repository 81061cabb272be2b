public import Domain
import Postgres

/// A round as `lacuna round list` shows it.
public struct RoundRow: Sendable, Hashable {
    public let run: String
    public let round: Int
    public let gamma: Double?
    public let state: String
    /// The revision at which its labels became visible; nil before, and for a round that publishes none.
    public let revision: Revision?
    public let checkpoint: CheckpointID?
    /// Mean Dice on held-out volumes by organ.
    public let dice: [OrganKey: Double]
    /// The number of volumes in each mean: those in which the organ is annotated or was predicted.
    public let diceVolumes: [OrganKey: Int]
    /// The number of pseudo labels published.
    public let published: Int
    /// Whether a checkpoint of it was trained on subjects found to be held out, or on data removed since.
    public let isContaminated: Bool
    /// Whether its labels are hidden because it was trained on data removed since.
    public let isRecalled: Bool
    /// Whether its run is the one whose pseudo labels are visible.
    public let isCurrent: Bool
}

/// The confidence of a round's labels of an organ.
public struct RoundConfidenceRow: Sendable, Hashable {
    public let run: String
    public let round: Int
    public let organ: OrganKey
    public let labels: Int
    /// Nil where every mask of the organ is empty.
    public let median: Double?
    public let lowest: Double?
    public let highest: Double?
    /// The medians of the soft Dice, the predicted Dice and the bounds of its interval; nil where none was measured.
    public let quality: MaskQuality?
}

extension LabelCatalog {
    /// Rounds in the order of runs and numbers; nil: of all runs.
    public func rounds(run: String? = nil) async throws -> [RoundRow] {
        if let run { try await requireRun(run) }
        let dice = try await connection.run(DiceOfRun(run: run))
        let byRound = Dictionary(grouping: dice) { $0.round }
        return try await connection.run(ListRounds(run: run)).map { found in
            let organs = byRound[found.id] ?? []
            return RoundRow(
                run: found.run, round: found.number, gamma: found.gamma, state: found.state, revision: found.revision,
                checkpoint: found.checkpoint,
                dice: Dictionary(uniqueKeysWithValues: organs.map { ($0.organ, $0.dice) }),
                diceVolumes: Dictionary(uniqueKeysWithValues: organs.map { ($0.organ, $0.volumes) }),
                published: found.published, isContaminated: found.contaminated, isRecalled: found.isRecalled,
                isCurrent: found.isCurrent)
        }
    }

    /// Confidence by round and organ, of published rounds.
    public func confidence(run: String? = nil) async throws -> [RoundConfidenceRow] {
        if let run { try await requireRun(run) }
        return try await connection.run(RoundConfidences(run: run))
    }

    /// The class mapping of a run: the organs whose annotations it uses for an organ, the preferred one first.
    public func mergedOrgans(run: String) async throws -> [OrganKey: [OrganKey]] {
        Dictionary(grouping: try await connection.run(ClassMappingOfRun(run: run))) { $0.organ }
            .mapValues { $0.map(\.accepted) }
    }

    /// The organs that a published round withheld, each with the reason.
    public func withheld(run: String, round: Int) async throws -> [OrganKey: String] {
        let found = try await connection.run(WithheldOrgans(run: run, number: round))
        return Dictionary(uniqueKeysWithValues: found.map { ($0.organ, $0.reason) })
    }

    /// Points organs (nil: all) of a run back to a published round (nil: to none), at a new revision.
    ///
    /// - Returns: false, and no new revision, where they point there already.
    /// - Throws: `CatalogError.notPublished` for a round that the run has not published.
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

    /// Whether a run is neither finished nor cancelled.
    /// - Throws: `CatalogError.unknownRun`.
    public func isOpen(run: String) async throws -> Bool {
        try await connection.one(IsOpenRun(run: try await requireRun(run)))
    }

    /// Makes a run the catalogue's current one, whose pseudo labels are visible.
    ///
    /// - Parameter reason: recorded with the activity; no patient data.
    /// - Returns: false, and no new revision, where it is the current run already.
    @discardableResult
    public func adopt(run: String, reason: String? = nil) async throws -> Bool {
        try await connection.one(AdoptRun(run: requireRun(run), program: program, reason: reason)) != nil
    }

    /// The run whose pseudo labels are visible; nil where none is adopted.
    public func currentRun() async throws -> String? { try await connection.first(CurrentRun()) }

    @discardableResult
    public func requireRun(_ name: String) async throws -> RunID {
        guard let run = try await connection.first(FindRunID(name: name)) else {
            let names = Set(try await connection.run(ListRounds(run: nil)).map(\.run))
            throw CatalogError.unknownRun(name, nearest: Spelling.nearest(to: name, among: names))
        }
        return run
    }
}
