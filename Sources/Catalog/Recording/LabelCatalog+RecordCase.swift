import Domain
import Postgres

extension LabelCatalog {
    /// Finds or creates the volume of that identity. Where the case has another subject than the volume, the two are merged, unless
    /// they are known to be different: a table names both, or, for a case that no table names, they were taken apart. A table that
    /// is contradicted so is applied afterwards.
    func ensureVolume(
        _ source: SourceRecord, _ context: CaseContext, _ change: inout PendingChange
    ) async throws -> (VolumeID, isNew: Bool, merge: SubjectMerge?) {
        let dataset = context.release.dataset
        let alias = try await connection.one(LockSubject(dataset: dataset, key: source.subjectKey))
        if let volume = try await connection.one(LockVolume(identity: source.identity)) {
            guard alias != volume.subject, try await !isApart(volume.subject, from: alias, source, in: dataset) else {
                return (volume.id, false, nil)
            }
            guard let alias else {
                try await bind(source, to: volume.subject, in: dataset)
                return (volume.id, false, nil)
            }
            let cause: JoinCause = source.isStated ? .table : .voxels
            return (volume.id, false, try await merge(alias, volume.subject, change.id(on: connection), cause: cause))
        }
        let subject: SubjectID =
            if let alias { alias } else { try await newSubject(of: source, in: dataset) }
        let volume = try await connection.one(
            InsertVolume(source: source, subject: subject, change: change.id(on: connection)))
        if let descriptor = source.descriptor { try await record(descriptor, of: volume) }
        return (volume, true, nil)
    }

    /// Whether the subject of a scan is known to be another than the case's, which is nil where it is new.
    private func isApart(
        _ subject: SubjectID, from alias: SubjectID?, _ source: SourceRecord, in dataset: DatasetID
    ) async throws -> Bool {
        if source.isStated {
            return try await connection.one(
                IsNamedOtherwise(subject: subject, dataset: dataset, key: source.subjectKey))
        }
        guard let alias else { return false }
        return try await connection.one(AreApart(one: alias, other: subject, dataset: dataset))
    }

    private func newSubject(of source: SourceRecord, in dataset: DatasetID) async throws -> SubjectID {
        let subject = try await connection.one(InsertSubject(dataset: dataset, key: source.subjectKey))
        try await bind(source, to: subject, in: dataset)
        return subject
    }

    private func bind(_ source: SourceRecord, to subject: SubjectID, in dataset: DatasetID) async throws {
        try await connection.run(
            InsertSubjectAlias(dataset: dataset, key: source.subjectKey, subject: subject, isStated: source.isStated))
    }

    /// Finds or creates the case's source. A modality that the caller states corrects that of a known source; any other is recorded
    /// where the volume's is unknown.
    func ensureSource(
        _ source: SourceRecord, _ volume: VolumeID, _ context: CaseContext, _ change: inout PendingChange
    ) async throws -> (SourceID, isNew: Bool, statesModality: Bool) {
        let find = FindSource(release: context.release.release, caseName: source.caseName, volume: volume)
        let known = try await connection.first(find)
        if let known, source.isModalityStated, known.modality != source.modality {
            try await connection.run(
                CorrectModality(source: known.id, modality: source.modality, change: change.id(on: connection)))
            return (known.id, false, true)
        }
        let isStated = try await connection.one(SetUnknownModality(volume: volume, modality: source.modality))
        if let known { return (known.id, false, isStated) }
        let made = try await connection.one(
            InsertSource(
                source: source, volume: volume, release: context.release.release, change: change.id(on: connection)))
        return (made, true, isStated)
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
}
