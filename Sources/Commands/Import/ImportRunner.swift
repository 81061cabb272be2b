internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Importers
internal import Objects
internal import Postgres
internal import System

/// Brings a dataset into the catalogue: recognise, then per case compare, inspect, store bytes, record rows.
///
/// Workers read cases; one connection records them, each in a transaction of its own, or all in one when strict.
struct ImportRunner {
    /// Two buffers full of voxels is what memory is planned for; on one core a second would only take the cache from the first.
    private static var workers: Int { min(2, UsableCores.count) }

    let catalog: LabelCatalog
    /// Opens the store when the first mask is to be stored.
    let openStore: () async throws -> ObjectFolder
    /// Where volumes made of DICOM series are kept.
    let converted: SeriesCache
    let output: Output
    /// What is done so far, also where `run` throws.
    let progress: ImportProgress

    func run(_ request: ImportRequest) async throws -> ImportSummary {
        var request = request
        let (layout, found) = try await recognise(request)
        let folder = try await BlockingWork().run { [request] in try ReleaseRoot.resolve(request.path) }
        let name = request.name ?? ReleaseRoot.name(of: folder)
        request.name = name
        var summary = ImportSummary(
            dataset: name, layout: layout, origin: request.options.origin(of: layout),
            licence: request.options.licence(of: layout),
            isDryRun: request.isDryRun, isStrict: request.isStrict)
        summary.newDrawings = request.options.annotators ? 0 : nil

        let known = try await RecordedRelease(catalog: catalog).find(summary, found, folder: folder, request)
        let root = known.root.map(ReleaseRoot.init(path:)) ?? ReleaseRoot(of: found, folder: folder)
        let (list, vanished) = known.completing(found, root)
        summary.report.findings = known.findings + list.findings + (request.subjects?.unknown(among: list) ?? [])
        summary.report.findings += (request.pairs?.unknown(among: list) ?? []) + vanished
        let corrected = try await RecordedRelease(catalog: catalog).newLicences(summary, known)
        summary.report.findings += corrected.finding.map { [$0] } ?? []
        if request.options.annotators && !list.hasAnnotators {
            summary.report.findings.append(ImportFinding(noAnnotators: folder))
        }
        for refused in list.refused { summary.report.record(refused.name, refused.outcome) }
        let items = ImportItem.all(of: list)
        summary.total = items.count + list.refused.count
        progress.begin(summary)

        var recorder = ImportRecorder(
            catalog: catalog, openStore: openStore, converted: converted, root: root, list: list,
            subjects: request.subjects?.byCase ?? [:], options: request.options)
        let bar = output.progress("import", total: items.count)
        defer { bar.finish() }
        do {
            if request.isStrict || request.isDryRun {
                try await checkThenRecord(items, known, request, recorder, bar)
            } else {
                try await recordOneByOne(items, known, request, recorder, bar)
            }
            let isRefused = request.isDryRun || request.isStrict && progress.update { $0.report.failures > 0 }
            if !corrected.statements.isEmpty && !isRefused { try await recorder.stateLicences(summary) }
        } catch {
            throw interrupted(error)
        }
        if progress.update({ $0.recorded }) > 0 { try await catalog.compactCoverage() }
        return progress.update { $0 }
    }

    private func recognise(_ request: ImportRequest) async throws -> (any Layout, CaseList) {
        try await BlockingWork().run {
            let layout = try LayoutRecogniser(options: request.options).recognise(request.path)
            var list = try layout.cases()
            try request.options.check(against: list.cases, in: request.path)
            if let images = request.images { list.join(images) }
            return (layout, list)
        }
    }

    // MARK: - The cases

    private func recordOneByOne(
        _ items: [ImportItem], _ known: KnownRelease, _ request: ImportRequest, _ recorder: ImportRecorder,
        _ bar: ProgressBar
    ) async throws {
        var recorder = recorder
        var waiting: [WaitingFiles] = []
        let summary = progress.update { $0 }
        try await examine(items, known, request, summary, recorder.root) { item, found in
            defer { bar.advance() }
            switch found {
            case .waiting(let item, let files): waiting.append(WaitingFiles(item: item, files: files))
            case .inspected(let item):
                progress.update { $0.inHand = item.files.name }
                do {
                    let outcome = try await recorder.record(item, summary)
                    let remarks = outcome.isUnchanged ? [] : try await recorder.remarks(on: item)
                    progress.update { $0.note(item, outcome, remarks) }
                } catch let refusal as ImportError {
                    progress.update { $0.note(item.files.name, .failed(refusal)) }
                }
            case .unchanged, .failed: progress.update { $0.note(item.name, found) }
            }
        }
        try await record(waiting, known, &recorder, summary)
    }

