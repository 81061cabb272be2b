internal import Catalog
internal import Domain
internal import Importers
internal import System

/// Finds what the catalogue records of the release that is imported.
struct RecordedRelease {
    let catalog: LabelCatalog

    /// - Parameter folder: the folder that is imported.
    /// - Throws: `WorkflowError` of kind `conflict` where the release is recorded with another origin or root.
    func find(
        _ summary: ImportSummary, _ list: CaseList, folder: String, _ resolved: ResolvedImport
    ) async throws -> KnownRelease {
        let (dataset, release) = (summary.dataset, summary.release)
        try await catalog.requirePresent(dataset: dataset)
        let releases = try await catalog.datasets(named: dataset)
        guard let recorded = releases.first(where: { $0.release == release }) else {
            var known = KnownRelease()
            known.findings = try await strangeness(of: list, to: releases, folder: folder)
            return known
        }
        guard recorded.origin == summary.origin else {
            throw WorkflowError(
                .conflict,
                "dataset \(dataset), release \(release), is recorded with origin \(recorded.origin.rawValue)",
                file: folder,
                remedy:
                    "import it with --origin \(recorded.origin.rawValue), or import labels of origin "
                    + "\(summary.origin.rawValue) as another dataset: --name")
        }
        let cases = try await catalog.recordedFiles(dataset: dataset, release: release)
        let waiting = try await catalog.waitingLabels(dataset: dataset, release: release)
        let known = KnownRelease(
            root: recorded.root,
            cases: cases.mapValues { KnownFiles(place: $0.place, image: $0.image, labels: $0.labels) },
            waiting: Dictionary(
                waiting.map { ($0.file, KnownWaiting(sha256: $0.sha256, subject: $0.subject)) },
                uniquingKeysWith: { _, last in last }),
            maySkip: !resolved.options.changesReading && resolved.request.subjects == nil)
        guard known.isRecord(of: list, folder: folder) else {
            throw WorkflowError(
                .conflict, "dataset \(dataset), release \(release), is recorded under \(recorded.root)", file: folder,
                remedy:
                    "import the recorded folder, or give --name or --release for another dataset; if the folder was moved: "
                    + "lacuna dataset relocate \(dataset) PATH")
        }
        return known
    }

    /// A finding where the dataset has releases and none of them has a file of the list, by name and size.
    private func strangeness(
        of list: CaseList, to releases: [DatasetRow], folder: String
    ) async throws -> [ImportFinding] {
        var recorded: Set<ListedFile> = []
        for release in releases {
            let files = try await catalog.files(of: release.name, release: release.release)
            recorded.formUnion(files.map { ListedFile(path: $0.path, bytes: $0.bytes) })
        }
        guard let name = releases.first?.name, !recorded.isEmpty else { return [] }
        let isKnown = await BlockingWork().run { [recorded] in
            list.files.contains { file in
                ListedFile(file.absolutePath).map(recorded.contains) ?? false
            }
        }
        let others = releases.map { "\($0.release) (\($0.layout))" }
        return isKnown ? [] : [ImportFinding(strange: name, others: others, folder: folder)]
    }
}

/// A file by its name without folders, and its size.
private struct ListedFile: Hashable {
    let name: String
    let bytes: Int

    init(path: String, bytes: Int) {
        name = FilePath.name(of: path)
        self.bytes = bytes
    }

    /// Nil where no file exists. Checks the disk.
    init?(_ path: String) {
        guard let bytes = FilePath.size(of: path) else { return nil }
        self.init(path: path, bytes: bytes)
    }
}

extension KnownRelease {
    /// Whether the files are those of the recorded folder: they have its root, or its labels are where they were and only images
    /// are elsewhere.
    fileprivate func isRecord(of list: CaseList, folder: String) -> Bool {
        guard let root = root.map(ReleaseRoot.init(path:)) else { return true }
        if root == ReleaseRoot(of: list, folder: folder) { return true }
        let labels = list.labels.map(root.relative)
        return labels.allSatisfy { !$0.hasPrefix("..") }
            && labels.contains { waiting[$0] != nil || casesOfLabel[$0] != nil }
    }
}
