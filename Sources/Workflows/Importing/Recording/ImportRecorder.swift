internal import Catalog
internal import Domain
internal import Importers
internal import Objects
internal import Postgres

/// Records inspected cases, bytes first and rows second. The activity and the release are created with the first case.
struct ImportRecorder {
    let workspace: Workspace
    let root: ReleaseRoot
    let list: CaseList
    /// The subject's key by case, from the caller's table; of cases that it does not name, from earlier tables.
    let subjects: [String: String]
    /// The part of the caller's table whose cases the dataset has.
    private let table: [String: String]
    let options: ImportOptions
    private var target: Target?

    private struct Target: Sendable {
        let activity: ActivityID
        let release: ReleaseHandle
        let store: any ObjectStore
        /// What identifiers of DICOM series are hashed with.
        let salt: [UInt8]
    }

    private var catalog: LabelCatalog { workspace.catalog }

    /// - Parameters:
    ///   - table: the subject's key by case, from the caller.
    ///   - recorded: the same, from earlier tables.
    init(
        _ workspace: Workspace, root: ReleaseRoot, list: CaseList, table: [String: String], recorded: [String: String],
        options: ImportOptions
    ) {
        (self.workspace, self.root, self.list, self.options) = (workspace, root, list, options)
        let names = Set(list.cases.map(\.name) + list.waiting.map(\.name))
        self.table = table.filter { names.contains($0.key) }
        subjects = recorded.merging(table) { _, given in given }
    }

    /// Records one case in a transaction of its own, which is repeated once after a conflict with another importer.
    /// - Throws: `ImportError` where this case alone cannot be recorded.
    mutating func record(_ item: InspectedCase, _ summary: ImportSummary) async throws -> RecordedCase {
        if target == nil, let refusal = try await refusal(of: item, in: place(summary), summary) { throw refusal }
        let target = try await prepare(summary)
        let records = CaseRecords(item, in: root, subjects: subjects, salt: target.salt)
        let catalog = catalog
        let acceptance = options.accepted.contradictions(of: item.files.name)
        do {
            return try await Self.retrying {
                try await catalog.record(
                    records.source, labelFiles: records.labelFiles, in: target.release, activity: target.activity
                ) {
                    records.labels(in: try await StoredMasks(of: item, in: target.store), acceptance)
                }
            }
        } catch let error as CatalogError {
            if let refusal = ImportError(error, of: item, in: summary.release) { throw refusal }
            throw error
        }
    }

    /// Records all cases in one transaction.
    mutating func recordAll(
        _ items: [InspectedCase], _ summary: ImportSummary
    ) async throws -> [(item: InspectedCase, outcome: RecordedCase)] {
        let target = try await prepare(summary)
        let (catalog, root, subjects, options) = (catalog, root, subjects, options)
        return try await Self.retrying {
            var recorded: [(item: InspectedCase, outcome: RecordedCase)] = []
            try await catalog.recordAll { scope in
                for item in items {
                    let records = CaseRecords(item, in: root, subjects: subjects, salt: target.salt)
                    try await scope.requireRecordable(records.source, in: target.release)
                    let labels = records.labels(
                        in: try await StoredMasks(of: item, in: target.store),
                        options.accepted.contradictions(of: item.files.name))
                    let outcome = try await scope.record(
                        records.source, labelFiles: records.labelFiles, in: target.release,
                        activity: target.activity, labels: labels)
                    recorded.append((item, outcome))
                }
            }
            return recorded
        }
    }

    /// Records labels that wait for their image, and ends the waiting of those that are missing.
    ///
    /// - Parameter known: the labels that wait already, by path relative to the root.
    /// - Returns: the number of files that did not wait before, or had other bytes or another subject.
    mutating func record(
        _ items: [WaitingFiles], missing: [String], known: [String: KnownWaiting], _ summary: ImportSummary
    ) async throws -> Int {
        let fresh = records(items).filter {
            known[$0.file.path] != KnownWaiting(sha256: $0.file.sha256, subject: $0.subjectKey)
        }
        guard !fresh.isEmpty || !missing.isEmpty else { return 0 }
        let target = try await prepare(summary)
        return try await catalog.recordWaiting(fresh, gone: missing, in: target.release, activity: target.activity)
    }

    /// Records the stated licences of a release in which nothing else changed.
    mutating func recordLicences(_ summary: ImportSummary) async throws { _ = try await prepare(summary) }

