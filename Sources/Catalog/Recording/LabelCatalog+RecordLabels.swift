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
    /// Writes the labels that differ from the case's earlier ones, and retracts those that the files no longer contain.
    ///
    /// A label of the release that contradicts an annotation of equal rank and origin, one of the two being absent, is held: recorded
    /// as a proposal, and the case's earlier label is retracted. So is the label of an organ that another case of the same scan in
    /// the release labels already.
    ///
    /// - Parameters:
    ///   - annotator: the annotator whose labels they are, which are recorded as proposed ones; empty: the release itself.
    ///   - files: the case's label files with their ids; labels that were read from other files too are not retracted.
    ///   - acceptance: which contradicting labels are not held, and which held ones become ordinary annotations.
    ///   - isNewVolume: whether the volume has no other annotations.
    func writeLabels(
        _ labels: [LabelRecord], by annotator: String = "", files: [(record: FileRecord, id: Int64)],
        of source: SourceID, in volume: VolumeID, _ context: CaseContext,
        acceptance: ContradictionAcceptance = .none, isNewVolume: Bool = false, _ change: inout PendingChange
    ) async throws -> WrittenLabels {
        precondition(
            annotator.isEmpty || labels.allSatisfy { $0.status != .pseudo }, "annotators have no model-made labels")
        let earlier = try await connection.run(
            LabelsOfRelease(volume: volume, release: context.release.release, rater: annotator, source: source))
        var decisions = LabelDecisions.ordinary
        if annotator.isEmpty && !isNewVolume {
            let others = try await connection.run(
                LabelsOfOtherCases(volume: volume, release: context.release.release, source: source))
            decisions = LabelDecisions(acceptance: acceptance, others: others)
        }
        let labels = decisions.recordable(labels)
        let changes = LabelChanges(
            from: earlier, to: labels, readFrom: Set(files.map(\.record.path)), released: decisions.released(labels))
        guard !changes.isEmpty else { return WrittenLabels() }
        if annotator.isEmpty && !isNewVolume {
            decisions.note(try await competing(with: changes.annotations, volume, context))
        }
        let batch = LabelBatch(
            volume: volume, release: context.release.release, source: source, rater: annotator,
            activity: context.activity, change: try await change.id(on: connection), files: files.map(\.id))
        let masks = try await writeMasks(changes.new.filter { $0.mask != nil }, batch, changes)
        let held = try await writeAnnotations(changes, decisions, masks, batch)
        let models = changes.shippedLabels
        if !models.isEmpty {
            try await connection.run(
                InsertShippedLabels(batch: batch, labels: models, masks: models.map { masks.mask(of: $0) }))
        }
        return WrittenLabels(
            written: changes.new.count, takenBack: changes.missing.map(\.organ),
            held: held)
    }

    /// The best annotations of other sources.
    private func competing(
        with labels: [LabelRecord], _ volume: VolumeID, _ context: CaseContext
    ) async throws -> [CompetingAnnotation] {
        let claims = labels.filter { $0.status != .unlabelled }.map(LabelClaim.init)
        guard !claims.isEmpty else { return [] }
        return try await connection.run(
            CompetingAnnotations(volume: volume, place: CasePlace(context.release), claims: claims))
    }

    /// Writes annotations as ordinary or proposed ones. Where the case's earlier label was of the other kind, it is retracted.
    /// - Returns: organs whose labels wait for a decision.
    private func writeAnnotations(
        _ changes: LabelChanges, _ decisions: LabelDecisions, _ masks: WrittenMasks, _ batch: LabelBatch
    ) async throws -> [OrganKey] {
        let labels = changes.annotations
        guard !labels.isEmpty else { return [] }
        let decided = labels.map {
            decisions.decision(on: $0, wasHeld: changes.earlier[$0.organ]?.isHeld == true)
        }
        let proposed = decided.map { $0 == .held || !batch.rater.isEmpty }
        let rivals = zip(labels, decided).compactMap { $1 == .accepted ? decisions.replaced(by: $0) : nil }
        if !rivals.isEmpty {
            try await connection.run(HoldAnnotations(annotations: rivals, change: batch.change))
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
                    parents: replaced.map(\.annotation), proposed: replaced.map(\.isHeld),
                    accepted: replaced.map { _ in false }))
        }
        try await connection.run(
            InsertAnnotations(
                batch: batch, labels: labels, masks: labels.map { masks.mask(of: $0) },
                parents: labels.map { changes.earlier[$0.organ]?.annotation }, proposed: proposed,
                accepted: decided.map { $0 == .accepted }))
        return zip(labels, decided).compactMap { label, decision in
            decision == .held && label.status != .unlabelled && decisions.isContradiction(label) ? label.organ : nil
        }
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
    /// The case.
    let source: SourceID
    /// Empty for the release's own labels.
    let rater: String
    let activity: ActivityID
    let change: ChangeID
    let files: [Int64]

    func files(of labels: [LabelRecord]) -> [Int64?] { labels.map { $0.file.map { files[$0] } } }
}
