internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Imaging
internal import Importers
internal import Objects
internal import Postgres
internal import System

/// Reads cases on a thread of its own, with an inspector's buffers kept from case to case.
actor ImportWorker {
    /// What was found in a case's files.
    enum Examination: Sendable {
        case unchanged
        case waiting(WaitingCase, [FileChecksum])
        case inspected(InspectedCase)
        case failed(ImportError)
    }

    private let thread: SerialThread = .start()
    private let inspector: CaseInspector
    private let readsAnnotators: Bool
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(layout: any Layout, options: ImportOptions, converted: SeriesCache) {
        inspector = CaseInspector(layout: layout, options: options, converted: converted)
        readsAnnotators = options.annotators
    }

    deinit { thread.finish() }

    /// Hashes the files first, and inflates them only where they are not the known ones.
    func examine(_ item: ImportItem, in root: ReleaseRoot, known: KnownRelease) -> Examination {
        switch item {
        case .whole(let files): examine(files, in: root, known: known.mayPassOver ? known.cases[files.name] : nil)
        case .waiting(let item): examine(item, in: root, known: known.mayPassOver ? known.waiting : [:])
        }
    }

    private func examine(_ item: WaitingCase, in root: ReleaseRoot, known: [String: Digest]) -> Examination {
        do throws(ImportError) {
            let files = item.labels.map(\.file)
            if files.allSatisfy({ known[root.relative($0)] != nil }) {
                let prints = try inspector.checksums(of: files)
                if prints.allSatisfy({ known[root.relative($0.file)] == $0.sha256 }) { return .waiting(item, prints) }
            }
            return .waiting(item, try inspector.check(item))
        } catch {
            return .failed(error)
        }
    }

    private func examine(_ files: CaseFiles, in root: ReleaseRoot, known: KnownFiles?) -> Examination {
        do throws(ImportError) {
            if let known, !readsAnnotators || files.annotators.allSatisfy({ $0.problem == nil }) {
                let drawn = files.annotators.flatMap(\.instances).map { root.relative($0.file) }
                let found = KnownFiles(try inspector.checksums(of: files, known: known.image), in: root)
                if found == (readsAnnotators ? known : known.without(drawn)) { return .unchanged }
            }
            return .inspected(try inspector.inspect(files))
        } catch {
            return .failed(error)
        }
    }
}

/// A case's masks in the store; entries in the order of the labels that have a mask, then of the annotators'.
struct StoredPack: Sendable {
    let object: ObjectID
    let entries: [PackEntry]
}

extension StoredPack {
    /// Stores the case's masks as one object; nil where it has none.
    init?(storing item: InspectedCase, in store: ObjectFolder) throws {
        let masks = item.labels.compactMap(\.mask) + item.drawn.drawings.compactMap(\.mask)
        guard !masks.isEmpty else { return nil }
        var packer = ObjectPacker()
        entries = masks.map { packer.append($0.bytes) }
        object = try store.put(packer.finish())
    }
}

/// What the catalogue has of a release before an import, and whether equal files may be passed over unread.
struct KnownRelease: Sendable {
    /// Where the release's files are recorded; nil where the release is new.
    var root: String?
    var cases: [String: KnownFiles] = [:]
    /// Label files that wait for their image, by path relative to the root.
    var waiting: [String: Digest] = [:]
    var mayPassOver = true
    /// What a person should know of the release as a whole.
    var findings: [ImportFinding] = []

    /// Names of the cases that have a label file, by path relative to the root.
    private(set) var casesOfLabel: [String: [String]] = [:]

    init() {}

    init(root: String, cases: [String: KnownFiles], waiting: [String: Digest], mayPassOver: Bool) {
        (self.root, self.cases, self.waiting, self.mayPassOver) = (root, cases, waiting, mayPassOver)
        for (name, files) in cases {
            for label in files.labels.keys { casesOfLabel[label, default: []].append(name) }
        }
    }
}

/// Hashes of a case's files as the catalogue has them.
struct KnownFiles: Equatable, Sendable {
    /// Where the image was recorded.
    var place: ImagePlace?

    static func == (one: KnownFiles, other: KnownFiles) -> Bool {
        one.image == other.image && one.labels == other.labels
    }

    var image: Digest
    /// By path relative to the release's root.
    var labels: [String: Digest]

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
