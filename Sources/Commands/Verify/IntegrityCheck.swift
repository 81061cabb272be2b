internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Glibc
internal import Hashing
internal import Imaging
internal import Importers
internal import Objects
internal import System

/// Compares what rows name with what lies on the disk.
struct IntegrityCheck {
    let catalog: LabelCatalog
    let store: ObjectFolder
    let converted: SeriesCache
    let output: Output
    /// Whether bytes are read, or only presence and sizes looked at.
    let readsData: Bool

    private let disk = BlockingWork()

    init(catalog: LabelCatalog, store: ObjectFolder, converted: SeriesCache, output: Output, readsData: Bool) {
        self.converted = converted
        (self.catalog, self.store, self.output, self.readsData) = (catalog, store, output, readsData)
    }

    /// Objects that are missing or damaged, masks that are not what their rows say, images and waiting labels that are gone,
    /// orphans.
    func run() async throws -> [IntegrityFinding] {
        // Files first: what is written meanwhile has its row by the time that rows are read.
        let listing = try await disk.run { [store] in try StoreListing(store) }
        let objects = try await catalog.objects()
        let images = try await catalog.imageFiles()
        let waiting = try await catalog.waitingFiles()
        let bar = output.progress("verify", total: objects.count + images.count + waiting.count)
        defer { bar.finish() }
        var findings = listing.strays
        for object in objects where !object.isPurged {
            let found = try await check(object)
            if !found.isEmpty {
                let contents = try await catalog.contents(of: object.digest)
                findings += found.map { $0.concerning(contents) }
            }
            bar.advance()
        }
        for (what, file) in images.map({ ("image", $0) }) + waiting.map({ ("label", $0) }) {
            let readsData = readsData
            if let finding = try await disk.run({ Self.check(file, what, readsData: readsData) }) {
                findings.append(finding)
            }
            bar.advance()
        }
        let named = Set(objects.filter { !$0.isPurged }.map(\.digest))
        findings += try await disk.run { [converted, readsData] in
            Self.check(converted, named: Set(images.map(\.sha256)), readsData: readsData)
        }
        return findings + listing.objects.filter { !named.contains($0.digest) }.map { orphan($0, .orphan) }
    }

    /// Removes what no row names, while nobody can store an object.
    func sweep() async throws -> [IntegrityFinding] {
        let (store, disk) = (store, disk)
        let removed = try await catalog.withObjectsLocked { named in
            try await disk.run {
                let orphans = try StoreListing(store).objects.filter { !named.contains($0.digest) }
                for orphan in orphans { try store.remove(orphan) }
                _ = try store.removeTemporaries(writtenBefore: time(nil) - 86_400)
                return orphans
            }
        }
        let recorded = Set(try await catalog.imageFiles().map(\.sha256))
        let volumes = try await disk.run { [converted] in
            converted.sweep(keeping: recorded, writtenBefore: time(nil) - 86_400)
        }
        return removed.map { orphan($0, .swept) } + volumes.map { Self.finding(.swept, $0, "no row named it; removed") }
    }

    private func orphan(_ id: ObjectID, _ kind: IntegrityFinding.Kind) -> IntegrityFinding {
        let problem = kind == .swept ? "no row named it; removed" : "no row names it; lacuna verify --sweep removes it"
        return IntegrityFinding(kind: kind, what: "object", file: store.path(of: id), problem: problem)
    }

    // MARK: - Objects and masks

    private func check(_ object: ObjectRow) async throws -> [IntegrityFinding] {
        let masks = readsData ? try await catalog.maskFacts(in: object.digest) : []
        let (store, readsData) = (store, readsData)
        return try await disk.run {
            let id = ObjectID(digest: object.digest, size: object.bytes)
            let path = store.path(of: id)
            func finding(_ kind: IntegrityFinding.Kind, _ problem: String) -> IntegrityFinding {
                IntegrityFinding(kind: kind, what: "object", file: path, problem: problem)
            }
            guard let size = Self.size(path) else { return [finding(.missing, "the file is missing")] }
            guard size == object.bytes else {
                return [finding(.damaged, "the file has \(size) bytes instead of \(object.bytes)")]
            }
            guard readsData else { return [] }
            if case .damaged = try store.verify(id) { return [finding(.damaged, "the bytes do not hash to the name")] }
            return masks.compactMap { Self.check($0, store, path) }
        }
    }

    /// Decodes a mask, checks its content's hash, and counts its voxels.
    private static func check(_ mask: MaskFacts, _ store: ObjectFolder, _ path: String) -> IntegrityFinding? {
        let problem: String
        do {
            let planes = try BlockingMaskReader.read(mask.location, shape: mask.shape, store)
            let (found, known) = (planes.foreground.population, planes.known?.population)
            if found == mask.voxels && known == mask.knownVoxels { return nil }
            problem = "mask \(mask.location.mask) has \(found) voxels instead of \(mask.voxels)"
        } catch {
            problem = CommandFailure(error).problem
        }
        return IntegrityFinding(kind: .damaged, what: "mask", file: path, problem: problem)
    }

    // MARK: - Volumes made of DICOM

    /// All of them can be made again, so that none is missing.
    private static func check(_ converted: SeriesCache, named: Set<Digest>, readsData: Bool) -> [IntegrityFinding] {
        converted.contents.compactMap { digest in
            let path = converted.path(of: digest)
            guard named.contains(digest) else {
                return finding(.orphan, path, "no row names it; lacuna verify --sweep removes it after a day")
            }
            guard readsData, (try? NIfTIReader().readHeader(path)) == nil else { return nil }
            return finding(.damaged, path, "it cannot be read; remove it, and it is made again when it is needed")
        }
    }

    private static func finding(_ kind: IntegrityFinding.Kind, _ path: String, _ problem: String) -> IntegrityFinding {
        IntegrityFinding(kind: kind, what: "converted", file: path, problem: problem)
    }

    // MARK: - Files of datasets

    /// - Parameter what: `image`, or `label` for one that waits for its image.
    private static func check(_ file: ReferencedFile, _ what: String, readsData: Bool) -> IntegrityFinding? {
        func finding(_ kind: IntegrityFinding.Kind, _ problem: String) -> IntegrityFinding {
            let name = "\(file.dataset)/\(file.caseName)"
            return IntegrityFinding(
                kind: kind, what: what, file: file.path, problem: "\(name): \(problem)", contents: [name])
        }
        let isFolder = FolderFile.isFolder(file.path)
        let found = isFolder ? FolderFile.size(of: file.path, recorded: file.bytes) : size(file.path)
        guard let size = found else { return finding(.missing, "the file is missing") }
        guard size == file.bytes else {
            return finding(.damaged, "the file has \(size) bytes instead of \(file.bytes)")
        }
        if readsData && isFolder && FolderFile.isIntact(file.path, recorded: file.sha256) { return nil }
        guard readsData, (try? SHA256.digest(ofFile: file.path)) != file.sha256 else { return nil }
        return finding(.damaged, "the bytes are not those that were imported")
    }

    /// Bytes of a file; nil where there is none.
    private static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}

/// Every file of a store.
struct StoreListing: Sendable {
    private(set) var objects: [ObjectID] = []
    private(set) var strays: [IntegrityFinding] = []

    /// Blocks.
    init(_ store: ObjectFolder) throws {
        var (objects, strays): ([ObjectID], [IntegrityFinding]) = ([], [])
        try store.forEach {
            objects.append($0)
        } stray: {
            strays.append(
                IntegrityFinding(kind: .stray, what: "object", file: $0, problem: "a file that is no object"))
        }
        (self.objects, self.strays) = (objects, strays)
    }
}
