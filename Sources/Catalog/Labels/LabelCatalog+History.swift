public import Domain
import Postgres

/// One change of the labels of (volume, organ): what was recorded, by whom, when and why.
public struct LabelEvent: Sendable, Hashable {
    /// Nil for a status without a mask.
    public let mask: MaskID?
    public let parent: MaskID?
    public let status: LabelStatus
    public let origin: LabelOrigin
    /// The dataset of the label; nil for a person and for a round.
    public let dataset: String?
    /// The rater; empty for an unnamed person, nil for a release, a round and a partition by side.
    public let rater: String?
    /// `run/number`.
    public let round: String?
    public let confidence: Double?
    public let quality: MaskQuality?
    public let voxels: Int?
    public let revision: Revision
    /// ISO 8601, UTC.
    public let time: String
    /// The database login of who did it.
    public let who: String
    /// The operating system's user who ran the program; nil where it was not recorded.
    public let account: String?
    public let activity: ActivityID
    /// The kind of the activity: `import`, `training`, `correction`, `rollback`, …
    public let kind: String
    public let reason: String?
    /// Whether it is a proposal: a drawing, a consensus that was not adopted, or a label of a release that is held for a decision.
    public let isProposed: Bool
    /// Whether it is the current label.
    public let isCurrent: Bool
    /// The status of the current label after the change, which may be another label.
    public let statusAfter: LabelStatus
    public let maskAfter: MaskID?
}

extension LabelCatalog {
    /// All changes of the labels of (volume, organ), in the order of revisions: annotations, absences and retractions, shipped labels,
    /// publications and rollbacks of rounds.
    public func history(volume: VolumeID, organ: OrganKey) async throws -> [LabelEvent] {
        try await require(organ)
        return try await connection.run(LabelHistory(volume: volume, organ: organ))
    }
}
