internal import Catalog
internal import Console
internal import Domain
internal import Importers
internal import ObjectStore
internal import Postgres

/// Brings a dataset into the catalogue: recognise, then per case compare, inspect, store bytes, record rows.
///
/// Two workers read cases; one connection records them, each in a transaction of its own, or all in one when strict.
struct ImportRunner {
    private static let workers = 2

    let catalog: Catalog
    /// Opens the store when the first mask is to be stored.
    let openStore: () async throws -> LocalObjectStore
    let output: Output

    func run(_ request: ImportRequest) async throws -> ImportSummary {
        var request = request
        let (layout, list) = try await recognise(request)
        let folder = try await BlockingWork().run { [request] in try ReleaseRoot.resolve(request.path) }
        let root = ReleaseRoot(of: list.cases, folder: folder)
        let name = request.name ?? ReleaseRoot.name(of: folder)
        request.name = name
        var summary = ImportSummary(
            dataset: name, layout: layout, origin: request.options.origin(of: layout),
            licence: request.options.licence(of: layout),
            isDryRun: request.isDryRun, isStrict: request.isStrict)
        summary.report.findings = list.findings + (request.subjects?.unknown(among: list.cases) ?? [])
        for refused in list.refused { summary.report.record(refused.name, refused.outcome) }

        let known = try await knownFiles(summary, root, request)
        summary.report.findings += Self.vanished(known.cases, list)
        let recorder = ImportRecorder(
            catalog: catalog, openStore: openStore, root: root, cases: list.cases,
            subjects: request.subjects?.byCase ?? [:], accepted: request.options.accepted)
        let bar = output.progress("import", total: list.cases.count)
        defer { bar.finish() }
        if request.isStrict || request.isDryRun {
            try await checkThenRecord(list.cases, known, request, recorder, bar, &summary)
        } else {
            try await recordOneByOne(list.cases, known, request, recorder, bar, &summary)
        }
        if summary.recorded > 0 { try await catalog.compactCoverage() }
        return summary
    }

    // MARK: - Before the cases

    private func recognise(_ request: ImportRequest) async throws -> (any Layout, CaseList) {
        try await BlockingWork().run {
            let layout = try LayoutRecogniser(options: request.options).recognise(request.path)
            return (layout, try layout.cases())
        }
    }

    /// What the catalogue has of the release, and whether equal files may be passed over unread.
    private struct Known {
        var cases: [String: KnownFiles] = [:]
        var mayPassOver = true
    }

    /// - Throws: a conflict where the release is recorded under another root.
    private func knownFiles(
        _ summary: ImportSummary, _ root: ReleaseRoot, _ request: ImportRequest
    ) async throws -> Known {
        let (dataset, release) = (summary.dataset, summary.layout.release)
        try await catalog.requireStanding(dataset: dataset)
        let recorded = try await catalog.datasets().first { $0.name == dataset && $0.release == release }
        guard let recorded else { return Known() }
        guard recorded.origin == summary.origin else {
            throw CommandFailure(
                .conflict,
                "dataset \(dataset), release \(release), is recorded with origin \(recorded.origin.rawValue)",
                file: root.path,
                remedy:
                    "import it with --origin \(recorded.origin.rawValue); labels of origin \(summary.origin.rawValue) "
                    + "belong to a dataset of their own: --name")
        }
        guard recorded.root == root.path else {
            throw CommandFailure(
                .conflict, "dataset \(dataset), release \(release), is recorded under \(recorded.root)",
                file: root.path,
                remedy: "give --name or --release for another dataset, or import from the recorded folder")
        }
        let found = try await catalog.fingerprints(dataset: dataset, release: release)
        return Known(
            cases: found.mapValues { KnownFiles(image: $0.image, labels: $0.labels) },
            mayPassOver: recorded.origin == summary.origin && !request.options.changesReading
                && request.subjects == nil)
    }

    /// Cases that an earlier import recorded and that are not there any more.
    private static func vanished(_ known: [String: KnownFiles], _ list: CaseList) -> [ImportFinding] {
        let present = Set(list.cases.map(\.name)).union(list.refused.map(\.name))
        return known.keys.filter { !present.contains($0) }.sorted().map { name in
            ImportFinding(
                .description, file: name, problem: "the case was imported before and is not there any more",
                remedy: "its labels are kept; restore its files if they are needed")
        }
    }

