internal import Imaging
internal import System

/// The caches of `lacunad` that this machine can reach.
package struct TrainingCaches: Sendable {
    private let workspace: Workspace
    private let disk = BlockingWork()

    /// - Throws: `UnsafeFolder` for a cache that somebody else could change.
    package init(_ workspace: Workspace) throws {
        for cache in workspace.caches { try Folder.requireSafe(cache.folder, workspace.access) }
        self.workspace = workspace
    }

    /// What each cache holds.
    package func status() async throws -> [CacheStatus] {
        try await disk.run { [caches = workspace.caches] in
            try caches.map { CacheStatus(folder: $0.folder, try $0.entries()) }
        }
    }

    /// The files that cannot be used: damaged ones, and those that `lacunad` did not write. Reads every byte.
    package func problems() async throws -> [CacheProblem] {
        let files = try await disk.run { [caches = workspace.caches] in
            try caches.flatMap { cache in try cache.entries().map { (cache: cache, entry: $0) } }
        }
        let meter = workspace.progress.begin("verify", total: files.count)
        defer { meter.finish() }
        var problems: [CacheProblem] = []
        for file in files {
            let problem = await disk.run { file.cache.problemOfWhole(file.entry) }
            if let problem {
                problems.append(CacheProblem(file: file.entry.path, bytes: file.entry.bytes, problem: problem))
            }
            meter.advance()
        }
        return problems
    }

    /// Removes images, labels and what interrupted writes left a day ago, except what a process has mapped and what `lacunad` did not write.
    ///
    /// - Parameter now: seconds since 1970.
    package func clear(now: Int) async throws -> [CacheClearing] {
        try await disk.run { [caches = workspace.caches] in
            try caches.map { cache in
                var clearing = CacheClearing(folder: cache.folder)
                for entry in try cache.entries() {
                    clearing.add(entry, cache.clear(entry, now: now))
                }
                return clearing
            }
        }
    }
}

extension VolumeCache {
    /// Nil for a file that is not this cache's.
    fileprivate func clear(_ entry: Entry, now: Int) -> Removal? {
        switch entry.kind {
        case .foreign: nil
        case .unfinished where entry.usedAt > now - 86_400: .inUse
        case .volume, .labels, .unfinished: remove(entry)
        }
    }

    fileprivate func problemOfWhole(_ entry: Entry) -> String? {
        switch entry.kind {
        case .foreign: "lacunad did not write it"
        case .unfinished: nil
        case .volume, .labels: problem(of: entry, readsVoxels: true)
        }
    }
}

/// What a cache holds.
package struct CacheStatus: Sendable, Hashable {
    package let folder: String
    package let images, labels, unfinished, foreign: Int
    package let imageBytes, labelBytes: Int

    init(folder: String, _ entries: [VolumeCache.Entry]) {
        func count(_ kind: VolumeCache.Entry.Kind) -> Int { entries.count { $0.kind == kind } }
        func bytes(_ kind: VolumeCache.Entry.Kind) -> Int {
            entries.reduce(0) { $0 + ($1.kind == kind ? $1.bytes : 0) }
        }
        self.folder = folder
        (images, labels, unfinished, foreign) = (count(.volume), count(.labels), count(.unfinished), count(.foreign))
        (imageBytes, labelBytes) = (bytes(.volume), bytes(.labels))
    }
}

/// A file of a cache that cannot be used.
package struct CacheProblem: Sendable, Hashable {
    package let file: String
    package let bytes: Int
    package let problem: String
}

/// What became of the files of a cache that was cleared.
package struct CacheClearing: Sendable, Hashable {
    package let folder: String
    package private(set) var removed = 0
    package private(set) var removedBytes = 0
    /// Files that a process has mapped, or may be writing.
    package private(set) var inUse = 0
    /// Files that `lacunad` did not write.
    package private(set) var foreign = 0
    /// Files that could not be removed, each with the reason.
    package private(set) var failures: [String] = []

    /// - Parameter removal: nil for a file that stays.
    fileprivate mutating func add(_ entry: VolumeCache.Entry, _ removal: VolumeCache.Removal?) {
        switch removal {
        case nil: foreign += 1
        case .removed:
            removed += 1
            removedBytes += entry.bytes
        case .inUse: inUse += 1
        case .failed(let error): failures.append("\(entry.path): \(error.reason)")
        }
    }
}
