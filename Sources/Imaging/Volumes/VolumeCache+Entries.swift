internal import CacheFiles
public import Domain
internal import Glibc
public import System

extension VolumeCache {
    /// A file in the cache's folder.
    public struct Entry: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            case volume
            /// Coded labels of a volume.
            case labels
            /// A file being written, or left by a killed process.
            case unfinished
            /// Something that this cache did not write.
            case foreign
        }

        public let kind: Kind
        public let path: String
        /// The checksum of the image file that the volume was read from, which begins the file's name; nil for a foreign file.
        public let source: Digest?
        public let bytes: Int
        /// Seconds since 1970 when it was last opened or written.
        public let usedAt: Int
    }

    /// What became of a file that was to be removed.
    public enum Removal: Sendable, Hashable {
        case removed
        /// A process has it mapped into memory.
        case inUse
        case failed(SystemError)
    }

    /// Everything in the folder, sorted by name; nothing where it does not exist. Blocks.
    public func entries() throws(SystemError) -> [Entry] {
        guard Folder.exists(folder) else { return [] }
        return try Folder.entries(of: folder).compactMap { entry in
            let path = "\(folder)/\(entry.name)"
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            let source = Self.source(of: entry.name)
            let kind: Entry.Kind =
                switch entry.kind {
                case .file where source != nil && entry.name.hasSuffix(Self.ending): .volume
                case .file where source != nil && entry.name.hasSuffix(Self.labelEnding): .labels
                case .file where source != nil && entry.name.hasSuffix(".part"): .unfinished
                default: .foreign
                }
            return Entry(
                kind: kind, path: path, source: kind == .foreign ? nil : source, bytes: Int(status.st_size),
                usedAt: status.st_mtim.tv_sec)
        }
    }

    /// Why a cached file cannot be used; nil where it can. Blocks.
    ///
    /// - Parameter readsVoxels: whether the voxels are compared with the checksum; otherwise only the header is read.
    public func problem(of entry: Entry, readsVoxels: Bool) -> String? {
        do throws(ImagingError) {
            switch entry.kind {
            case .labels: _ = try MappedLabels(entry.path, access, isUsed: false, isChecked: readsVoxels)
            case .volume, .unfinished, .foreign:
                _ = try MappedVolume(entry.path, access, isUsed: false, isChecked: readsVoxels)
            }
            return nil
        } catch {
            return error.problem
        }
    }

    /// Removes a file that no process has mapped. Blocks.
    public func remove(_ entry: Entry) -> Removal {
        let file = Glibc.open(entry.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        defer { if file >= 0 { close(file) } }
        if file >= 0, flock(file, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return .inUse }
        guard unlink(entry.path) == 0 || errno == ENOENT else {
            return .failed(SystemError(operation: "unlink", path: entry.path, code: errno))
        }
        try? Folder.synchronise(folder)
        return .removed
    }

    /// Removes files until `bytes` more fit into `limit`, those first that were used least recently. A file that a process has mapped
    /// is kept, and the limit exceeded if necessary. Blocks.
    ///
    /// - Returns: the removed files.
    @discardableResult
    public func makeRoom(for bytes: Int, limit: Int) throws(SystemError) -> [Entry] {
        let entries = try entries().filter { [.volume, .labels].contains($0.kind) }.sorted { $0.usedAt < $1.usedAt }
        var total = entries.reduce(bytes) { $0 + $1.bytes }
        var removed: [Entry] = []
        for entry in entries where total > limit {
            guard case .removed = remove(entry) else { continue }
            total -= entry.bytes
            removed.append(entry)
        }
        return removed
    }

    /// The size of the file of a volume.
    public static func bytes(of shape: GridShape, bytesPerVoxel: Int) -> Int {
        CachedVolumeHeader.size + shape.count * bytesPerVoxel
    }

    /// The digest that begins a name such as `0f…-8x8x4.volume`.
    private static func source(of name: String) -> Digest? {
        let digits = name.prefix { $0 != "-" }
        return digits.count == 64 && digits.count < name.count ? Digest(hex: digits) : nil
    }
}
