import Glibc

/// A new file that vanishes unless it is placed: written under a name of its own, moved to its final name in one step.
struct TemporaryFile: ~Copyable {
    private let file: OpenFile

    /// Creates a file in `folder` that no other process uses, with mode 0444.
    init(in folder: String) throws(ObjectStoreError) {
        var random = SystemRandomNumberGenerator()
        let name = String(random.next(), radix: 36) + "-" + String(getpid())
        file = try OpenFile("\(folder)/\(name)", O_WRONLY | O_CREAT | O_EXCL, mode: 0o444)
    }

    /// After a rename the name is gone already; after a failure this leaves nothing behind.
    deinit { unlink(file.path) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ObjectStoreError) { try file.write(bytes) }

    func write(_ bytes: [UInt8]) throws(ObjectStoreError) {
        try bytes.withUnsafeBytes { bytes in Result { () throws(ObjectStoreError) in try file.write(bytes) } }.get()
    }

    /// Makes the bytes durable and moves them to `path`, in place of what is there.
    consuming func place(at path: String) throws(ObjectStoreError) {
        try finish()
        guard rename(file.path, path) == 0 else { throw .last("rename", path) }
    }

    /// Makes the bytes durable and gives them the name `path` unless it is taken.
    consuming func placeIfVacant(at path: String) throws(ObjectStoreError) {
        try finish()
        guard link(file.path, path) == 0 || errno == EEXIST else { throw .last("link", path) }
    }

    private func finish() throws(ObjectStoreError) {
        try file.setMode(0o444)
        try file.synchronise()
    }
}
