internal import Catalog
internal import Domain
internal import Imaging
internal import Importers

/// Reads and records the cases of a recognised dataset.
struct CaseImport {
    let reading: CaseReading
    let progress: ImportProgress
    let meter: any ProgressMeter
    /// As it was before the first case.
    let summary: ImportSummary

    /// Records each case in a transaction of its own.
    func recordOneByOne(_ items: [ImportItem], with recorder: inout ImportRecorder) async throws {
        var waiting: [WaitingFiles] = []
        try await applyTable(with: &recorder)
        try await reading.forEach(items) { item, result in
            defer { meter.advance() }
            switch result {
            case .waiting(let files): waiting.append(files)
            case .inspected(let item): try await record(item, with: &recorder)
            case .unchanged: progress.update { $0.noteUnchanged(item.name) }
            case .failed(let error): progress.update { $0.note(item.name, error) }
            }
        }
        try await record(waiting, with: &recorder)
        try await applyTable(with: &recorder)
        try await joinSeries(with: &recorder)
    }

    private func applyTable(with recorder: inout ImportRecorder) async throws {
        let (outcome, findings) = try await recorder.applyTable(summary)
        progress.update { $0.note(outcome, findings) }
    }

    private func joinSeries(with recorder: inout ImportRecorder) async throws {
        let joined = try await recorder.joinSeries(summary)
        progress.update {
            $0.note(joined.findings, joined.merges)
            $0.recorded += joined.ended
        }
    }

    private func record(_ item: InspectedCase, with recorder: inout ImportRecorder) async throws {
        progress.update { $0.currentCase = item.files.name }
        do {
            let contradictions = try await recorder.contradictions(of: item, summary)
            let outcome = try await recorder.record(item, summary)
            let remarks = outcome.isUnchanged ? [] : try await recorder.remarks(on: item) + contradictions
            progress.update { $0.note(item, outcome, remarks, subject: recorder.subjects[item.files.name]) }
        } catch let refusal as ImportError {
            progress.update { $0.note(item.files.name, refusal) }
        }
    }

    /// Records all cases in one transaction if every case can be recorded, and nothing otherwise or in a dry run.
    func checkThenRecord(_ items: [ImportItem], with recorder: inout ImportRecorder) async throws {
        var (whole, waiting) = ([InspectedCase](), [WaitingFiles]())
        var (contradictions, planned) = ([String: [ImportFinding]](), [InspectedCase]())
        var scans: [Digest: [ImportItem]] = [:]
        let place = try await recorder.place(summary)
        try await reading.forEach(items) { item, result in
            meter.advance()
            switch result {
            case .waiting(let files): waiting.append(files)
            case .inspected(let item):
                if let refusal = try await recorder.refusal(of: item, in: place, summary) {
                    progress.update { $0.note(item.files.name, refusal) }
                    return
                }
                var found = try await recorder.contradictions(of: item, summary)
                found += try await companions(of: item, among: scans[item.image.identity.exact] ?? [], recorder)
                    .filter { !found.contains($0) }
                scans[item.image.identity.exact, default: []].append(.whole(item.files))
                if summary.isDryRun {
                    let remarks = try await recorder.remarks(on: item, in: place) + found
                    progress.update { $0.plan(item, remarks, subject: recorder.subjects[item.files.name]) }
                    if item.image.series != nil || recorder.names(item) { planned.append(item) }
                } else {
                    whole.append(item)
                    contradictions[item.files.name] = found
                    progress.update { $0.noteQuarantined(item) }
                }
            case .unchanged: progress.update { $0.noteUnchanged(item.name) }
            case .failed(let error): progress.update { $0.note(item.name, error) }
            }
        }
        if summary.isDryRun {
            let findings = try await recorder.planned(planned, summary)
            progress.update { $0.report.findings += findings }
        }
        guard mayRecord(whole, waiting) else { return }
        try await applyTable(with: &recorder)
        if !whole.isEmpty {
            for (item, outcome) in try await recorder.recordAll(whole, summary) {
                let found = contradictions[item.files.name] ?? []
                let remarks = outcome.isUnchanged ? [] : try await recorder.remarks(on: item) + found
                progress.update { $0.note(item, outcome, remarks, subject: recorder.subjects[item.files.name]) }
            }
        }
        try await record(waiting, with: &recorder)
        try await applyTable(with: &recorder)
        try await joinSeries(with: &recorder)
    }

    /// What the case contradicts in earlier cases of the import with the same scan. Their files are read again, because the masks of
    /// all cases would not fit into memory.
    private func companions(
        of item: InspectedCase, among earlier: [ImportItem], _ recorder: ImportRecorder
    ) async throws -> [ImportFinding] {
        var findings: [ImportFinding] = []
        for other in earlier {
            if case .inspected(let other) = await reading.readAgain(other) {
                findings += try await recorder.contradictions(of: item, besides: other, summary)
            }
        }
        return findings
    }

    /// Whether checked cases are recorded; reports them where they are not.
    private func mayRecord(_ whole: [InspectedCase], _ waiting: [WaitingFiles]) -> Bool {
        progress.update { summary in
            if summary.isStrict && summary.report.failures > 0 { summary.report.takeBack() }
            if !summary.isDryRun && summary.report.failures == 0 { return true }
            for item in whole { summary.report.record(item.files.name, .unrecorded(item.findings)) }
            for item in waiting { summary.report.record(item.item.name, item.item.outcome) }
            return false
        }
    }

    /// Records labels without images, after the cases that have one.
    private func record(_ waiting: [WaitingFiles], with recorder: inout ImportRecorder) async throws {
        let (known, root) = (reading.known.waiting, reading.root)
        let missing = known.keys.filter { !root.holds($0) }.sorted()
        let new = try await recorder.record(waiting, missing: missing, known: known, summary)
        progress.update { summary in
            summary.newWaiting = new
            for item in waiting { summary.report.record(item.item.name, item.item.outcome) }
            summary.report.findings += missing.map { file in
                ImportFinding(
                    .description, file: file, problem: "a label file that waited for its image is missing",
                    remedy: "restore it if it is needed; it no longer waits")
            }
        }
    }
}
