public import Domain
import Postgres

extension LabelCatalog {
    /// Runs `body` while no other session imports into the dataset; waits for one that does.
    ///
    /// - Throws: SQLSTATE 55P03 after the session's lock time-out.
    public func importing<T>(into dataset: String, _ body: () async throws -> T) async throws -> T {
        try await connection.run(LockImport(dataset: dataset))
        do {
            let value = try await body()
            try await connection.run(UnlockImport(dataset: dataset))
            return value
        } catch {
            // The server releases the lock of a lost connection.
            try? await connection.run(UnlockImport(dataset: dataset))
            throw error
        }
    }

    /// Finds or creates a dataset's release. An existing release keeps its origin and layout; new statements about its licence are
    /// added after the recorded ones.
    public func release(_ record: ReleaseRecord, activity: ActivityID) async throws -> ReleaseHandle {
        do {
            return try await findOrInsert(record, activity: activity)
        } catch let error as PostgresError where error.isFromConcurrency {
            // Another importer recorded it at the same moment.
            return try await findOrInsert(record, activity: activity)
        }
    }

    private func findOrInsert(_ record: ReleaseRecord, activity: ActivityID) async throws -> ReleaseHandle {
        let dataset = try await connection.one(EnsureDataset(name: record.dataset))
        if let release = try await connection.first(FindRelease(dataset: dataset, name: record.release)) {
            let stated = record.licences.filter { !$0.isMissing }
            if !stated.isEmpty {
                try await connection.run(InsertLicences(release: release, statements: stated, activity: activity))
            }
            return ReleaseHandle(release: release, dataset: dataset)
        }
        return try await connection.transaction { connection in
            let release = try await connection.one(InsertRelease(dataset: dataset, record: record, activity: activity))
            try await connection.run(InsertLabelMap(release: release, entries: record.labelMap))
            try await connection.run(InsertLicences(release: release, statements: record.licences, activity: activity))
            return ReleaseHandle(release: release, dataset: dataset)
        }
    }

    /// Checksums of the newest source of every case of a dataset's release; empty if there is no such release.
    public func recordedFiles(dataset: String, release: String) async throws -> [String: RecordedFiles] {
        var found: [String: RecordedFiles] = [:]
        for row in try await connection.run(ListRecordedFiles(dataset: dataset, release: release)) {
            let labels = Dictionary(zip(row.labelFiles, row.labelDigests), uniquingKeysWith: { _, last in last })
            found[row.caseName] = RecordedFiles(image: row.image, labels: labels, place: row.place)
        }
        return found
    }

    /// The newest image of every case of a dataset, by release and case; without withheld ones.
    /// - Throws: `CatalogError.unknownDataset`, `.removedDataset`.
    public func images(of dataset: String) async throws -> [DatasetImage] {
        try await requireDataset(dataset)
        try await requirePresent(dataset: dataset)
        return try await connection.run(ImagesOfDataset(dataset: dataset))
    }

    /// Records one case in one transaction: first the bytes, under the lock that excludes the sweep until the commit, then the rows.
    ///
    /// Recorded rows stay; a label that differs becomes a new version with the old one as its parent.
    /// - Parameter store: stores the masks' bytes and returns the labels with their records. It runs inside the transaction.
    /// - Throws: `CatalogError.purgedSubject`, `.exchangedScan`, before anything is stored.
    public func record(
        _ source: SourceRecord, labelFiles: [FileRecord], in release: ReleaseHandle, activity: ActivityID,
        storing store: () async throws -> CaseLabels
    ) async throws -> RecordedCase {
        try await connection.transaction { connection in
            try await connection.run(LockObjectsShared())
            try await connection.run(LockPointersShared())
            try await requireRecordable(source, in: CasePlace(release))
            return try await write(source, labelFiles, store(), CaseContext(release: release, activity: activity))
        }
    }

    /// Records several cases in one transaction: all or none.
    public func recordAll(_ body: (RecordingScope) async throws -> Void) async throws {
        try await connection.transaction { connection in
            try await connection.run(LockObjectsShared())
            try await connection.run(LockPointersShared())
            try await body(RecordingScope(catalog: self))
        }
    }

    func write(
        _ source: SourceRecord, _ labelFiles: [FileRecord], _ labels: CaseLabels, _ context: CaseContext
    ) async throws -> RecordedCase {
        var change = PendingChange(activity: context.activity)
        let (volume, isNewVolume, merge) = try await ensureVolume(source, context, &change)
        let (sourceID, isNewSource, statesModality) = try await ensureSource(source, volume, context, &change)
        if let series = source.series {
            try await connection.run(InsertSeries(source: sourceID, series: series))
        }
        let merges = [merge].compactMap { $0 }
        if !merges.isEmpty { try await requireUnpurged(source, in: context.release.dataset) }
        let files = try await ensureLabelFiles(labelFiles, sourceID, &change)
        let named = Array(zip(labelFiles, files.ids)).map { (record: $0, id: $1) }
        let own = try await writeLabels(
            labels.labels, files: named, of: sourceID, in: volume, context, acceptance: labels.acceptance,
            isNewVolume: isNewVolume, &change)
        var annotators: [RecordedAnnotator] = []
        for (name, labels) in labels.annotators {
            let drawn = try await writeLabels(
                labels, by: name, files: named, of: sourceID, in: volume, context, &change)
            annotators.append(RecordedAnnotator(name: name, newLabels: drawn.written, takenBack: drawn.takenBack))
        }
        return RecordedCase(
            volume: volume, isNewVolume: isNewVolume, isNewSource: isNewSource, newLabels: own.written,
            takenBack: own.takenBack, held: own.held, annotators: annotators, newFiles: files.new, merges: merges,
            statesModality: statesModality)
    }
}
