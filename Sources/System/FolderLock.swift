internal import Glibc

/// A lock on a folder, held until this object is released or the process ends. Advisory: for processes that ask.
public final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Nil where another process holds the lock, and where the file system has no locks. Blocks.
    public init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
