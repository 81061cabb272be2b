internal import Catalog
internal import Console
internal import Domain
internal import Importers
internal import ObjectStore
internal import Postgres

/// Writes inspected cases: bytes first, rows second. Activity and release are made with the first case.
struct ImportRecorder {
    let catalog: Catalog
    let openStore: () async throws -> LocalObjectStore
    let root: ReleaseRoot
    let cases: [CaseFiles]
    /// What a table calls the subjects, by case.
    let subjects: [String: String]
    /// What the caller accepts.
    let accepted: [Acceptance]
    private var target: Target?

    private struct Target {
        let activity: ActivityID
        let release: ReleaseHandle
        let store: LocalObjectStore
    }

    init(
        catalog: Catalog, openStore: @escaping () async throws -> LocalObjectStore, root: ReleaseRoot,
        cases: [CaseFiles], subjects: [String: String], accepted: [Acceptance]
    ) {
        (self.catalog, self.openStore, self.root, self.cases) = (catalog, openStore, root, cases)
        (self.subjects, self.accepted) = (subjects, accepted)
    }

    /// Records one case in a transaction of its own; once more where another importer was faster.
    mutating func record(
        _ item: InspectedCase, with worker: ImportWorker, _ summary: ImportSummary
    ) async throws -> RecordedCase {
        let target = try await prepare(summary)
        let records = CaseRecords(item, in: root, subjects: subjects)
        let catalog = catalog
        return try await retrying {
            try await catalog.record(
                records.source, labelFiles: records.labelFiles, in: target.release, activity: target.activity
            ) {
                records.labels(in: try await worker.store(item, in: target.store))
            }
        }
    }

    /// Records all cases in one transaction: all or none.
    mutating func recordAll(_ items: [InspectedCase], _ summary: ImportSummary) async throws -> [RecordedCase] {
        let target = try await prepare(summary)
        let worker = ImportWorker(layout: summary.layout, options: ImportOptions())
        let (catalog, root, subjects) = (catalog, root, subjects)
        return try await retrying {
            var outcomes: [RecordedCase] = []
            try await catalog.recordAll { scope in
                for item in items {
                    let records = CaseRecords(item, in: root, subjects: subjects)
                    let labels = records.labels(in: try await worker.store(item, in: target.store))
                    outcomes.append(
                        try await scope.record(
                            records.source, labelFiles: records.labelFiles, in: target.release,
                            activity: target.activity, labels: labels))
                }
            }
            return outcomes
        }
    }

    private mutating func prepare(_ summary: ImportSummary) async throws -> Target {
        if let target { return target }
        let store = try await openStore()
        let activity = try await catalog.startActivity(.import, parameters: parameters(summary))
        let record = ReleaseRecord(
            dataset: summary.dataset, release: summary.layout.release, layout: summary.layout.name.rawValue,
            origin: summary.origin, licence: summary.licence.text,
            licenceSource: summary.licence.source, root: root.path, labelMap: labelMap,
            otherLicences: summary.licence.others)
        let catalog = catalog
        let release = try await retrying { try await catalog.release(record, activity: activity) }
        let made = Target(activity: activity, release: release, store: store)
        target = made
        return made
    }

    private func parameters(_ summary: ImportSummary) -> JSONText {
        JSONText(
            JSONRenderer.render(
                .object(
                    [
                        Cell.Field("dataset", summary.dataset), Cell.Field("release", summary.layout.release),
                        Cell.Field("layout", summary.layout.name.rawValue),
                        Cell.Field("origin", summary.origin.rawValue),
                        Cell.Field("cases", cases.count),
                    ] + (accepted.isEmpty ? [] : [Cell.Field("accepted", accepted.map(\.description))]))))
    }

    /// The meaning of the release's values; none for layouts with a file a class.
    private var labelMap: [LabelMap.Entry] {
        for file in cases.lazy.flatMap(\.labels) {
            if case .values(let map, _) = file.reading { return map.entries }
        }
        return []
    }

    /// Two importers at once may make the same dataset, subject or volume; the second then finds it.
    private func retrying<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as PostgresError where error.isFromConcurrency {
            return try await body()
        }
    }
}

extension PostgresError {
    /// A unique key that another transaction took, a serialisation failure, a deadlock, or a row that was not visible yet.
    fileprivate var isFromConcurrency: Bool {
        if case .rowCount = self { return true }
        return ["23505", "40001", "40P01"].contains(sqlState)
    }
}
