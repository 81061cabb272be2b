public import Domain
import Postgres

extension LabelCatalog {
    /// The key that the newest table of subjects gives each case of a release that a table names.
    public func statedKeys(of release: Int32) async throws -> [String: String] {
        let rows = try await connection.run(ListStatedKeys(release: release))
        return Dictionary(rows.map { ($0.caseName, $0.key) }, uniquingKeysWith: { _, last in last })
    }

    /// The subjects that the keys of a dataset name.
    public func subjectsByKey(of dataset: DatasetID) async throws -> [String: SubjectID] {
        let rows = try await connection.run(ListSubjectKeys(dataset: dataset))
        return Dictionary(rows.map { ($0.key, $0.subject) }, uniquingKeysWith: { first, _ in first })
    }

    /// Applies a table of subjects in one transaction: afterwards the recorded cases that it gives one key are of one subject, those
    /// with different keys are of different ones, and each key names the subject with its scans. What earlier tables record of other
    /// cases of the dataset continues to hold. Cases that are not recorded yet get their key when they are.
    ///
    /// - Parameters:
    ///   - table: the key by case.
    ///   - activity: started only where something changes.
    /// - Throws: `CatalogError.purgedSubject` where the table gives a scan to a subject whose masks are purged, and the reverse.
    public func apply(
        _ table: [String: String], in release: ReleaseHandle, activity: () async throws -> ActivityID
    ) async throws -> TableOutcome {
        let sources = try await connection.run(ListKeyedSources(dataset: release.dataset))
        if try await isApplied(table, in: release, sources) {
            var outcome = TableOutcome()
            outcome.note(sources, in: release)
            return outcome
        }
        let started = try await activity()
        return try await connection.transaction { _ in
            try await applyInTransaction(table, in: release, activity: started)
        }
    }

    /// What `apply` would change once more cases are recorded, and the result of `body` then; nothing is changed.
    ///
    /// - Parameters:
    ///   - sources: cases that are not recorded; those with new scans are left out.
    ///   - record: the release, which may be new.
    public func rehearse<T: Sendable>(
        _ table: [String: String], in record: ReleaseRecord, recording sources: [SourceRecord],
        _ body: () async throws -> T
    ) async throws -> (outcomes: [TableOutcome], result: T) {
        try await transaction(isRehearsal: true) { connection in
            try await connection.run(LockPointersExclusively())
            try await connection.run(LockJobs())
            let activity = try await startActivity(.import)
            let dataset = try await connection.one(EnsureDataset(name: record.dataset))
            let known = try await connection.first(FindRelease(dataset: dataset, name: record.release))
            let release =
                if let known { known } else {
                    try await connection.one(InsertRelease(dataset: dataset, record: record, activity: activity))
                }
            let handle = ReleaseHandle(release: release, dataset: dataset)
            var outcomes = [try await applyInTransaction(table, in: handle, activity: activity)]
            var last = TableOutcome()
            for source in sources {
                let context = CaseContext(release: handle, activity: activity)
                if let merge = try await rehearse(source, context) {
                    last.unions.append(
                        TableOutcome.Union(key: source.subjectKey, caseName: source.caseName, merge: merge))
                }
            }
            let after = try await applyInTransaction(table, in: handle, activity: activity)
            (last.separations, last.keys, last.contradictions) = (after.separations, after.keys, after.contradictions)
            last.unions += after.unions
            outcomes.append(last)
            return (outcomes, try await body())
        }
    }

    /// Records a case whose scan is known, without its labels. Returns the merge that it causes.
    private func rehearse(_ source: SourceRecord, _ context: CaseContext) async throws -> SubjectMerge? {
        guard try await connection.one(LockVolume(identity: source.identity)) != nil else { return nil }
        var change = PendingChange(activity: context.activity)
        let (volume, _, merge) = try await ensureVolume(source, context, &change)
        _ = try await ensureSource(source, volume, context, &change)
        return merge
    }

    /// Whether the table is recorded and nothing is left to change.
    private func isApplied(
        _ table: [String: String], in release: ReleaseHandle, _ sources: [KeyedSource]
    ) async throws -> Bool {
        let stated = try await statedKeys(of: release.release)
        guard table.allSatisfy({ stated[$0.key] == $0.value }) else { return false }
        let partition = StatedPartition(sources)
        // Of two cases with one scan the first decides.
        var seen: Set<VolumeID> = []
        for source in sources where source.release == release.release && table[source.caseName] != nil {
            guard seen.insert(source.volume).inserted else { continue }
            guard partition.keys[source.volume] == table[source.caseName] else { return false }
        }
        guard partition.crowded.isEmpty && partition.scattered.isEmpty else { return false }
        let subjects = try await connection.run(SubjectsOfKeys(dataset: release.dataset))
        return try await connection.one(KeysToBind(subjects: subjects)) == 0
    }

    private func applyInTransaction(
        _ table: [String: String], in release: ReleaseHandle, activity: ActivityID
    ) async throws -> TableOutcome {
        let before = try await connection.run(ListKeyedSources(dataset: release.dataset))
        if try await !isApplied(table, in: release, before) {
            let rows = table.sorted { $0.key < $1.key }.map { (caseName: $0.key, key: $0.value) }
            try await connection.run(InsertStatedKeys(release: release.release, table: rows, activity: activity))
        }
        var application = TableApplication(catalog: self, release: release, activity: activity)
        try await application.run(former: before)
        return application.outcome
    }
}

extension TableOutcome {
    /// Adds the cases whose key does not count.
    mutating func note(_ sources: [KeyedSource], in release: ReleaseHandle) {
        for source in sources where source.release == release.release && source.isStated && !source.counts {
            guard let other = sources.first(where: { $0.volume == source.volume && $0.isStated && $0.counts }) else {
                continue
            }
            contradictions.append(
                Contradiction(caseName: source.caseName, key: source.key, other: other.caseName, otherKey: other.key))
        }
    }
}
