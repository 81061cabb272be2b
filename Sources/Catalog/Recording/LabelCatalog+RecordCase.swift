import Domain
import Postgres

extension LabelCatalog {
    /// The volume of that identity, created if it is new. A case with another subject than the volume merges the two subjects.
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
        let before = Dictionary(earlier.map { ($0.organ, $0) }, uniquingKeysWith: { _, last in last })
        let fresh = labels.filter { before[$0.organ]?.matches($0) != true }
        let (named, read) = (Set(labels.map(\.organ)), Set(files.map(\.record.path)))
        let missing = earlier.filter { label in
            label.isCurrent && !named.contains(label.organ) && !label.files.isEmpty
                && label.files.allSatisfy(read.contains)
        }
        guard !fresh.isEmpty || !missing.isEmpty else { return (0, []) }

        let batch = LabelBatch(
            volume: volume, release: context.release.release, rater: annotator, activity: context.activity,
            change: try await change.id(on: connection), files: files.map(\.id))
        let masks = try await writeMasks(fresh.filter { $0.mask != nil }, batch, before)
        let (shipped, annotated) = (fresh.filter { $0.status == .pseudo }, fresh.filter { $0.status != .pseudo })
        // An earlier label of the other kind is retracted: it would hide the new one, or appear when that is retracted.
        let over = shipped.compactMap { before[$0.organ] }.filter { $0.isCurrent && $0.isAnnotation }
        let under = annotated.compactMap { before[$0.organ] }.filter { $0.isCurrent && !$0.isAnnotation }
        let annotations = annotated + (over + missing.filter(\.isAnnotation)).map(\.retraction)
        if !annotations.isEmpty {
            try await connection.run(
                InsertAnnotations(
                    batch: batch, labels: annotations,
                    masks: annotations.map { $0.mask == nil ? nil : masks[$0.organ] },
                    parents: annotations.map { before[$0.organ]?.annotation }))
        }
        let models = shipped + (under + missing.filter { !$0.isAnnotation }).map(\.retraction)
        if !models.isEmpty {
            try await connection.run(
                InsertShippedLabels(
                    batch: batch, labels: models, masks: models.map { $0.mask == nil ? nil : masks[$0.organ] }))
        }
        return (fresh.count, missing.map(\.organ))
    }

    /// Each label has a mask.
    private func writeMasks(
        _ labels: [LabelRecord], _ batch: LabelBatch, _ before: [OrganKey: ReleaseAnnotation]
    ) async throws -> [OrganKey: MaskID] {
        guard !labels.isEmpty else { return [:] }
        try await connection.run(InsertObjects(masks: labels.compactMap(\.mask)))
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

/// The newest label of an organ by a release, or by an annotator of it.
struct ReleaseAnnotation {
    let organ: OrganKey
    let status: LabelStatus
    let origin: LabelOrigin
    let content: Digest?
    let mask: MaskID?
    let annotation: Int64?
    let extent: [Int32]?
    /// The label files that it was read from, relative to the release's root.
    let files: [String]

    func matches(_ label: LabelRecord) -> Bool {
        status == label.status && origin == label.origin && content == label.mask?.content
            && extent == label.extent?.bounds
    }

    /// Whether it is not retracted.
    var isCurrent: Bool { status != .unlabelled }
    /// Whether it is an annotation and not a model-made label.
    var isAnnotation: Bool { annotation != nil }

    var retraction: LabelRecord {
        LabelRecord(organ: organ, status: .unlabelled, origin: origin, mask: nil, file: nil)
    }
}
