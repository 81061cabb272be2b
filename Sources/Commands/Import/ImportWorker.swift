internal import Console
internal import DICOM
internal import Domain
internal import Imaging
internal import Importers
internal import ObjectStore
internal import Postgres

/// Reads cases and stores their masks on a thread of its own, with an inspector's buffers kept from case to case.
actor ImportWorker {
    /// What was found in a case's files.
    enum Examination: Sendable {
        case unchanged
        case inspected(InspectedCase)
        case failed(ImportError)
    }

    private let thread: ConnectionThread = .start()
    private let inspector: CaseInspector
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(layout: any Layout, options: ImportOptions, converted: SeriesCache) {
        inspector = CaseInspector(layout: layout, options: options, converted: converted)
    }

    deinit { thread.finish() }

    /// Hashes the files first, and inflates them only where they are not the known ones.
    func examine(_ files: CaseFiles, in root: ReleaseRoot, known: KnownFiles?) -> Examination {
        do throws(ImportError) {
            if let known {
                let found = try inspector.fingerprint(files, known: known.image)
                if known == KnownFiles(found, in: root) { return .unchanged }
            }
            return .inspected(try inspector.inspect(files))
        } catch {
            return .failed(error)
        }
    }

    /// Stores the case's masks as one object.
    func store(_ item: InspectedCase, in store: LocalObjectStore) throws -> StoredPack? {
        let masks = item.labels.compactMap(\.mask)
        guard !masks.isEmpty else { return nil }
        var packer = ObjectPacker()
        let entries = masks.map { packer.append($0.bytes) }
        return StoredPack(object: try store.put(packer.finish()), entries: entries)
    }
}

/// A case's masks in the store; entries in the order of the labels that have a mask.
struct StoredPack: Sendable {
    let object: ObjectID
    let entries: [PackEntry]
}

/// Hashes of a case's files as the catalogue has them.
struct KnownFiles: Equatable, Sendable {
    var image: Digest
    /// By path relative to the release's root.
    var labels: [String: Digest]
}

extension KnownFiles {
    init(_ fingerprint: Importers.CaseFingerprint, in root: ReleaseRoot) {
        image = fingerprint.files[0].sha256
        let pairs = fingerprint.files.dropFirst().map { (root.relative($0.file), $0.sha256) }
        labels = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
