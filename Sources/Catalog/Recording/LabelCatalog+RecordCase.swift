import Domain
import Postgres

extension LabelCatalog {
    /// Finds or creates the volume of that identity. Where the case has another subject than the volume, the two are merged, unless
    /// they are known to be different: the caller's table names both, or a person took them apart.
    func ensureVolume(
        _ source: SourceRecord, _ context: CaseContext, _ change: inout PendingChange
    ) async throws -> (VolumeID, isNew: Bool, merge: SubjectMerge?) {
        let dataset = context.release.dataset
        let alias = try await connection.one(LockSubject(dataset: dataset, key: source.subjectKey))
        if alias != nil, !source.tableKeys.isEmpty {
            try await connection.run(MarkStated(dataset: dataset, key: source.subjectKey))
        }
        if let volume = try await connection.one(LockVolume(identity: source.identity)) {
            guard let alias else {
                try await nameSubject(volume.subject, by: source, in: dataset)
                return (volume.id, false, nil)
            }
            let apart = AreApart(
                one: alias, other: volume.subject, dataset: dataset, keys: source.tableKeys.sorted())
            guard alias != volume.subject, try await !connection.one(apart) else { return (volume.id, false, nil) }
            let cause: JoinCause = source.tableKeys.isEmpty ? .voxels : .table
            return (volume.id, false, try await merge(alias, volume.subject, change.id(on: connection), cause: cause))
        }
        let subject: SubjectID =
            if let alias { alias } else { try await newSubject(of: source, in: dataset) }
        let volume = try await connection.one(
            InsertVolume(source: source, subject: subject, change: change.id(on: connection)))
        if let descriptor = source.descriptor { try await record(descriptor, of: volume) }
        return (volume, true, nil)
    }

    /// Gives a subject the case's key, or a subject of its own to the key where the caller's table names the first one otherwise.
    private func nameSubject(_ subject: SubjectID, by source: SourceRecord, in dataset: DatasetID) async throws {
        let named = IsNamedOtherwise(
            subject: subject, dataset: dataset, key: source.subjectKey, keys: source.tableKeys.sorted())
        if !source.tableKeys.isEmpty, try await connection.one(named) {
            _ = try await newSubject(of: source, in: dataset)
        } else {
            try await connection.run(
                InsertSubjectAlias(
                    dataset: dataset, key: source.subjectKey, subject: subject, isStated: !source.tableKeys.isEmpty))
        }
    }

    private func newSubject(of source: SourceRecord, in dataset: DatasetID) async throws -> SubjectID {
        let subject = try await connection.one(InsertSubject(dataset: dataset, key: source.subjectKey))
        try await connection.run(
            InsertSubjectAlias(
                dataset: dataset, key: source.subjectKey, subject: subject, isStated: !source.tableKeys.isEmpty))
        return subject
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
