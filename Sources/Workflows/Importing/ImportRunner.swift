internal import Catalog
internal import Domain
internal import Importers
internal import System

/// Imports a dataset: recognises its layout, then compares, reads, stores and records each case.
///
/// Up to two threads read cases; one connection records them, each in a transaction of its own, or all in one if the import is
/// strict.
package struct ImportRunner: Sendable {
    private let workspace: Workspace
    private let progress: ImportProgress

    /// - Parameter progress: contains what is done so far, also after an error.
    package init(_ workspace: Workspace, progress: ImportProgress = ImportProgress()) {
        (self.workspace, self.progress) = (workspace, progress)
    }

    /// - Throws: `ImportError`, `WorkflowError` or `CatalogError` where the import cannot begin, `InterruptedImport` where it
    ///   cannot go on.
    package func run(_ request: ImportRequest) async throws -> ImportSummary {
        try await workspace.catalog.ensureStandardOrgans()
        let resolved = try await ResolvedImport(request, in: workspace.catalog)
        let found = try await recognise(resolved)
        if request.isDryRun { return try await run(resolved, found) }
        return try await workspace.catalog.importing(into: found.dataset) { try await run(resolved, found) }
    }

    private func run(_ resolved: ResolvedImport, _ found: FoundDataset) async throws -> ImportSummary {
        let request = resolved.request
        let dataset = try await compare(found, resolved)
        let items = ImportItem.all(of: dataset.list)
        progress.begin(dataset.summary)
        var recorder = ImportRecorder(
            workspace, root: dataset.root, list: dataset.list, table: request.subjects?.byCase ?? [:],
            recorded: try await recordedSubjects(dataset.summary), options: resolved.options)
        do {
            try await record(items, dataset, resolved, &recorder)
            try await PurgedConversions(workspace: workspace).remove()
            let isRefused = request.isDryRun || request.isStrict && progress.update { $0.report.failures > 0 }
            if dataset.hasNewLicences && !isRefused { try await recorder.recordLicences(dataset.summary) }
        } catch {
            let summary = progress.update { $0 }
            throw InterruptedImport(cause: error, present: summary.report.present, total: summary.total)
        }
        if progress.update({ $0.recorded }) > 0 { try await workspace.catalog.compactCoverage() }
        return progress.update { $0 }
    }

    /// The subjects that earlier tables give the cases of the release.
    private func recordedSubjects(_ summary: ImportSummary) async throws -> [String: String] {
        let place = try await workspace.catalog.place(ofDataset: summary.dataset, release: summary.release)
        guard let release = place.release else { return [:] }
        return try await workspace.catalog.statedKeys(of: release)
    }

    private func record(
        _ items: [ImportItem], _ dataset: RecognisedDataset, _ resolved: ResolvedImport,
        _ recorder: inout ImportRecorder
    ) async throws {
        let meter = workspace.progress.begin("import", total: items.count)
        defer { meter.finish() }
        let reading = CaseReading(
            layout: dataset.layout, options: resolved.options, converted: workspace.converted, root: dataset.root,
            known: dataset.known)
        let cases = CaseImport(reading: reading, progress: progress, meter: meter, summary: dataset.summary)
        if resolved.request.isStrict || resolved.request.isDryRun {
            try await cases.checkThenRecord(items, with: &recorder)
        } else {
            try await cases.recordOneByOne(items, with: &recorder)
        }
    }

    // MARK: - Recognition

    private func recognise(_ resolved: ResolvedImport) async throws -> FoundDataset {
        let request = resolved.request
        return try await BlockingWork().run {
            let layout = try LayoutRecogniser(options: resolved.options).recognise(request.path)
            var list = try layout.cases()
            list.refuseUnusable(in: request.path)
            try resolved.options.check(against: list.cases, in: request.path)
            if let images = resolved.images { list.join(images) }
            let folder = try ReleaseRoot.resolve(request.path)
            let name = request.name ?? ReleaseRoot.name(of: folder)
            try Self.require(name, of: folder)
            return FoundDataset(layout: layout, list: list, folder: folder, dataset: name)
        }
    }

    /// What the catalogue records of the dataset.
    private func compare(_ dataset: FoundDataset, _ resolved: ResolvedImport) async throws -> RecognisedDataset {
        let (request, layout, found, folder) = (resolved.request, dataset.layout, dataset.list, dataset.folder)
        var summary = ImportSummary(dataset.dataset, layout, resolved)
        let recorded = RecordedRelease(catalog: workspace.catalog)
        let known = try await recorded.find(summary, found, folder: folder, resolved)
        let root = known.root.map(ReleaseRoot.init(path:)) ?? ReleaseRoot(of: found, folder: folder)
        let (list, missing) = known.completing(found, root)
        let licences = try await recorded.newLicences(summary, known)
        summary.report.findings =
            known.findings + list.findings + (request.subjects?.unknown(among: list) ?? [])
            + (request.pairs?.unknown(among: list) ?? []) + request.accepted.unknown(among: list, in: folder) + missing
            + (licences.finding.map { [$0] } ?? [])
        if request.hasAnnotators && !list.hasAnnotators {
            summary.report.findings.append(ImportFinding(noAnnotators: folder))
        }
        for refused in list.refused { summary.report.record(refused.name, refused.outcome) }
        summary.total = list.cases.count + list.waiting.count + list.refused.count
        return RecognisedDataset(
            layout: layout, list: list, root: root, known: known, summary: summary,
            hasNewLicences: !licences.statements.isEmpty)
    }

    /// - Throws: `WorkflowError` where the folder's name cannot be that of a dataset.
    private static func require(_ name: String, of folder: String) throws(WorkflowError) {
        guard let problem = GivenName.problem(name) else { return }
        throw WorkflowError(
            .badInput, "the name of the folder \(problem), so that it cannot name the dataset", file: folder,
            remedy: "name the dataset with --name")
    }
}

/// A dataset in a folder.
private struct FoundDataset {
    let layout: any Layout
    let list: CaseList
    /// Its absolute path.
    let folder: String
    /// Its name.
    let dataset: String
}

/// A dataset in a folder, beside what the catalogue records of it.
private struct RecognisedDataset {
    let layout: any Layout
    let list: CaseList
    let root: ReleaseRoot
    let known: KnownRelease
    /// With the findings and cases that are known before any file is read.
    let summary: ImportSummary
    /// Whether its licence is stated otherwise than before.
    let hasNewLicences: Bool
}