    // MARK: - The cases

    private func recordOneByOne(
        _ cases: [CaseFiles], _ known: Known, _ request: ImportRequest, _ recorder: ImportRecorder, _ bar: ProgressBar,
        _ summary: inout ImportSummary
    ) async throws {
        var recorder = recorder
        try await examine(cases, known, request, summary, recorder.root) { files, worker, found in
            defer { bar.advance() }
            guard case .inspected(let item) = found else { return summary.note(files, found) }
            do {
                let outcome = try await recorder.record(item, with: worker, summary)
                summary.note(item, outcome)
            } catch {
                throw Self.interrupted(error, summary, of: cases.count)
            }
        }
    }

    /// Nothing is recorded unless every case can be.
    private func checkThenRecord(
        _ cases: [CaseFiles], _ known: Known, _ request: ImportRequest, _ recorder: ImportRecorder, _ bar: ProgressBar,
        _ summary: inout ImportSummary
    ) async throws {
        var items: [InspectedCase] = []
        try await examine(cases, known, request, summary, recorder.root) { files, _, found in
            bar.advance()
            guard case .inspected(let item) = found else { return summary.note(files, found) }
            if request.isDryRun {
                summary.planned += PlannedLabel.all(of: item)
                summary.report.record(item.files.name, CaseOutcome(item.findings))
            } else {
                items.append(item)
            }
        }
        if request.isStrict && summary.report.failures > 0 { summary.report.takeBack() }
        guard !request.isDryRun, summary.report.failures == 0, !items.isEmpty else {
            for item in items { summary.report.record(item.files.name, .unrecorded(item.findings)) }
            return
        }
        var recorder = recorder
        for (item, outcome) in zip(items, try await recorder.recordAll(items, summary)) { summary.note(item, outcome) }
    }

    /// Reads ahead with all workers and hands each finding to `body`, one after another in the order of the cases.
    private func examine(
        _ cases: [CaseFiles], _ known: Known, _ request: ImportRequest, _ summary: ImportSummary, _ root: ReleaseRoot,
        _ body: (CaseFiles, ImportWorker, ImportWorker.Examination) async throws -> Void
    ) async throws {
        var (started, next) = (0, 0)
        var early: [Int: (ImportWorker, ImportWorker.Examination)] = [:]
        try await withThrowingTaskGroup(of: (Int, ImportWorker, ImportWorker.Examination).self) { group in
            func start(_ worker: ImportWorker) {
                guard started < cases.count else { return }
                let (index, files) = (started, cases[started])
                let recorded = known.mayPassOver ? known.cases[files.name] : nil
                group.addTask { (index, worker, await worker.examine(files, in: root, known: recorded)) }
                started += 1
            }
            for _ in 0..<Self.workers { start(ImportWorker(layout: summary.layout, options: request.options)) }
            while let (index, worker, found) = try await group.next() {
                start(worker)
                early[index] = (worker, found)
                while let (worker, found) = early.removeValue(forKey: next) {
                    try await body(cases[next], worker, found)
                    next += 1
                }
            }
        }
    }

    private static func interrupted(_ error: any Error, _ summary: ImportSummary, of count: Int) -> CommandFailure {
        var failure = CommandFailure(error)
        failure.problem += "; \(summary.report.present) of \(count) cases are in the catalogue"
        failure.remedy = (failure.remedy.map { $0 + "; " } ?? "") + "then run the same command again"
        return failure
    }
}

extension ImportSummary {
    mutating func note(_ files: CaseFiles, _ found: ImportWorker.Examination) {
        switch found {
        case .unchanged: report.record(files.name, .unchanged)
        case .failed(let error): report.record(files.name, CaseOutcome(error))
        case .inspected: preconditionFailure("an inspected case is recorded")
        }
    }

    mutating func note(_ item: InspectedCase, _ outcome: RecordedCase) {
        recorded += outcome.isUnchanged ? 0 : 1
        newVolumes += outcome.isNewVolume ? 1 : 0
        knownScans += outcome.isNewSource && !outcome.isNewVolume ? 1 : 0
        newLabels += outcome.newLabels
        joinedSubjects += outcome.joinedSubjects ? 1 : 0
        report.record(item.files.name, outcome.isUnchanged ? .unchanged : CaseOutcome(item.findings))
    }
}
