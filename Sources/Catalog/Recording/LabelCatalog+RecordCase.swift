import Domain
import Postgres

extension LabelCatalog {
    /// The volume of that identity, made if it is new. A case whose subject differs from the volume's proves two subjects to be one.
    func ensureVolume(
        _ source: SourceRecord, _ context: CaseContext, _ change: inout PendingChange
    ) async throws -> (VolumeID, isNew: Bool, union: SubjectMerge?) {
        let dataset = context.release.dataset
        let alias = try await connection.one(LockSubject(dataset: dataset, key: source.subjectKey))
        if let volume = try await connection.one(LockVolume(identity: source.identity)) {
            guard let alias else {
                try await connection.run(
                    InsertSubjectAlias(dataset: dataset, key: source.subjectKey, subject: volume.subject))
                return (volume.id, false, nil)
            }
            guard alias != volume.subject else { return (volume.id, false, nil) }
            return (volume.id, false, try await unite(alias, volume.subject, change.id(on: connection)))
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

    /// States what a volume shows where nobody had said so. Returns whether that was new.
    func state(modality: String, of volume: VolumeID) async throws -> Bool {
        try await connection.one(StateModality(volume: volume, modality: modality))
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

    /// Ids of the files, in the order given, and how many are new; a file recorded with the same hash keeps its row.
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

    /// Writes the labels that differ from what the release said before, and takes back what the files, read anew, say no more.
    ///
    /// - Parameters:
    ///   - annotator: whose words they are, recorded beside the release's own as proposed ones; empty: the release's own.
    ///   - files: the case's label files with their ids; what other files said, or had a part in, stays.
    /// - Returns: how many were written, and the organs of those taken back.
    func writeLabels(
        _ labels: [LabelRecord], by annotator: String = "", files: [(record: FileRecord, id: Int64)], volume: VolumeID,
        _ context: CaseContext, _ change: inout PendingChange
    ) async throws -> (written: Int, takenBack: [OrganKey]) {
        precondition(annotator.isEmpty || labels.allSatisfy { $0.status != .pseudo }, "an annotator is no model")
        let words = try await connection.run(
            WordsOfRelease(volume: volume, release: context.release.release, rater: annotator))
        let before = Dictionary(words.map { ($0.organ, $0) }, uniquingKeysWith: { _, last in last })
        let fresh = labels.filter { before[$0.organ]?.says($0) != true }
        let (named, read) = (Set(labels.map(\.organ)), Set(files.map(\.record.path)))
        let silent = words.filter { word in
            word.stands && !named.contains(word.organ) && !word.files.isEmpty && word.files.allSatisfy(read.contains)
        }
        guard !fresh.isEmpty || !silent.isEmpty else { return (0, []) }

        let batch = LabelBatch(
            volume: volume, release: context.release.release, rater: annotator, activity: context.activity,
            change: try await change.id(on: connection), files: files.map(\.id))
        let masks = try await writeMasks(fresh.filter { $0.mask != nil }, batch, before)
        let (shipped, said) = (fresh.filter { $0.status == .pseudo }, fresh.filter { $0.status != .pseudo })
        // A word of the other kind would show where the new one goes, or hide it.
        let over = shipped.compactMap { before[$0.organ] }.filter { $0.stands && $0.isAnnotation }
        let under = said.compactMap { before[$0.organ] }.filter { $0.stands && !$0.isAnnotation }
        let annotations = said + (over + silent.filter(\.isAnnotation)).map(\.takenBack)
        if !annotations.isEmpty {
            try await connection.run(
                InsertAnnotations(
                    batch: batch, labels: annotations,
                    masks: annotations.map { $0.mask == nil ? nil : masks[$0.organ] },
                    parents: annotations.map { before[$0.organ]?.annotation }))
        }
        let models = shipped + (under + silent.filter { !$0.isAnnotation }).map(\.takenBack)
        if !models.isEmpty {
            try await connection.run(
                InsertShippedLabels(
                    batch: batch, labels: models, masks: models.map { $0.mask == nil ? nil : masks[$0.organ] }))
        }
        return (fresh.count, silent.map(\.organ))
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
        let united = labels.flatMap { label in label.otherFiles.map { (masks[label.organ], batch.files[$0]) } }
        if !united.isEmpty {
            try await connection.run(InsertMaskFiles(masks: united.compactMap(\.0), files: united.map(\.1)))
        }
        return masks
    }
}

/// What the labels of one case share.
struct LabelBatch {
    let volume: VolumeID
    let release: Int32
    /// Empty for the release's own words.
    let rater: String
    let activity: ActivityID
    let change: ChangeID
    let files: [Int64]

    func files(of labels: [LabelRecord]) -> [Int64?] { labels.map { $0.file.map { files[$0] } } }
}

/// The newest thing that a release, or an annotator of it, says of an organ.
struct ReleaseAnnotation {
    let organ: OrganKey
    let status: LabelStatus
    let origin: LabelOrigin
    let content: Digest?
    let mask: MaskID?
    let annotation: Int64?
    let extent: [Int32]?
    /// The label files that said so, relative to the release's root; several for a union.
    let files: [String]

    func says(_ label: LabelRecord) -> Bool {
        status == label.status && origin == label.origin && content == label.mask?.content
            && extent == label.extent?.bounds
    }

    /// Whether it is not taken back.
    var stands: Bool { status != .unlabelled }
    /// Whether it is an annotation, and no label that a model made.
    var isAnnotation: Bool { annotation != nil }

    var takenBack: LabelRecord {
        LabelRecord(organ: organ, status: .unlabelled, origin: origin, mask: nil, file: nil)
    }
}
