internal import Catalog
internal import Console
internal import Domain
internal import Glibc
internal import Importers
internal import System

/// What the catalogue has of the release that an import is about to record.
struct RecordedRelease {
    let catalog: LabelCatalog

    /// - Parameter folder: the folder that is imported.
    /// - Throws: a conflict where the release is recorded with another origin, or from another place.
    func find(
        _ summary: ImportSummary, _ list: CaseList, folder: String, _ request: ImportRequest
    ) async throws -> KnownRelease {
        let (dataset, release) = (summary.dataset, summary.layout.release)
        try await catalog.requirePresent(dataset: dataset)
        let releases = try await catalog.datasets(named: dataset)
        guard let recorded = releases.first(where: { $0.release == release }) else {
            var known = KnownRelease()
            known.findings = try await strangeness(of: list, to: releases, folder: folder)
            return known
        }
        guard recorded.origin == summary.origin else {
            throw CommandFailure(
                .conflict,
                "dataset \(dataset), release \(release), is recorded with origin \(recorded.origin.rawValue)",
                file: folder,
                remedy:
                    "import it with --origin \(recorded.origin.rawValue); labels of origin \(summary.origin.rawValue) "
                    + "belong to a dataset of their own: --name")
        }
        let cases = try await catalog.recordedFiles(dataset: dataset, release: release)
        let waiting = try await catalog.waitingLabels(dataset: dataset, release: release)
        let known = KnownRelease(
            root: recorded.root,
            cases: cases.mapValues { KnownFiles(place: $0.place, image: $0.image, labels: $0.labels) },
            waiting: Dictionary(waiting.map { ($0.file, $0.sha256) }, uniquingKeysWith: { _, last in last }),
            mayPassOver: !request.options.changesReading && request.subjects == nil)
        guard known.isRecord(of: list, folder: folder) else {
            throw CommandFailure(
                .conflict, "dataset \(dataset), release \(release), is recorded under \(recorded.root)", file: folder,
                remedy: "give --name or --release for another dataset, or import from the recorded folder; where the "
                    + "folder has moved: lacuna dataset relocate \(dataset) PATH")
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
        let isKnown = try await BlockingWork().run { [recorded] in
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
    let name: Substring
    let bytes: Int

    init(path: String, bytes: Int) {
        name = path.split(separator: "/").last ?? ""
        self.bytes = bytes
    }

    /// Nil where there is none. Looks at the disk.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(path: path, bytes: Int(status.st_size))
    }
}

extension KnownRelease {
    /// Whether the files are those of the recorded folder: they have its root, or labels that it has lie where they did and
    /// only images elsewhere.
    fileprivate func isRecord(of list: CaseList, folder: String) -> Bool {
        guard let root = root.map(ReleaseRoot.init(path:)) else { return true }
        if root == ReleaseRoot(of: list, folder: folder) { return true }
        let labels = list.labels.map(root.relative)
        return labels.allSatisfy { !$0.hasPrefix("..") }
            && labels.contains { waiting[$0] != nil || casesOfLabel[$0] != nil }
    }
}
