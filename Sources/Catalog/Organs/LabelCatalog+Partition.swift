public import Domain
public import Postgres

/// The current composite label ("kidney", both sides) of a volume, with the labels of its sides.
public struct PartitionCandidate: Sendable, Hashable {
    public let volume: VolumeID
    public let shape: GridShape
    /// `DATASET/CASE` of the source that the annotation came with.
    public let caseName: String
    /// Of that source: canonical voxel indices to RAS+ millimetres.
    public let affine: Affine
    public let annotation: Int64
    /// `annotated`; `absent`, without a mask; `pseudo` for a model-made label that a release ships; or `unlabelled` where only sides
    /// are current and their composite label is not any more.
    public let status: LabelStatus
    public let mask: MaskLocation?
    /// Sides with a current label of another source.
    public let labelledSides: [OrganKey]
    /// The number of sides that were partitioned from this mask.
    public let dividedSides: Int
    /// The number of sides that were partitioned from an earlier mask.
    public let outdatedSides: Int
    /// Boxes of the current liver and spleen in canonical voxels, where both are known.
    public let liver: VoxelBox?
    public let spleen: VoxelBox?
}

/// The result of recording the sides of one composite label.
public enum RecordedPartition: Sendable, Hashable {
    case recorded([MaskID])
    /// The composite label is not current any more; nothing was written.
    case superseded
}

extension LabelCatalog {
    /// The volumes with a current label of a composite organ, by volume.
    ///
    /// - Parameters:
    ///   - sides: the organs that it is partitioned into.
    ///   - dataset: only labels of this dataset.
    ///   - volumes: only these; empty for all.
    public func partitionCandidates(
        of organ: OrganKey, into sides: [OrganKey], dataset: String? = nil, volumes: [VolumeID] = []
    ) async throws -> [PartitionCandidate] {
        if let dataset { try await requireDataset(dataset) }
        return try await connection.run(
            ListPartitionCandidates(organ: organ, sides: sides, dataset: dataset, volumes: volumes))
    }

    /// Records the sides of one composite label in a transaction of its own, at a new revision.
    ///
    /// The sides have its release, origin and extent, so that a withdrawal of it withholds them too, and its mask as their input.
    /// - Parameter store: stores the masks' bytes and returns the stored mask of each side. It runs inside the transaction,
    ///   under the lock that excludes the sweep.
    public func recordPartition(
        of candidate: PartitionCandidate, activity: ActivityID,
        storing store: () async throws -> [OrganKey: StoredMask]
    ) async throws -> RecordedPartition {
        guard let source = candidate.mask else { preconditionFailure("a label without a mask has no sides") }
        return try await connection.transaction { connection in
            try await connection.run(LockObjectsShared())
            try await connection.run(LockPointersShared())
            guard try await connection.one(AnnotationIsCurrent(annotation: candidate.annotation)) else {
                return .superseded
            }
            let stored = try await store().sorted { $0.key.rawValue < $1.key.rawValue }
            let change = try await connection.one(InsertChange(activity: activity))
            try await connection.run(StoreObjects(masks: stored.map(\.value)))
            let masks = try await connection.run(
                InsertPartitionMasks(
                    annotation: candidate.annotation, sides: stored.map(\.key), masks: stored.map(\.value),
                    activity: activity))
            for mask in masks { try await connection.run(InsertMaskInputs(mask: mask.1, inputs: [source.mask])) }
            try await connection.run(
                InsertPartitionAnnotations(
                    annotation: candidate.annotation, sides: masks.map(\.0), masks: masks.map(\.1), change: change))
            return .recorded(masks.map(\.1))
        }
    }

    /// Undoes a partition at one revision: each side gets the label back that it had before, unless the same source annotated it
    /// since. Undoing an undo repeats the partition.
    ///
    /// - Parameter parameters: a JSON object with the reason; no patient data.
    /// - Returns: the number of changed labels, and the new activity; nil where there was nothing to undo.
    /// - Throws: `CatalogError.noPartition` for an activity that is not a partition.
    public func undoPartition(
        _ activity: ActivityID, parameters: JSONText
    ) async throws -> (labels: Int, activity: ActivityID)? {
        guard try await connection.one(ActivityIsPartition(activity: activity)) else {
            throw CatalogError.noPartition(activity)
        }
        return try await connection.transaction { connection in
            try await connection.run(LockPointersShared())
            let sides = try await connection.run(AnnotationsOfPartition(activity: activity))
            guard !sides.isEmpty else { return nil }
            let undoing = try await startActivity(.partition, parameters: parameters)
            let change = try await connection.one(InsertChange(activity: undoing))
            try await connection.run(UndoAnnotations(annotations: sides, change: change))
            return (sides.count, undoing)
        }
    }
}
