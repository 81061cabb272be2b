public import Domain
public import Postgres

/// Everything that the catalogue records of how a round was made.
public struct RoundDetails: Sendable, Hashable {
    public let id: RoundID
    public let run: String
    public let number: Int
    public let gamma: Double?
    public let state: String
    /// The results as the daemon stores them, a JSON object.
    public let record: JSONText
    /// The configuration of the run, a JSON object.
    public let configuration: JSONText
    /// SHA-256 of the configuration's canonical text.
    public let configDigest: Digest
    public let seed: Int
    public let split: String
    public let origins: [String]
    public let modalities: [String]
    public let trainsUnassigned: Bool
    /// The run uses the annotations as of this revision.
    public let snapshotRevision: Revision
    /// The revision at which the round's labels became visible; nil before, and for a round that publishes none.
    public let publishedRevision: Revision?
    /// The revision of the rollback that cancelled the run; nil where none did.
    public let cancelledRevision: Revision?
    public let isFinished: Bool
    public let isContaminated: Bool
    /// Whether its labels are hidden because it was trained on data removed since.
    public let isRecalled: Bool
    /// The pseudo masks that it staged or published.
    public let masks: Int
    /// The volumes of these masks.
    public let maskedVolumes: Int
    /// The activity that made it, with the login and the program that started it.
    public let activity: ActivityID
    public let agent: String
    public let program: String
}

/// The annotations of a part in the snapshot of a run.
public struct SnapshotPart: Sendable, Hashable {
    public let part: SplitPart
    public let subjects: Int
    public let volumes: Int
    /// Pairs of volume and organ with an annotation.
    public let annotations: Int
}

/// A checkpoint of a round, with or without its bytes.
public struct RoundCheckpoint: Sendable, Hashable {
    public let id: CheckpointID
    public let kind: String
    public let step: Int
    public let object: Digest
    public let bytes: Int
    /// `damaged` or `pruned`; nil: its bytes are stored.
    public let removal: String?
    /// ISO 8601, in UTC.
    public let time: String
}

/// A state that a round entered.
public struct RoundHistoryEvent: Sendable, Hashable {
    /// ISO 8601, in UTC.
    public let time: String
    public let state: String
    /// Host and process of the daemon; nil where none held the run.
    public let worker: String?
    public let login: String
    /// Why the round failed.
    public let reason: String?
}

extension LabelCatalog {
    /// Nil where the run has no such round.
    /// - Throws: `CatalogError.unknownRun`.
    public func roundDetails(run: String, round: Int) async throws -> RoundDetails? {
        try await connection.first(FindRoundDetails(run: try await requireRun(run), round: round))
    }

    /// The annotations that the run uses, by part.
    public func snapshotParts(run: String) async throws -> [SnapshotPart] {
        try await connection.run(SnapshotPartsOfRun(run: try await requireRun(run)))
    }

    /// The checkpoints of a round, by kind and step.
    public func checkpoints(of round: RoundID) async throws -> [RoundCheckpoint] {
        try await connection.run(CheckpointsOfRound(round: round))
    }

    /// The states that a round entered, in order.
    public func history(of round: RoundID) async throws -> [RoundHistoryEvent] {
        try await connection.run(HistoryOfRound(round: round))
    }
}
