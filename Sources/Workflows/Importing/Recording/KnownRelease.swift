internal import Catalog
internal import Domain
internal import Importers

/// What the catalogue records of a release before an import.
struct KnownRelease: Sendable {
    /// The recorded root; nil where the release is new.
    var root: String?
    var cases: [String: KnownFiles] = [:]
    /// Label files that wait for their image, by path relative to the root.
    var waiting: [String: KnownWaiting] = [:]
    /// Whether cases with the recorded files are skipped without reading them.
    var maySkip = true
    /// Findings about the release as a whole.
    var findings: [ImportFinding] = []

    /// Names of the cases that have a label file, by path relative to the root.
    private(set) var casesOfLabel: [String: [String]] = [:]

    init() {}

    init(root: String, cases: [String: KnownFiles], waiting: [String: KnownWaiting], maySkip: Bool) {
        (self.root, self.cases, self.waiting, self.maySkip) = (root, cases, waiting, maySkip)
        for (name, files) in cases {
            for label in files.labels.keys { casesOfLabel[label, default: []].append(name) }
        }
    }
}

/// A recorded label file without an image.
struct KnownWaiting: Equatable, Sendable {
    var sha256: Digest
    /// The dataset's key of the subject, from its layout or from a table of subjects.
    var subject: String
}

/// Checksums of a case's files as recorded. Equal where the checksums are, wherever the image is.
struct KnownFiles: Equatable, Sendable {
    /// Where the image was recorded.
    var place: ImagePlace?
    var image: Digest
    /// By path relative to the release's root.
    var labels: [String: Digest]

    static func == (one: KnownFiles, other: KnownFiles) -> Bool {
        one.image == other.image && one.labels == other.labels
    }

    func without(_ paths: [String]) -> KnownFiles {
        var copy = self
        for path in paths { copy.labels[path] = nil }
        return copy
    }
}

extension KnownFiles {
    init(_ checksums: CaseChecksums, in root: ReleaseRoot) {
        image = checksums.files[0].sha256
        let pairs = checksums.files.dropFirst().map { (root.relative($0.file), $0.sha256) }
        labels = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
