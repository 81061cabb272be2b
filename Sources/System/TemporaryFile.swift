internal import Glibc

/// A new file that is removed unless it is placed: written under a name of its own, then moved to its final name in one step, so that a
/// reader of that name sees the old or the whole new contents, also after a power failure. Blocks.
public struct TemporaryFile: ~Copyable {
    private let file: OpenFile

    /// Creates a file in `folder` under a name that no other process uses, ending in `.part`.
    ///
    /// - Parameters:
    ///   - prefix: the beginning of the name.
    ///   - mode: the permissions of the file, less the umask.
    public init(in folder: String, prefix: String = "", mode: UInt32 = 0o644) throws(SystemError) {
        let number = UInt64.random(in: 0...UInt64.max)
        let name = "\(prefix)\(String(number, radix: 36))-\(getpid()).part"
        let path = "\(folder)/\(name)"
        Unfinished.add(path)
        do {
            file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        } catch {
            Unfinished.forget(path)
            throw error
        }
    }

    /// Removes the file after a failure; after a rename there is nothing of its name.
    deinit {
        unlink(file.path)
        Unfinished.forget(file.path)
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) { try file.write(bytes) }

    public func write(_ bytes: [UInt8]) throws(SystemError) {
        try bytes.withUnsafeBytes { bytes in Result { () throws(SystemError) in try file.write(bytes) } }.get()
    }

    /// Makes the bytes durable and moves them to `path`, in place of what is there. The folder is not synchronised.
    ///
    /// - Parameters:
    ///   - mode: the exact permissions of the file; nil keeps those that it was created with.
    ///   - isDurable: false: after a power failure the file may have lost bytes, which its reader notices.
    public consuming func place(
        at path: String, mode: UInt32? = nil, isDurable: Bool = true
    ) throws(SystemError) {
        try finish(mode, isDurable: isDurable)
        guard rename(file.path, path) == 0 else { throw .last("rename", path) }
    }

    /// Makes the bytes durable and gives them the name `path` unless it is taken. The folder is not synchronised.
    ///
    /// - Returns: false where the name is taken.
    @discardableResult
    public consuming func placeIfVacant(at path: String, mode: UInt32? = nil) throws(SystemError) -> Bool {
        try finish(mode)
        if link(file.path, path) == 0 { return true }
        guard errno == EEXIST else { throw .last("link", path) }
        return false
    }

    private func finish(_ mode: UInt32?, isDurable: Bool = true) throws(SystemError) {
        if let mode { try file.setMode(mode) }
        if isDurable { try file.synchronise() }
    }
}
