import Domain
import Postgres

extension LabelCatalog {
    /// Finds or creates the volume of that identity. Where the case has another subject than the volume, the two are merged.
    func ensureVolume(
        _ source: SourceRecord, _ context: CaseContext, _ change: inout PendingChange
    ) async throws -> (VolumeID, isNew: Bool, merge: SubjectMerge?) {
        let dataset = context.release.dataset
        let alias = try await connection.one(LockSubject(dataset: dataset, key: source.subjectKey))
        if let volume = try await connection.one(LockVolume(identity: source.identity)) {
            guard let alias else {
                try await connection.run(
                    InsertSubjectAlias(dataset: dataset, key: source.subjectKey, subject: volume.subject))
                return (volume.id, false, nil)
            }
            guard alias != volume.subject else { return (volume.id, false, nil) }
            return (volume.id, false, try await merge(alias, volume.subject, change.id(on: connection)))
        }
        let subject: SubjectID
        if let alias {
            subject = alias
        } else {
            subject = try await connection.one(InsertSubject(dataset: dataset, key: source.subjectKey))
            try await connection.run(InsertSubjectAlias(dataset: dataset, key: source.subjectKey, subject: subject))
        }
        let volume = try await connection.one(
            InsertVolume(source: source, subject: subject, change: change.id(on: connection)))
        if let descriptor = source.descriptor { try await record(descriptor, of: volume) }
        return (volume, true, nil)
    }

    /// Sets the modality of a volume of unknown modality. Returns false where it was known.
    func setUnknown(modality: String, of volume: VolumeID) async throws -> Bool {
        try await connection.one(SetUnknownModality(volume: volume, modality: modality))
    }

    func ensureSource(
        _ source: SourceRecord, _ volume: VolumeID, _ context: CaseContext, _ change: inout PendingChange
    ) async throws -> (SourceID, isNew: Bool) {
        let find = FindSource(release: context.release.release, caseName: source.caseName, volume: volume)
        if let known = try await connection.first(find) { return (known, false) }
        let made = try await connection.one(
            InsertSource(
                source: source, volume: volume, release: context.release.release, change: change.id(on: connection)))
        return (made, true)
    }

    /// Ids of the files, in the order given, and the number of new ones; a file with the same checksum as before keeps its row.
    func ensureLabelFiles(
        _ files: [FileRecord], _ source: SourceID, _ change: inout PendingChange
    ) async throws -> (ids: [Int64], new: Int) {
        let known = try await connection.run(LabelFilesOfSource(source: source))
        var ids: [Int64] = []
        var new = 0
        for file in files {
            if let same = known.last(where: { $0.path == file.path && $0.sha256 == file.sha256 }) {
                ids.append(same.id)
            } else {
                new += 1
                ids.append(
                    try await connection.one(
                        InsertLabelFile(source: source, file: file, change: change.id(on: connection))))
            }
        }
        try await recordFlips(of: files, ids, change.activity)
        return (ids, new)
    }

    /// Records the accepted flips of the files that have one.
    private func recordFlips(of files: [FileRecord], _ ids: [Int64], _ activity: ActivityID) async throws {
        let flipped = zip(files, ids).compactMap { file, id in file.flip.map { (id: id, flip: $0) } }
        guard !flipped.isEmpty else { return }
        try await connection.run(InsertFlips(activity: activity, files: flipped.map(\.id), flips: flipped.map(\.flip)))
    }

    /// Writes the labels that differ from the release's earlier ones, and retracts those that the files no longer contain.
    ///
    /// - Parameters:
    ///   - annotator: the annotator whose labels they are, which are recorded as proposed ones; empty: the release itself.
    ///   - files: the case's label files with their ids; labels that were read from other files too are not retracted.
    /// - Returns: the number of labels written, and the organs of those retracted.
    func writeLabels(
        _ labels: [LabelRecord], by annotator: String = "", files: [(record: FileRecord, id: Int64)], volume: VolumeID,
        _ context: CaseContext, _ change: inout PendingChange
    ) async throws -> (written: Int, takenBack: [OrganKey]) {
        precondition(
            annotator.isEmpty || labels.allSatisfy { $0.status != .pseudo }, "annotators have no model-made labels")
        let earlier = try await connection.run(
            LabelsOfRelease(volume: volume, release: context.release.release, rater: annotator))
        let changes = LabelChanges(from: earlier, to: labels, readFrom: Set(files.map(\.record.path)))
        guard !changes.isEmpty else { return (0, []) }
        let batch = LabelBatch(
            volume: volume, release: context.release.release, rater: annotator, activity: context.activity,
            change: try await change.id(on: connection), files: files.map(\.id))
        let masks = try await writeMasks(changes.new.filter { $0.mask != nil }, batch, changes.earlier)
        func newMask(of label: LabelRecord) -> MaskID? { label.mask == nil ? nil : masks[label.organ] }
        let annotations = changes.annotations
        if !annotations.isEmpty {
            try await connection.run(
                InsertAnnotations(
                    batch: batch, labels: annotations, masks: annotations.map { newMask(of: $0) },
                    parents: annotations.map { changes.earlier[$0.organ]?.annotation }))
        }
        let models = changes.shippedLabels
        if !models.isEmpty {
            try await connection.run(
                InsertShippedLabels(batch: batch, labels: models, masks: models.map { newMask(of: $0) }))
        }
        return (changes.new.count, changes.missing.map(\.organ))
    }

    /// Each label has a mask.
    private func writeMasks(
        _ labels: [LabelRecord], _ batch: LabelBatch, _ before: [OrganKey: ReleaseAnnotation]
    ) async throws -> [OrganKey: MaskID] {
        guard !labels.isEmpty else { return [:] }
        try await connection.run(StoreObjects(masks: labels.compactMap(\.mask)))
        let made = try await connection.run(
            InsertMasks(batch: batch, labels: labels, parents: labels.map { before[$0.organ]?.mask }))
        let masks = Dictionary(uniqueKeysWithValues: made)
        let centred = labels.compactMap { label in
            label.mask?.centre.flatMap { centre in masks[label.organ].map { MaskCentre(mask: $0, centre: centre) } }
        }
        if !centred.isEmpty { try await connection.run(InsertMaskCentres(centres: centred)) }
        let further = labels.flatMap { label in label.otherFiles.map { (masks[label.organ], batch.files[$0]) } }
        if !further.isEmpty {
            try await connection.run(InsertMaskFiles(masks: further.compactMap(\.0), files: further.map(\.1)))
        }
        return masks
    }
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
