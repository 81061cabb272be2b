public import Domain
public import Postgres

/// What a person, or a consensus that a person asked for, says of one organ in one volume.
public struct PersonalAnnotation: Sendable {
    public var volume: VolumeID
    public var organ: OrganKey
    /// Empty: no rater named. Of each rater the newest word counts.
    public var rater: String
    /// `expert`, `assisted` or `reviewed`.
    public var origin: LabelOrigin
    /// The masks that it was computed from, for the lineage.
    public var inputs: [MaskID]
    /// Whether it is recorded beside the others and never becomes current.
    public var isProposed: Bool

    public init(
        volume: VolumeID, organ: OrganKey, rater: String, origin: LabelOrigin, inputs: [MaskID] = [],
        isProposed: Bool = false
    ) {
        precondition(origin != .model, "a person's word is no model's")
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

/// What recording a person's word came to.
public struct RecordedAnnotation: Sendable, Hashable {
    /// Nil for an absence.
    public let mask: MaskID?
    /// As it was stored; nil for an absence.
    public let content: AnnotationContent?
    /// False where the rater said the same before; nothing was written then.
    public let isNew: Bool
    /// Whether it is the annotation that counts now.
    public let isCurrent: Bool
}

extension LabelCatalog {
    /// Records a person's mask, or with no mask an absence, as a new version whose parent is the mask that counted before.
    ///
    /// - Parameters:
    ///   - kind: `correction` for a person's own mask, `review` for a computed one.
    ///   - parameters: a JSON object with the reason; no patient data.
    ///   - store: is given what counts so far, makes the mask's bytes durable and returns what names them; nil: the organ is
    ///     absent. It runs inside the transaction, under the lock that keeps the sweep away.
    /// - Throws: `CatalogError.unknownOrgan`, `.withheldVolume`.
    public func record(
        _ word: PersonalAnnotation, kind: ActivityKind, parameters: JSONText,
        storing store: (CountingLabel?) async throws -> AnnotationContent?
    ) async throws -> RecordedAnnotation {
        try await require(word.organ)
        try await requireUse(of: word.volume)
        return try await connection.transaction { connection in
            try await connection.run(LockObjectsShared())
            try await connection.run(LockPointersShared())
            let content = try await store(
                try await connection.first(FindCountingLabel(volume: word.volume, organ: word.organ)))
            let before = try await connection.first(AnnotationOfRater(word: word))
            let status: LabelStatus = content == nil ? .absent : .annotated
            if let before, before.says(status, content), before.origin == word.origin {
                return RecordedAnnotation(mask: before.mask, content: content, isNew: false, isCurrent: before.isCurrent)
            }
            let activity = try await startActivity(kind, parameters: parameters)
            let change = try await connection.one(InsertChange(activity: activity))
            var mask: MaskID?
            if let stored = content?.mask {
                try await connection.run(InsertObjects(masks: [stored]))
                let made = try await connection.one(InsertMask(word: word, mask: stored, activity: activity))
                try await connection.run(InsertMaskInputs(mask: made, inputs: word.inputs))
                mask = made
            }
            let annotation = try await connection.one(
                InsertPersonalAnnotation(
                    word: word, status: status, mask: mask, extent: content?.extent, parent: before?.annotation,
                    change: change))
            return RecordedAnnotation(
                mask: mask, content: content, isNew: true,
                isCurrent: try await connection.one(AnnotationIsCurrent(annotation: annotation)))
        }
    }

    /// Undoes the newest correction of (volume, organ), `label set` or `mask import`, by a correction that says what was said
    /// before it. Undoing twice does it again. What was said since by the same release or rater stays.
    ///
    /// - Parameter parameters: a JSON object with the reason; no patient data.
    /// - Returns: how many annotations were written; 0 where there is nothing to undo.
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
