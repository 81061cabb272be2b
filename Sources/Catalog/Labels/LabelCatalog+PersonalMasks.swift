public import Domain
public import Postgres

/// An annotation of one organ in one volume by a person, or by a consensus that a person requested.
public struct PersonalAnnotation: Sendable {
    public var volume: VolumeID
    public var organ: OrganKey
    /// Empty: no rater named. The newest annotation of each rater is current for that rater.
    public var rater: String
    /// `expert`, `assisted` or `reviewed`.
    public var origin: LabelOrigin
    /// The masks that it was computed from, for the lineage.
    public var inputs: [MaskID]
    /// Whether it is proposed only and never becomes current.
    public var isProposed: Bool

    public init(
        volume: VolumeID, organ: OrganKey, rater: String, origin: LabelOrigin, inputs: [MaskID] = [],
        isProposed: Bool = false
    ) {
        precondition(origin != .model, "a person's annotation is not model-made")
        (self.volume, self.organ, self.rater, self.origin) = (volume, organ, rater, origin)
        (self.inputs, self.isProposed) = (inputs, isProposed)
    }
}

/// A person's mask as it is stored, and where it is complete.
public struct AnnotationContent: Sendable, Hashable {
    public var mask: StoredMask
    /// In canonical voxels; nil: everywhere.
    public var extent: VoxelBox?

    public init(mask: StoredMask, extent: VoxelBox? = nil) { (self.mask, self.extent) = (mask, extent) }
}

/// The result of recording a person's annotation.
public struct RecordedAnnotation: Sendable, Hashable {
    /// Nil for an absence.
    public let mask: MaskID?
    /// As it was stored; nil for an absence.
    public let content: AnnotationContent?
    /// False where it equals the rater's newest annotation; nothing was written then.
    public let isNew: Bool
    /// Whether it is the current annotation now.
    public let isCurrent: Bool
}

extension LabelCatalog {
    /// Records a person's mask, or an absence, as a new version whose parent is the mask that was current before.
    ///
    /// - Parameters:
    ///   - kind: `correction` for a person's own mask, `review` for a computed one.
    ///   - parameters: a JSON object with the reason; no patient data.
    ///   - store: gets the current label, stores the mask's bytes and returns their record; nil: the organ is absent. It runs
    ///     inside the transaction, under the lock that excludes the sweep.
    /// - Throws: `CatalogError.unknownOrgan`, `.withheldVolume`.
    public func record(
        _ annotation: PersonalAnnotation, kind: ActivityKind, parameters: JSONText,
        storing store: (CurrentLabel?) async throws -> AnnotationContent?
    ) async throws -> RecordedAnnotation {
        try await require(annotation.organ)
        try await requireUse(of: annotation.volume)
        return try await connection.transaction { connection in
            try await connection.run(LockObjectsShared())
            try await connection.run(LockPointersShared())
            let content = try await store(
                try await connection.first(FindCountingLabel(volume: annotation.volume, organ: annotation.organ)))
            let before = try await connection.first(AnnotationOfRater(annotation: annotation))
            let status: LabelStatus = content == nil ? .absent : .annotated
            if let before, before.isSame(status, content), before.origin == annotation.origin {
                return RecordedAnnotation(
                    mask: before.mask, content: content, isNew: false, isCurrent: before.isCurrent)
            }
            let activity = try await startActivity(kind, parameters: parameters)
            let change = try await connection.one(InsertChange(activity: activity))
            var mask: MaskID?
            if let stored = content?.mask {
                try await connection.run(StoreObjects(masks: [stored]))
                let inserted = try await connection.one(
                    InsertMask(annotation: annotation, mask: stored, activity: activity))
                try await connection.run(InsertMaskInputs(mask: inserted, inputs: annotation.inputs))
                mask = inserted
            }
            let made = try await connection.one(
                InsertPersonalAnnotation(
                    annotation: annotation, status: status, mask: mask, extent: content?.extent,
                    parent: before?.annotation, change: change))
            return RecordedAnnotation(
                mask: mask, content: content, isNew: true,
                isCurrent: try await connection.one(AnnotationIsCurrent(annotation: made)))
        }
    }

    /// Undoes the newest correction of (volume, organ), by `label set` or `mask import`, with a correction that restores the versions
    /// before it. Undoing twice repeats the correction. Newer annotations of the same source stay.
    ///
    /// - Parameter parameters: a JSON object with the reason; no patient data.
    /// - Returns: the number of annotations written; 0 where there is nothing to undo.
    public func undoCorrection(volume: VolumeID, organ: OrganKey, parameters: JSONText) async throws -> Int {
        try await require(organ)
        return try await connection.transaction { connection in
            try await connection.run(LockPointersShared())
            let undone = try await connection.run(NewestCorrection(volume: volume, organ: organ))
            guard !undone.isEmpty else { return 0 }
            let activity = try await startActivity(.correction, parameters: parameters)
            let change = try await connection.one(InsertChange(activity: activity))
            try await connection.run(UndoAnnotations(annotations: undone, change: change))
            return undone.count
        }
    }
}