    /// Nothing is recorded unless every case can be.
    private func checkThenRecord(
        _ items: [ImportItem], _ known: KnownRelease, _ request: ImportRequest, _ recorder: ImportRecorder,
        _ bar: ProgressBar
    ) async throws {
        var (whole, waiting) = ([InspectedCase](), [WaitingFiles]())
        let summary = progress.update { $0 }
        let place = try await recorder.place(summary)
        try await examine(items, known, request, summary, recorder.root) { item, found in
            bar.advance()
            switch found {
            case .waiting(let item, let files): waiting.append(WaitingFiles(item: item, files: files))
            case .inspected(let item):
                if let refusal = try await recorder.refusal(of: item, in: place, summary) {
                    progress.update { $0.note(item.files.name, .failed(refusal)) }
                } else if request.isDryRun {
                    let remarks = try await recorder.remarks(on: item, in: place)
                    progress.update { $0.plan(item, remarks) }
                } else {
                    whole.append(item)
                    progress.update { $0.noteHeld(item) }
                }
            case .unchanged, .failed: progress.update { $0.note(item.name, found) }
            }
        }
        let mayRecord = progress.update { summary in
            if request.isStrict && summary.report.failures > 0 { summary.report.takeBack() }
            let mayRecord = !request.isDryRun && summary.report.failures == 0
            if !mayRecord {
                for item in whole { summary.report.record(item.files.name, .unrecorded(item.findings)) }
                for item in waiting { summary.report.record(item.item.name, item.item.outcome) }
            }
            return mayRecord
        }
        guard mayRecord else { return }
        var recorder = recorder
        if !whole.isEmpty {
            let outcomes = try await recorder.recordAll(whole, summary)
            for (item, outcome) in zip(whole, outcomes) {
                let remarks = outcome.isUnchanged ? [] : try await recorder.remarks(on: item)
                progress.update { $0.note(item, outcome, remarks) }
            }
        }
        try await record(waiting, known, &recorder, summary)
    }

    /// Labels without images, after the cases that have one.
    private func record(
        _ waiting: [WaitingFiles], _ known: KnownRelease, _ recorder: inout ImportRecorder, _ summary: ImportSummary
    ) async throws {
        let gone = known.waiting.keys.filter { !recorder.root.holds($0) }.sorted()
        let new = try await recorder.record(waiting, gone: gone, known: known.waiting, summary)
        progress.update { summary in
            summary.newWaiting = new
            for item in waiting { summary.report.record(item.item.name, item.item.outcome) }
            summary.report.findings += gone.map { file in
                ImportFinding(
                    .description, file: file, problem: "a label that waited for its image is not there any more",
                    remedy: "restore it if it is needed; it waits no more")
            }
        }
    }

    /// Reads ahead with all workers and hands each finding to `body`, one after another in the order of the cases.
    ///
    /// Whoever waits for `body` to record a case reads on meanwhile, up to two cases a worker.
    private func examine(
        _ items: [ImportItem], _ known: KnownRelease, _ request: ImportRequest, _ summary: ImportSummary,
        _ root: ReleaseRoot, _ body: (ImportItem, ImportWorker.Examination) async throws -> Void
    ) async throws {
        let ahead = ReadAhead(count: items.count, limit: 2 * Self.workers)
        let (findings, feed) = AsyncStream<(Int, ImportWorker.Examination)>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(Self.workers, items.count) {
                let worker = ImportWorker(layout: summary.layout, options: request.options, converted: converted)
                group.addTask {
                    while let index = await ahead.next() {
                        feed.yield((index, await worker.examine(items[index], in: root, known: known)))
                    }
                }
            }
            var early: [Int: ImportWorker.Examination] = [:]
            var (next, stream) = (0, findings.makeAsyncIterator())
            do {
                while next < items.count, let (index, found) = await stream.next() {
                    early[index] = found
                    while let found = early.removeValue(forKey: next) {
                        try await body(items[next], found)
                        next += 1
                        await ahead.advance()
                    }
                }
                try Task.checkCancellation()
            } catch {
                await ahead.stop()
                throw error
            }
        }
    }

    private func interrupted(_ error: any Error) -> CommandFailure {
        var failure = CommandFailure(error)
        failure.problem += "; " + progress.update(\.howFar)
        failure.remedy = (failure.remedy.map { $0 + "; " } ?? "") + "then run the same command again"
        return failure
    }
}

extension ImportSummary {
    /// `3 of 20 cases are in the catalogue`.
    var howFar: String { "\(report.present) of \(total) cases are in the catalogue" }

    mutating func note(_ name: String, _ found: ImportWorker.Examination) {
        inHand = nil
        switch found {
        case .unchanged: report.record(name, .unchanged)
        case .failed(let error): report.record(name, CaseOutcome(error))
        case .inspected, .waiting: preconditionFailure("what was read is recorded")
        }
    }

    mutating func note(_ item: InspectedCase, _ outcome: RecordedCase, _ remarks: [ImportFinding]) {
        inHand = nil
        recorded += outcome.isUnchanged ? 0 : 1
        newVolumes += outcome.isNewVolume ? 1 : 0
        knownScans += outcome.isNewSource && !outcome.isNewVolume ? 1 : 0
        newLabels += outcome.newLabels
        newDrawings = newDrawings.map { $0 + outcome.annotators.reduce(0) { $0 + $1.newLabels } }
        let proved = outcome.unions.map { CaseMerge(caseName: item.files.name, union: $0) }
        unions += proved
        let findings =
            item.findings + remarks + ImportFinding.all(takenBack: outcome.takenBack, item.files)
            + outcome.annotators.flatMap { ImportFinding.all(takenBack: $0.takenBack, by: $0.name, item.files) }
            + proved.compactMap { ImportFinding($0, dataset: dataset, file: item.image.file.file.path) }
        report.record(item.files.name, outcome.isUnchanged ? .unchanged : CaseOutcome(findings))
        noteHeld(item)
    }

    /// Each annotator whose words on the case are held back, as a line of its own.
    mutating func noteHeld(_ item: InspectedCase) {
        for annotator in item.drawn.quarantined {
            report.record("\(item.files.name), \(annotator.annotator)", .quarantined(annotator.error))
        }
    }

    mutating func plan(_ item: InspectedCase, _ remarks: [ImportFinding]) {
        planned += PlannedLabel.all(of: item)
        report.record(item.files.name, CaseOutcome(item.findings + remarks))
        noteHeld(item)
    }
}