    // MARK: - Checks

    /// Where the release's cases are recorded, or would be.
    func place(_ summary: ImportSummary) async throws -> CasePlace {
        try await catalog.place(ofDataset: summary.dataset, release: summary.release)
    }

    /// The reason why a case cannot be recorded; nil where it can.
    func refusal(of item: InspectedCase, in place: CasePlace, _ summary: ImportSummary) async throws -> ImportError? {
        let salt = item.image.series == nil ? [] : try await catalog.seriesSalt()
        let records = CaseRecords(item, in: root, subjects: subjects, salt: salt)
        do {
            try await catalog.requireRecordable(records.source, in: place)
            return nil
        } catch let error as CatalogError {
            guard let refusal = ImportError(error, of: item, in: summary.release) else { throw error }
            return refusal
        }
    }

    /// What the case contradicts in the catalogue. To be called before the case is recorded.
    func contradictions(of item: InspectedCase, _ summary: ImportSummary) async throws -> [ImportFinding] {
        let place = if let target { CasePlace(target.release) } else { try await place(summary) }
        let source = CaseRecords(item, in: root, subjects: subjects, salt: []).source
        return try await contradictions(summary, item).findings(on: item, source, in: place)
    }

    /// What the case contradicts in another one of the same scan that is imported too and not recorded yet.
    func contradictions(
        of item: InspectedCase, besides other: InspectedCase, _ summary: ImportSummary
    ) async throws -> [ImportFinding] {
        try await contradictions(summary, item).findings(on: item, besides: other)
    }

    private func contradictions(_ summary: ImportSummary, _ item: InspectedCase) -> CaseContradictions {
        CaseContradictions(
            workspace, ontology: options.ontology, summary, options.accepted.contradictions(of: item.files.name))
    }

    /// Findings about a case whose scan is withheld, or differs from the one recorded before.
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

    // MARK: - Subjects

    /// Whether the caller's table names the case.
    func names(_ item: InspectedCase) -> Bool { table[item.files.name] != nil }

    /// Applies the caller's table to the recorded cases. To be called before cases are recorded, so that new scans get the right
    /// subject, and afterwards.
    ///
    /// - Returns: findings, and whether anything changed.
    mutating func applyTable(_ summary: ImportSummary) async throws -> (
        outcome: TableOutcome, findings: [ImportFinding]
    ) {
        guard !table.isEmpty, let place = try await place(summary).handle else { return (TableOutcome(), []) }
        let (catalog, table) = (catalog, table)
        let outcome = try await Self.retrying {
            try await catalog.apply(table, in: place) { try await prepare(summary).activity }
        }
        return (outcome, findings(outcome, summary))
    }

    /// What the caller's table and the identifiers in DICOM slices would change if the cases were recorded.
    func planned(_ items: [InspectedCase], _ summary: ImportSummary) async throws -> [ImportFinding] {
        guard !table.isEmpty else { return try await plannedSeries(items, summary) }
        let sources = items.compactMap { item in
            var source = CaseRecords(item, in: root, subjects: subjects, salt: []).source
            source.descriptor = nil
            return table[item.files.name] == nil ? nil : source
        }
        let (outcomes, series) = try await Self.retrying {
            try await catalog.rehearse(table, in: record(of: summary), recording: sources) {
                try await plannedSeries(items, summary)
            }
        }
        return outcomes.flatMap { findings($0, summary) } + series
    }

    private func findings(_ outcome: TableOutcome, _ summary: ImportSummary) -> [ImportFinding] {
        ImportFinding.all(of: outcome, table: table, dataset: summary.dataset, folder: root.path)
    }

    /// Joins subjects by the identifiers in DICOM slices. To be called after cases are recorded.
    ///
    /// - Returns: findings, merges, and the number of joins that were taken apart.
    mutating func joinSeries(
        _ summary: ImportSummary
    ) async throws -> (findings: [ImportFinding], merges: [CaseMerge], ended: Int) {
        guard let release = try await place(summary).release else { return ([], [], 0) }
        let joining = SeriesJoining(catalog: catalog, folder: root.path)
        let evidence = try await joining.evidence(of: release)
        let findings = joining.findings(evidence, isDryRun: false)
        guard !evidence.joins.isEmpty || !evidence.ended.isEmpty else { return (findings, [], 0) }
        let (catalog, activity) = (catalog, try await prepare(summary).activity)
        let (merges, ended) = try await Self.retrying {
            try await catalog.joinBySeries(activity: activity) {
                let evidence = try await joining.evidence(of: release)
                return SeriesDecision(ended: evidence.ended, joins: evidence.joins)
            }
        }
        return (findings, merges.map { CaseMerge(caseName: Self.caseName($0.caseName), merge: $0.merge) }, ended)
    }

