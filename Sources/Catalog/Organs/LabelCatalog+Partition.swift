public import Domain
public import Postgres

/// A merged annotation ("kidney", both sides) that counts in a volume, with what is known of its sides.
public struct PartitionCandidate: Sendable, Hashable {
    public let volume: VolumeID
    public let shape: GridShape
    /// `DATASET/CASE` of the source that the annotation came with.
    public let caseName: String
    /// Of that source: canonical voxel indices to RAS+ millimetres.
    public let affine: Affine
    public let annotation: Int64
    /// `annotated`, or `absent` without a mask, or `pseudo` for a label that a release shipped as a model's, or
    /// `unlabelled` where only sides count that were divided from a label that counts no more.
    public let status: LabelStatus
    public let mask: MaskLocation?
    /// Sides about which another source says something that counts.
    public let labelledSides: [OrganKey]
    /// Sides whose standing labels were divided from this mask, or from another one before.
    public let dividedSides: Int
    public let outdatedSides: Int
    /// Boxes of the current liver and spleen in canonical voxels, where both are known.
    public let liver: VoxelBox?
    public let spleen: VoxelBox?
}

/// What dividing a merged annotation came to in one volume.
public enum RecordedPartition: Sendable, Hashable {
    case recorded([MaskID])
    /// The merged annotation no longer counts; nothing was written.
    case superseded
}

extension LabelCatalog {
    /// The rater under which divided labels stand beside what their release itself says.
    public static let partitionRater = "split"

    /// Every volume in which something is known of the merged organ, by volume.
    ///
    /// - Parameters:
    ///   - sides: the organs that it divides into.
    ///   - dataset: only labels of this dataset.
    ///   - volumes: only these; empty for all.
    public func partitionCandidates(
        of organ: OrganKey, into sides: [OrganKey], dataset: String? = nil, volumes: [VolumeID] = []
    ) async throws -> [PartitionCandidate] {
        if let dataset, try await !connection.one(DatasetExists(name: dataset)) {
            throw CatalogError.unknownDataset(dataset)
        }
        return try await connection.run(
            ListPartitionCandidates(organ: organ, sides: sides, dataset: dataset, volumes: volumes))
    }

    /// Records the sides of one merged annotation in a transaction of its own, at a new revision.
    ///
    /// They carry its release, origin and extent, so that whatever withholds it withholds them, and its mask as their input.
    /// - Parameter store: makes the masks' bytes durable and returns what names them, in the order of `sides`. It runs
    ///   inside the transaction, under the lock that keeps the sweep away.
    public func recordPartition(
        of candidate: PartitionCandidate, into sides: [OrganKey], activity: ActivityID,
        storing store: () async throws -> [StoredMask]
    ) async throws -> RecordedPartition {
        guard let source = candidate.mask else { preconditionFailure("what is divided has a mask") }
        return try await connection.transaction { connection in
            try await connection.run(LockObjectsShared())
            try await connection.run(LockPointersShared())
            guard try await connection.one(AnnotationIsCurrent(annotation: candidate.annotation)) else {
                return .superseded
            }
            let stored = try await store()
            let change = try await connection.one(InsertChange(activity: activity))
            try await connection.run(InsertObjects(masks: stored))
            let masks = try await connection.run(
                InsertPartitionMasks(
                    annotation: candidate.annotation, sides: sides, masks: stored, activity: activity))
            for mask in masks { try await connection.run(InsertMaskInputs(mask: mask.1, inputs: [source.mask])) }
            try await connection.run(
                InsertPartitionAnnotations(
                    annotation: candidate.annotation, sides: masks.map(\.0), masks: masks.map(\.1), change: change))
            return .recorded(masks.map(\.1))
        }
    }

    /// Takes back what a split wrote, at one revision: each label is again what it was before. What was said since then of
    /// the same organ by the same source stays. Undoing an undo does it again.
    ///
    /// - Parameter parameters: a JSON object with the reason; no patient data.
    /// - Returns: how many labels changed, and the activity that did it; nil where there was nothing to take back.
    /// - Throws: `CatalogError.noPartition` for an activity that is none.
    public func undoPartition(
        _ activity: ActivityID, parameters: JSONText
    ) async throws -> (labels: Int, activity: ActivityID)? {
        guard try await connection.one(ActivityIsPartition(activity: activity)) else {
            throw CatalogError.noPartition(activity)
        }
        return try await connection.transaction { connection in
            try await connection.run(LockPointersShared())
            let words = try await connection.run(WordsOfPartition(activity: activity))
            guard !words.isEmpty else { return nil }
            let undoing = try await startActivity(.partition, parameters: parameters)
            let change = try await connection.one(InsertChange(activity: undoing))
            try await connection.run(UndoAnnotations(annotations: words, change: change))
            return (words.count, undoing)
        }
    }
}
