import Glibc
import TestSupport
import Testing

/// A folder of a test's own under the system's temporary folder, removed at the end of the scope.
func withScratchFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = TemporaryFolder.make("store")
    defer { removeTree(path) }
    return try body(path)
}

/// The same for asynchronous work.
func withScratchFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = TemporaryFolder.make("store")
    defer { removeTree(path) }
    return try await body(path)
}

/// Calls `body` with a 64 KiB file system of its own. Its test has the trait `needsMounting()`.
func withTinyFileSystem<Result>(_ body: (String) throws -> Result) throws -> Result {
    try withScratchFolder { folder in
        try #require(mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0)
        defer { umount2(folder, Int32(MNT_DETACH)) }
        return try body(folder)
    }
}

func remountReadOnly(_ folder: String) -> Bool {
    mount("tmpfs", folder, "tmpfs", UInt(MS_RDONLY | MS_REMOUNT), "size=64k") == 0
}

private func removeTree(_ path: String) {
    for entry in entries(of: path) { if entry.isFolder { removeTree(entry.path) } else { unlink(entry.path) } }
    rmdir(path)
}

private func entries(of folder: String) -> [(path: String, isFolder: Bool)] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var found: [(path: String, isFolder: Bool)] = []
    while let entry = readdir(handle) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        var status = stat()
        guard name != ".", name != "..", lstat("\(folder)/\(name)", &status) == 0 else { continue }
        found.append(("\(folder)/\(name)", status.st_mode & S_IFMT == S_IFDIR))
    }
    return found
}

/// The paths of all files under `folder`, without the folders.
func files(under folder: String) -> [String] {
    entries(of: folder).flatMap { $0.isFolder ? files(under: $0.path) : [$0.path] }.sorted()
}

func overwrite(_ path: String, at offset: Int, with byte: UInt8) throws {
    try #require(chmod(path, 0o644) == 0)
    let descriptor = open(path, O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(withUnsafeBytes(of: byte) { pwrite(descriptor, $0.baseAddress, 1, off_t(offset)) } == 1)
}
