import Glibc

/// A file descriptor that closes itself. Every call retries when a signal interrupts it.
struct OpenFile: ~Copyable {
    let descriptor: Int32
    let path: String

    /// Opens `path` with `flags` (`O_CLOEXEC` is added); a created file gets `mode` less the umask.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(ObjectStoreError) {
        descriptor = retrying { open(path, flags | O_CLOEXEC, mode) }
        self.path = path
        guard descriptor >= 0 else { throw .last("open", path) }
    }

    deinit { close(descriptor) }

    /// Size in bytes.
    func size() throws(ObjectStoreError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("fstat", path) }
        return Int(status.st_size)
    }

    /// Makes the contents, or a folder's entries, survive a power cut.
    func synchronise() throws(ObjectStoreError) {
        guard retrying({ fsync(descriptor) }) == 0 else { throw .last("fsync", path) }
    }

    func setMode(_ mode: mode_t) throws(ObjectStoreError) {
        guard fchmod(descriptor, mode) == 0 else { throw .last("fchmod", path) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ObjectStoreError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = retrying { Glibc.write(descriptor, rest.baseAddress, rest.count) }
            guard count > 0 else { throw .last("write", path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Reads up to `buffer.count` bytes at `offset`; fewer only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ObjectStoreError) -> Int {
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
}

/// Repeats a system call while a signal interrupts it.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

extension ObjectStoreError {
    /// The error that `errno` tells of, after `operation` on `path` failed.
    static func last(_ operation: String, _ path: String) -> ObjectStoreError {
        let code = errno
        return switch code {
        case ENOSPC, EDQUOT, EFBIG: .full(path: path)
        case EROFS: .readOnly(path: path)
        case EACCES, EPERM: .denied(path: path)
        case ENOTDIR: .notAStore(path: path, problem: "a part of the path is a file, not a folder")
        default: .system(path: path, operation: operation, code: code)
        }
    }
}
