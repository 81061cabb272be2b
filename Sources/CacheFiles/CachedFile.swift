internal import Glibc
public import System

/// A file of a cache, mapped read-only.
///
/// While it lives, a shared lock on the file keeps away whoever removes files from the cache: the lock belongs to the open file, which lives as long
/// as its mapping, also after its descriptor is closed (mmap(2), flock(2)). On file systems without such locks the file may be removed,
/// and the mapping stays valid.
///
/// `@unchecked Sendable`: the mapping is private, read-only and immutable from `init` to `deinit`; files are replaced by renaming, never
/// written in place, so the pages do not change.
public final class CachedFile: @unchecked Sendable {
    /// The whole file; valid while this object lives.
    public let bytes: UnsafeRawBufferPointer

    /// - Parameters:
    ///   - access: who may have written the file; nil: anybody.
    ///   - minimum: the least size of the file, above 0.
    ///   - isUsed: whether the modification time becomes the present.
    /// - Throws: `unreadable`, with `ENOENT` also where another process is removing the file; `unsafe`, `truncated`.
    public init(
        _ path: String, _ access: FolderAccess?, minimum: Int, isUsed: Bool
    ) throws(CacheFileError) {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw .unreadable(file: path, code: errno) }
        defer { close(file) }
        if let access, !access.accepts(fileDescriptor: file) { throw .unsafe(file: path) }
        let isBeingRemoved = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
        if isBeingRemoved { throw .unreadable(file: path, code: ENOENT) }
        bytes = try Self.map(file, path, minimum)
        if isUsed { futimens(file, nil) }
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count) }

    private static func map(
        _ file: Int32, _ path: String, _ minimum: Int
    ) throws(CacheFileError) -> UnsafeRawBufferPointer {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unreadable(file: path, code: errno) }
        guard status.st_nlink > 0 else { throw .unreadable(file: path, code: ENOENT) }
        let size = Int(status.st_size)
        guard size >= minimum else {
            throw .truncated(file: path, neededBytes: minimum, foundBytes: size)
        }
        guard let mapped = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), mapped != MAP_FAILED else {
            throw .unreadable(file: path, code: errno)
        }
        return UnsafeRawBufferPointer(start: mapped, count: size)
    }
}
