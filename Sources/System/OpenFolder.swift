internal import Glibc

/// A folder that another program may change meanwhile: its files are reached through its descriptor, and neither it nor they through a symbolic
/// link, so that nothing outside of it is read or removed.
public struct OpenFolder: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// - Throws: `SystemError` for what is no folder, and for a link to one.
    public init(_ path: String) throws(SystemError) {
        descriptor = retrying { open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        self.path = path
        guard descriptor >= 0 else { throw .last("open", path) }
    }

    deinit { close(descriptor) }

    /// Opens a regular file for reading.
    ///
    /// - Parameter name: without a slash.
    public func file(_ name: String) throws(SystemError) -> OpenFile {
        try OpenFile(
            taking: openat(descriptor, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC), "\(path)/\(name)")
    }

    /// Empties a regular file of more than so many bytes.
    public func empty(_ name: String, above limit: Int) throws(SystemError) {
        let file = try OpenFile(
            taking: openat(descriptor, name, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC), "\(path)/\(name)")
        if try file.size() > limit { try file.empty() }
    }

    public func remove(_ name: String) throws(SystemError) {
        guard unlinkat(descriptor, name, 0) == 0 else { throw .last("unlink", "\(path)/\(name)") }
    }
}
