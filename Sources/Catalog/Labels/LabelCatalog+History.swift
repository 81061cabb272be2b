public import Domain
import Postgres

/// One thing that was said of (volume, organ), with who said it, when and why.
public struct LabelEvent: Sendable, Hashable {
    /// Nil where the status needs none.
    public let mask: MaskID?
    public let parent: MaskID?
    public let status: LabelStatus
    public let origin: LabelOrigin
    /// The dataset whose release says it; nil for a person's word and for a round.
    public let dataset: String?
    /// Whose word it is; empty where no rater was named, nil for a release's word and for a round.
    public let rater: String?
    /// `run/number`.
    public let round: String?
    public let confidence: Double?
    public let voxels: Int?
    public let revision: Revision
    /// ISO 8601, UTC.
    public let time: String
    /// The database login of who did it.
    public let who: String
    /// The operating system's user who ran the program; nil where it was not kept.
    public let account: String?
    public let activity: ActivityID
    /// What was done: `import`, `training`, `correction`, `rollback`, …
    public let kind: String
    public let reason: String?
    /// Whether this is what shows now.
    public let isCurrent: Bool
    /// What counted once it was said, be it this or another word.
    public let statusAfter: LabelStatus
    public let maskAfter: MaskID?
}

extension LabelCatalog {
    /// Everything that was ever said of (volume, organ), in the order of revisions: annotations, absences and what took them
    /// back, labels that releases shipped, publications and rollbacks of rounds.
    public func history(volume: VolumeID, organ: OrganKey) async throws -> [LabelEvent] {
        try await require(organ)
        return try await connection.run(LabelHistory(volume: volume, organ: organ))
    }
}
