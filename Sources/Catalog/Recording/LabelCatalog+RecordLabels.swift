import Domain
import Postgres

/// What writing the labels of a case, or of an annotator of it, changed.
struct WrittenLabels {
    /// Labels that are new or differ.
    var written = 0
    /// Organs whose labels the files no longer contain.
    var takenBack: [OrganKey] = []
    /// Organs whose labels are held for a decision.
    var held: [OrganKey] = []
}

extension LabelCatalog {
    /// Writes the labels that differ from the release's earlier ones, and retracts those that the files no longer contain.
    ///
    /// A label of the release that contradicts an annotation of equal rank and origin, one of the two being absent, is held: recorded
    /// as a proposal, and the release's earlier label is retracted.
    ///
    /// - Parameters:
    ///   - annotator: the annotator whose labels they are, which are recorded as proposed ones; empty: the release itself.
    ///   - files: the case's label files with their ids; labels that were read from other files too are not retracted.
    ///   - accepting: whether contradicting labels are not held, and held ones become ordinary annotations.
    ///   - isNewVolume: whether the volume has no other annotations.
    func writeLabels(
        _ labels: [LabelRecord], by annotator: String = "", files: [(record: FileRecord, id: Int64)], volume: VolumeID,
        _ context: CaseContext, accepting: Bool = false, isNewVolume: Bool = false, _ change: inout PendingChange
    ) async throws -> WrittenLabels {
        precondition(
            annotator.isEmpty || labels.allSatisfy { $0.status != .pseudo }, "annotators have no model-made labels")
        let earlier = try await connection.run(
            LabelsOfRelease(volume: volume, release: context.release.release, rater: annotator))
        let changes = LabelChanges(
            from: earlier, to: labels, readFrom: Set(files.map(\.record.path)), releasing: accepting)
        guard !changes.isEmpty else { return WrittenLabels() }
        var held: Set<OrganKey> = []
        if annotator.isEmpty && !accepting && !isNewVolume {
            held = try await heldOrgans(of: changes.annotations, volume, context)
        }
        let batch = LabelBatch(
            volume: volume, release: context.release.release, rater: annotator, activity: context.activity,
            change: try await change.id(on: connection), files: files.map(\.id))
        let masks = try await writeMasks(changes.new.filter { $0.mask != nil }, batch, changes)
        try await writeAnnotations(changes, held: held, masks, batch)
        let models = changes.shippedLabels
        if !models.isEmpty {
            try await connection.run(
                InsertShippedLabels(batch: batch, labels: models, masks: models.map { masks.mask(of: $0) }))
        }
        return WrittenLabels(
            written: changes.new.count, takenBack: changes.missing.map(\.organ),
            held: changes.annotations.map(\.organ).filter(held.contains))
    }

    /// The organs whose labels the policy would hold.
    private func heldOrgans(
        of labels: [LabelRecord], _ volume: VolumeID, _ context: CaseContext
    ) async throws -> Set<OrganKey> {
        let claims = labels.filter { $0.status != .unlabelled }.map(LabelClaim.init)
        guard !claims.isEmpty else { return [] }
        let found = try await connection.run(
            CompetingAnnotations(volume: volume, place: CasePlace(context.release), claims: claims))
        return Set(found.filter { $0.choice == .held }.map(\.organ))
    }

    /// Writes annotations as ordinary or proposed ones. Where the release's earlier label was of the other kind, it is retracted.
    private func writeAnnotations(
        _ changes: LabelChanges, held: Set<OrganKey>, _ masks: WrittenMasks, _ batch: LabelBatch
    ) async throws {
        let labels = changes.annotations
        guard !labels.isEmpty else { return }
        let proposed = labels.map { label in
            !batch.rater.isEmpty || held.contains(label.organ)
                || label.status == .unlabelled && changes.earlier[label.organ]?.isHeld == true
        }
        let replaced = zip(labels, proposed).compactMap { label, isProposed in
            changes.earlier[label.organ].flatMap {
                $0.isAnnotation && $0.isCurrent && batch.rater.isEmpty && $0.isHeld != isProposed ? $0 : nil
            }
        }
        // First, so that the release's newest row is its label and not the retraction.
        if !replaced.isEmpty {
            try await connection.run(
                InsertAnnotations(
                    batch: batch, labels: replaced.map(\.retraction), masks: replaced.map { _ in nil },
                    parents: replaced.map(\.annotation), proposed: replaced.map(\.isHeld)))
        }
        try await connection.run(
            InsertAnnotations(
                batch: batch, labels: labels, masks: labels.map { masks.mask(of: $0) },
                parents: labels.map { changes.earlier[$0.organ]?.annotation }, proposed: proposed))
    }

    /// The masks of labels, each of which has one; a label that was held keeps its mask.
    private func writeMasks(
        _ labels: [LabelRecord], _ batch: LabelBatch, _ changes: LabelChanges
    ) async throws -> WrittenMasks {
        let kept = labels.compactMap { label in changes.maskKept(by: label).map { (label.organ, $0) } }
        var written = WrittenMasks(byOrgan: Dictionary(uniqueKeysWithValues: kept))
        let labels = labels.filter { written.byOrgan[$0.organ] == nil }
        guard !labels.isEmpty else { return written }
        try await connection.run(StoreObjects(masks: labels.compactMap(\.mask)))
        let made = try await connection.run(
            InsertMasks(batch: batch, labels: labels, parents: labels.map { changes.earlier[$0.organ]?.mask }))
        let masks = Dictionary(uniqueKeysWithValues: made)
        let centred = labels.compactMap { label in
            label.mask?.centre.flatMap { centre in masks[label.organ].map { MaskCentre(mask: $0, centre: centre) } }
        }
        if !centred.isEmpty { try await connection.run(InsertMaskCentres(centres: centred)) }
        let further = labels.flatMap { label in label.otherFiles.map { (masks[label.organ], batch.files[$0]) } }
        if !further.isEmpty {
            try await connection.run(InsertMaskFiles(masks: further.compactMap(\.0), files: further.map(\.1)))
        }
        written.byOrgan.merge(masks) { _, new in new }
        return written
    }
}

/// The masks of the labels of one case.
private struct WrittenMasks {
    var byOrgan: [OrganKey: MaskID]

    /// Nil for a label without a mask.
    func mask(of label: LabelRecord) -> MaskID? { label.mask == nil ? nil : byOrgan[label.organ] }
}

/// What the labels of one case have in common.
struct LabelBatch {
    let volume: VolumeID
    let release: Int32
    /// Empty for the release's own labels.
    let rater: String
    let activity: ActivityID
    let change: ChangeID
    let files: [Int64]

    func files(of labels: [LabelRecord]) -> [Int64?] { labels.map { $0.file.map { files[$0] } } }
}
