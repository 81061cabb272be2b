internal import Catalog
internal import DICOM
internal import Domain
internal import Imaging
internal import Objects
internal import Schema
internal import System

/// Compares the objects, images and waiting labels that rows name with the object store and the datasets' folders.
package struct IntegrityCheck {
    private let workspace: Workspace
    /// Nil in a new catalogue, which has no object yet.
    private let store: (any ObjectStore)?
    private let readsData: Bool
    private let disk = BlockingWork()

    /// - Parameter readsData: whether all bytes are read; otherwise presence and sizes are checked.
    /// - Throws: `ObjectStoreError.noStore` where there is no object store, although rows name objects; `UnsafeFolder` for a cache that somebody else could change.
    package init(_ workspace: Workspace, readsData: Bool) async throws {
        (self.workspace, self.readsData) = (workspace, readsData)
        store = try await Self.store(of: workspace)
        for cache in workspace.caches { try Folder.requireSafe(cache.folder, workspace.access) }
    }

    private static func store(of workspace: Workspace) async throws -> (any ObjectStore)? {
        do {
            return try await workspace.objects()
        } catch let error as ObjectStoreError {
            guard case .noStore = error, try await workspace.catalog.objects().isEmpty else { throw error }
            return nil
        }
    }

    /// Where the schema differs from what the migrations make.
    package static func schemaFindings(_ workspace: Workspace) async throws -> [IntegrityFinding] {
        try await SchemaCheck(workspace.catalog.connection).differences().map {
            IntegrityFinding(.altered, .schema, $0.subject, $0.problem)
        }
    }

    /// Missing and damaged objects, masks that differ from their rows, missing and changed files, and orphans.
    ///
    /// - Parameter now: seconds since 1970; interrupted writes of the last day may still be running.
    package func run(now: Int) async throws -> [IntegrityFinding] {
        // The listing comes first: an object that is stored meanwhile has its row when the rows are read.
        let listing = try await store?.listing()
        let catalog = workspace.catalog
        let rows = try await catalog.objects()
        let (images, waiting) = (try await catalog.imageFiles(), try await catalog.waitingFiles())
        let meter = workspace.progress.begin("verify", total: rows.count + images.count + waiting.count)
        defer { meter.finish() }
        var findings = (listing?.strays ?? []).map {
            IntegrityFinding(.stray, .object, $0, "the file is not an object")
        }
        for row in rows {
            if !row.isPurged { findings += try await check(row) }
            meter.advance()
        }
        for (file, subject) in images.map({ ($0, IntegrityFinding.Subject.image) })
            + waiting.map({ ($0, IntegrityFinding.Subject.label) })
        {
            let check = DatasetFileCheck(subject: subject, readsData: readsData)
            if let finding = await disk.run({ check.finding(file) }) { findings.append(finding) }
            meter.advance()
        }
        let digests = try await imageDigests(of: images)
        findings += await checkConverted(digests)
        let cached = cacheCheck(digests, now: now)
        findings += try await disk.run { try cached.findings() }
        let named = Set(rows.filter { !$0.isPurged }.map(\.digest))
        let stored = listing?.objects ?? []
        return findings + stored.filter { !named.contains($0.digest) }.compactMap(orphan)
    }

    /// As `run`; then removes the objects and the converted volumes that no row names, and reports these instead of the orphans.
    ///
    /// - Parameter now: seconds since 1970; interrupted writes and converted volumes of the last day are kept.
    package func runAndSweep(now: Int) async throws -> [IntegrityFinding] {
        try await run(now: now).filter { $0.kind != .orphan } + (try await sweep(now: now))
    }

    /// Removes orphans while no object can be stored.
    private func sweep(now: Int) async throws -> [IntegrityFinding] {
        let (store, aDayAgo) = (store, now - 86_400)
        let removed: [ObjectID] = try await workspace.catalog.withObjectsLocked { named in
            guard let store else { return [] }
            let orphans = try await store.listing().objects.filter { !named.contains($0.digest) }
            for orphan in orphans { try await store.remove(orphan) }
            _ = try await store.removeTemporaries(writtenBefore: aDayAgo)
            return orphans
        }
        let digests = try await imageDigests(of: workspace.catalog.imageFiles())
        let (converted, cached) = (workspace.converted, cacheCheck(digests, now: now))
        let volumes = await disk.run {
            converted.sweep(keeping: digests.inUse, withdrawn: digests.withdrawn, writtenBefore: aDayAgo)
        }
        let copies = try await disk.run { try cached.sweep() }
        let swept = removed.compactMap { id in
            store.map { IntegrityFinding(.swept, .object, $0.location(of: id), Self.removedOrphan) }
        }
        return swept
            + volumes.map { IntegrityFinding(.swept, .converted, $0, Self.removedOrphan) } + copies
    }

    private static let removedOrphan = "no row named it; removed"

    private func check(_ row: ObjectRow) async throws -> [IntegrityFinding] {
        let masks = readsData ? try await workspace.catalog.maskFacts(in: row.digest) : []
        guard let store else { return [] }
        let found = try await StoredObjectCheck(store: store, readsData: readsData).findings(row, masks: masks)
        guard !found.isEmpty else { return [] }
        let contents = try await workspace.catalog.contents(of: row.digest)
        return found.map { $0.concerning(contents) }
    }

    private func orphan(_ id: ObjectID) -> IntegrityFinding? {
        store.map {
            IntegrityFinding(
                .orphan, .object, $0.location(of: id), "no row names it; lacuna verify --sweep removes it")
        }
    }

    /// The checksums of recorded image files.
    private struct ImageDigests: Sendable {
        let inUse: Set<Digest>
        /// Those of removed data alone.
        let withdrawn: Set<Digest>
    }

    private func imageDigests(of images: [ReferencedFile]) async throws -> ImageDigests {
        let inUse = Set(images.map(\.sha256))
        return ImageDigests(inUse: inUse, withdrawn: try await workspace.catalog.imageDigests().subtracting(inUse))
    }

    /// Volumes converted from DICOM series. None is missing, since each can be converted again.
    private func checkConverted(_ digests: ImageDigests) async -> [IntegrityFinding] {
        let check = ConvertedVolumeCheck(cache: workspace.converted, readsData: readsData)
        return await disk.run { check.findings(recorded: digests.inUse, withdrawn: digests.withdrawn) }
    }

    private func cacheCheck(_ digests: ImageDigests, now: Int) -> CacheCheck {
        CacheCheck(
            caches: workspace.caches, readsData: readsData, inUse: digests.inUse,
            recorded: digests.inUse.union(digests.withdrawn), aDayAgo: now - 86_400)
    }
}
