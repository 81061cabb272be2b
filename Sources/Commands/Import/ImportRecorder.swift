internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Importers
internal import Objects
internal import Postgres
internal import System

/// Writes inspected cases: bytes first, rows second. Activity and release are made with the first case.
struct ImportRecorder {
    let catalog: LabelCatalog
    let openStore: () async throws -> ObjectFolder
    let converted: SeriesCache
    let root: ReleaseRoot
    let list: CaseList
    /// What a table calls the subjects, by case.
    let subjects: [String: String]
    /// What the caller said of the dataset.
    let options: ImportOptions
    private let writing = BlockingWork()
    private var target: Target?

    private struct Target: Sendable {
        let activity: ActivityID
        let release: ReleaseHandle
        let store: ObjectFolder
        /// What identifiers of DICOM series are hashed with.
        let salt: [UInt8]
    }

    init(
        catalog: LabelCatalog, openStore: @escaping () async throws -> ObjectFolder, converted: SeriesCache,
        root: ReleaseRoot, list: CaseList, subjects: [String: String], options: ImportOptions
    ) {
        (self.catalog, self.openStore, self.root, self.list) = (catalog, openStore, root, list)
        self.converted = converted
        (self.subjects, self.options) = (subjects, options)
    }

    /// Records one case in a transaction of its own; once more where another importer was faster.
    /// - Throws: `ImportError` where this case alone can never be recorded.
    mutating func record(_ item: InspectedCase, _ summary: ImportSummary) async throws -> RecordedCase {
        if target == nil {
            if let refusal = try await refusal(of: item, in: place(summary), summary) { throw refusal }
        }
        let target = try await prepare(summary)
        let records = CaseRecords(item, in: root, subjects: subjects, salt: target.salt)
        let (catalog, writing) = (catalog, writing)
        do {
            return try await retrying {
                try await catalog.record(
                    records.source, labelFiles: records.labelFiles, in: target.release, activity: target.activity
                ) {
                    records.labels(in: try await writing.run { try StoredPack(storing: item, in: target.store) })
                }
            }
        } catch let error as CatalogError {
            if let refusal = ImportError(error, of: item, in: summary.layout.release) { throw refusal }
            throw error
        }
    }

    /// Where the release's cases are recorded, or would be.
    func place(_ summary: ImportSummary) async throws -> CasePlace {
        try await catalog.place(ofDataset: summary.dataset, release: summary.layout.release)
    }

    /// Why a case can never be recorded, before anything is; nil where it can.
    func refusal(of item: InspectedCase, in place: CasePlace, _ summary: ImportSummary) async throws -> ImportError? {
        let records = CaseRecords(item, in: root, subjects: subjects, salt: [])
        do {
            try await catalog.requireRecordable(records.source, in: place)
            return nil
        } catch let error as CatalogError {
            guard let refusal = ImportError(error, of: item, in: summary.layout.release) else { throw error }
            return refusal
        }
    }

    /// That a case's scan is withheld, or another than before, where it is.
    /// - Parameter place: nil once a case is recorded.
    func remarks(on item: InspectedCase, in place: CasePlace? = nil) async throws -> [ImportFinding] {
        guard let place = place ?? target.map({ CasePlace($0.release) }) else { return [] }
        let file = item.image.file.file.path
        let source = CaseRecords(item, in: root, subjects: subjects, salt: []).source
        let withholding = try await catalog.withholding(of: source, in: place)
        let replaced = try await catalog.replacedVolume(by: source, in: place)
        return [
            withholding.map { ImportFinding($0, file: file) }, replaced.map { ImportFinding(replaced: $0, file: file) },
        ].compactMap { $0 }
    }

    /// Records labels that wait for their image, and ends the waiting of those that are gone.
    ///
    /// - Parameter known: what waits already, by path relative to the root.
    /// - Returns: how many files wait that did not before, or had other bytes.
    mutating func record(
        _ items: [WaitingFiles], gone: [String], known: [String: Digest], _ summary: ImportSummary
    ) async throws -> Int {
        let fresh = records(items).filter { known[$0.file.path] != $0.file.sha256 }
        guard !fresh.isEmpty || !gone.isEmpty else { return 0 }
        let target = try await prepare(summary)
        return try await catalog.recordWaiting(fresh, gone: gone, in: target.release, activity: target.activity)
    }

    /// Puts what is stated of the licence of a known release on record, where nothing else of it changed.
    mutating func stateLicences(_ summary: ImportSummary) async throws { _ = try await prepare(summary) }

    private func records(_ items: [WaitingFiles]) -> [WaitingRecord] {
        items.flatMap { item in
            item.files.map { file in
                WaitingRecord(
                    caseName: item.item.name, subjectKey: subjects[item.item.name] ?? item.item.subject,
                    file: FileRecord(file, in: root))
            }
        }
    }

    /// Records all cases in one transaction: all or none.
    mutating func recordAll(_ items: [InspectedCase], _ summary: ImportSummary) async throws -> [RecordedCase] {
        let target = try await prepare(summary)
        let (catalog, root, subjects, writing) = (catalog, root, subjects, writing)
        return try await retrying {
            var outcomes: [RecordedCase] = []
            try await catalog.recordAll { scope in
                for item in items {
                    let records = CaseRecords(item, in: root, subjects: subjects, salt: target.salt)
                    try await scope.requireRecordable(records.source, in: target.release)
                    let pack = try await writing.run { try StoredPack(storing: item, in: target.store) }
                    let labels = records.labels(in: pack)
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
        let salt = try await catalog.seriesSalt()
        let made = Target(activity: activity, release: release, store: store, salt: salt)
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
                        Cell.Field("cases", list.cases.count),
                    ] + (options.accepted.isEmpty ? [] : [Cell.Field("accepted", options.accepted.map(\.description))])
                        + (options.annotators ? [Cell.Field("annotators", true)] : []))
            ))
    }

    /// The meaning of the release's values; none for layouts with a file a class.
    private var labelMap: [LabelMap.Entry] {
        for file in list.cases.lazy.flatMap(\.labels) + list.waiting.lazy.flatMap(\.labels) {
            if case .values(let map, _) = file.reading { return options.meaning(of: map.entries) }
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

extension ImportError {
    /// What the catalogue says against one case and not against the others; nil for anything else.
    init?(_ error: CatalogError, of item: InspectedCase, in release: String) {
        let file = item.image.file.file.path
        switch error {
        case .purgedSubject(let subject, let reason, let revision):
            self = .purgedSubject(file: file, subject: subject, reason: reason, revision: revision.number)
        case .exchangedScan(let scan):
            self = .exchangedImage(
                file: file,
                ExchangedImage(
                    caseName: scan.caseName, volume: scan.volume, shown: scan.shown, shownAs: scan.shownAs,
                    release: release))
        default: return nil
        }
    }
}

/// A case that waits, and what its label files were read as.
struct WaitingFiles: Sendable {
    let item: WaitingCase
    let files: [FileChecksum]
}

extension PostgresError {
    /// A unique key that another transaction took, a serialisation failure, a deadlock, or a row that was not visible yet.
    fileprivate var isFromConcurrency: Bool {
        if case .rowCount = self { return true }
        return ["23505", "40001", "40P01"].contains(sqlState)
    }
}