    /// The findings of `joinSeries` if the cases were recorded.
    private func plannedSeries(_ items: [InspectedCase], _ summary: ImportSummary) async throws -> [ImportFinding] {
        let salt = try await catalog.seriesSalt()
        let place = try await place(summary)
        var known: [String: SubjectID] = [:]
        if let dataset = place.dataset { known = try await catalog.subjectsByKey(of: dataset) }
        let planned = items.compactMap { item in
            let source = CaseRecords(item, in: root, subjects: subjects, salt: salt).source
            return source.series.map { series in
                SeriesHolder(
                    name: "\(summary.dataset)/\(source.caseName)", dataset: summary.dataset,
                    subject: known[source.subjectKey],
                    origin: known[source.subjectKey]?.description ?? "\(summary.dataset)/\(source.subjectKey)",
                    statedKey: source.isStated ? source.subjectKey : nil, patient: series.patient,
                    study: series.study)
            }
        }
        guard !planned.isEmpty else { return [] }
        let joining = SeriesJoining(catalog: catalog, folder: root.path)
        return joining.findings(try await joining.evidence(of: planned, in: place), isDryRun: true)
    }

    /// `CASE` of `DATASET/CASE`.
    private static func caseName(_ name: String) -> String {
        name.firstIndex(of: "/").map { String(name[name.index(after: $0)...]) } ?? name
    }

    // MARK: - Release and activity

    private mutating func prepare(_ summary: ImportSummary) async throws -> Target {
        if let target { return target }
        let catalog = catalog
        let store = try await workspace.writableObjects()
        let activity = try await catalog.startActivity(.import, parameters: parameters(summary).json)
        let record = record(of: summary)
        let release = try await Self.retrying { try await catalog.release(record, activity: activity) }
        let salt = try await catalog.seriesSalt()
        let made = Target(activity: activity, release: release, store: store, salt: salt)
        target = made
        return made
    }

    private func record(of summary: ImportSummary) -> ReleaseRecord {
        ReleaseRecord(
            dataset: summary.dataset, release: summary.release, layout: summary.layout.rawValue,
            origin: summary.origin, licence: summary.licence.text, licenceSource: summary.licence.source,
            root: root.path, labelMap: labelMap, otherLicences: summary.licence.others)
    }

    private func parameters(_ summary: ImportSummary) -> ActivityParameters {
        var parameters: ActivityParameters = [
            "dataset": .text(summary.dataset), "release": .text(summary.release),
            "layout": .text(summary.layout.rawValue), "origin": .text(summary.origin.rawValue),
            "cases": .integer(list.cases.count),
        ]
        if !options.accepted.isEmpty {
            parameters.append("accepted", .list(options.accepted.map { .text($0.description) }))
        }
        if options.annotators { parameters.append("annotators", .flag(true)) }
        return parameters
    }

    /// The meaning of the release's label values; none for layouts with one file a class.
    private var labelMap: [LabelMap.Entry] {
        for file in list.cases.lazy.flatMap(\.labels) + list.waiting.lazy.flatMap(\.labels) {
            if case .values(let map, _) = file.reading { return options.meaning(of: map.entries) }
        }
        return []
    }

    private func records(_ items: [WaitingFiles]) -> [WaitingRecord] {
        items.flatMap { item in
            item.files.map { file in
                WaitingRecord(
                    caseName: item.item.name, subjectKey: subjects[item.item.name] ?? item.item.subject,
                    file: FileRecord(file, in: root))
            }
        }
    }

    /// Repeats `body` once after a conflict: two importers may create the same dataset, subject or volume, and the second then
    /// finds it.
    private static func retrying<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as PostgresError where error.isFromConcurrency {
            return try await body()
        }
    }
}

extension [Acceptance] {
    /// Two cases of one scan in one release are decided by a name only.
    fileprivate func contradictions(of caseName: String) -> ContradictionAcceptance {
        if name(.conflict, of: caseName) { return .all }
        return cover(.conflict, of: caseName) ? .unlessOfOneRelease : .none
    }
}
