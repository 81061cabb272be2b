internal import Glibc

/// A file descriptor that closes itself. Every call is repeated when a signal interrupts it. Blocks.
public struct OpenFile: ~Copyable, Sendable {
    let descriptor: Int32
    public let path: String

    /// Opens a regular file for reading. Does not wait for the other end of a pipe.
    public init(reading path: String) throws(SystemError) {
        descriptor = try Self.descriptor(reading: path)
        self.path = path
    }

    /// Opens `path` with `flags` (`O_CLOEXEC` is added); a created file gets `mode` less the umask.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) {
        descriptor = retrying { open(path, flags | O_CLOEXEC, mode) }
        self.path = path
        guard descriptor >= 0 else { throw .last("open", path) }
    }

    deinit { close(descriptor) }

    /// Takes a descriptor of a regular file, or the -1 of the call that failed to open it.
    init(taking descriptor: Int32, _ path: String) throws(SystemError) {
        self.descriptor = try Self.regular(descriptor, path)
        self.path = path
    }

    private static func descriptor(reading path: String) throws(SystemError) -> Int32 {
        try regular(retrying { open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }, path)
    }

    private static func regular(_ descriptor: Int32, _ path: String) throws(SystemError) -> Int32 {
        guard descriptor >= 0 else { throw .last("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notRegular(path)
        }
        return descriptor
    }

    /// All bytes of the file.
    public func contents() throws(SystemError) -> [UInt8] { try bytes(at: 0, count: try size()) }

    /// Size in bytes.
    public func size() throws(SystemError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("fstat", path) }
        return Int(status.st_size)
    }

    /// Makes the contents, or a folder's entries, survive a power failure.
    public func synchronise() throws(SystemError) {
        guard retrying({ fsync(descriptor) }) == 0 else { throw .last("fsync", path) }
    }

    func empty() throws(SystemError) {
        guard ftruncate(descriptor, 0) == 0 else { throw .last("truncate", path) }
    }

    func setMode(_ mode: mode_t) throws(SystemError) {
        guard fchmod(descriptor, mode) == 0 else { throw .last("fchmod", path) }
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = retrying { Glibc.write(descriptor, rest.baseAddress, rest.count) }
            guard count > 0 else { throw .last("write", path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Reads up to `buffer.count` bytes at `offset`; fewer only at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let start = buffer.baseAddress! + filled
            let count = retrying { pread(descriptor, start, buffer.count - filled, off_t(offset + filled)) }
            guard count >= 0 else { throw .last("read", path) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// `count` bytes at `offset`; fewer only at the end of the file.
    public func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        // An array without capacity is the shared empty one, whose count must not be written.
        guard count > 0 else { return [] }
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SystemError) {
                filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
