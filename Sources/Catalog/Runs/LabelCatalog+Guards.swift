public import Domain
import Postgres

/// Two visible pseudo labels of different organs in one volume whose boxes meet.
public struct MeetingLabels: Sendable, Hashable {
    public let shape: GridShape
    public let organ: OrganKey
    public let mask: MaskLocation
    public let other: OrganKey
    public let otherMask: MaskLocation
}

extension LabelCatalog {
    /// How well the predicted Dice of a round agrees with the true one; nil where it was not recorded.
    public func quality(of round: RoundID) async throws -> RoundQuality? {
        try await connection.first(QualityOfRound(round: round))
    }

    /// The results of the guards of a round, by organ and guard.
    public func guards(of round: RoundID) async throws -> [GuardRecord] {
        try await connection.run(GuardsOfRound(round: round))
    }

    /// The organs of a round whose withheld masks a person released.
    public func overrides(of round: RoundID) async throws -> [OrganOverride] {
        try await connection.run(OverridesOfRound(round: round))
    }

    /// The number of masks that a round withheld, by organ, without released ones.
    public func withheldCounts(of round: RoundID) async throws -> [OrganKey: Int] {
        let found = try await connection.run(CountWithheldMasks(round: round))
        return Dictionary(uniqueKeysWithValues: found.map { ($0.organ, $0.masks) })
    }

    /// The masks of organs without voxels that a round withheld, without released ones.
    public func emptyWithheldCount(of round: RoundID, _ organs: [OrganKey]) async throws -> Int {
        try await connection.one(CountEmptyWithheldMasks(round: round, organs: organs))
    }

    /// The visible labels of a round whose boxes meet that of a visible pseudo label of another organ in the same volume, by volume.
    public func meetingLabels(
        of round: RoundID, _ pairs: [(organ: OrganKey, other: OrganKey)]
    ) async throws -> [MeetingLabels] {
        try await connection.run(ListMeetingLabels(round: round, pairs: pairs))
    }

    /// Releases the masks of organs that a published round of the current run withheld, as labels of that round at a new revision. Masks
    /// without voxels stay withheld.
    ///
    /// - Parameter reason: recorded with the activity; no patient data.
    /// - Throws: `CatalogError.unknownRun`, `.notPublished`; SQLSTATE LA005 for an organ that the round did not withhold, that is
    ///   released already or that a later round published, and for a run that is not the current one; LA004 for an organ that the run
    ///   does not learn; LA010 for a round that is recalled.
    public func override(run: String, round: Int, organs: [OrganKey], reason: String) async throws {
        let published = try await connection.run(PublishedRounds(run: try await requireRun(run)))
        guard let found = published.first(where: { $0.number == round }) else {
            throw CatalogError.notPublished(run: run, round: round, published: published.map(\.number))
        }
        try await connection.run(
            OverrideOrgans(round: found.id, organs: organs, program: program, reason: reason))
    }
}
