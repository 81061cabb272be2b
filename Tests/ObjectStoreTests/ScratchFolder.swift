import Glibc
import Testing

/// A folder of a test's own under the system's temporary folder, removed at the end of the scope.
func withScratchFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/lacuna-store-test-XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { removeTree(path) }
    return try body(path)
}

/// Calls `body` with a 64 KiB file system of its own; returns nil, after saying why, where this user may mount none.
func withTinyFileSystem<Result>(_ body: (String) throws -> Result) throws -> Result? {
    try withScratchFolder { folder in
        guard mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 else {
            print("left out: no 64 KiB file system could be mounted (errno \(errno)); run as root to check a full disk")
            return nil
        }
        defer { umount2(folder, Int32(MNT_DETACH.rawValue)) }
        return try body(folder)
    }
}

func remountReadOnly(_ folder: String) -> Bool {
    mount("tmpfs", folder, "tmpfs", UInt(MS_RDONLY.rawValue | MS_REMOUNT.rawValue), "size=64k") == 0
}

private func removeTree(_ path: String) {
    _ = nftw(path, { path, _, _, _ in remove(path!) }, 16, FTW_DEPTH.rawValue | FTW_PHYS.rawValue)
}

/// The paths of all files under `folder`, without the folder itself.
func files(under folder: String) -> [String] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var found: [String] = []
    while let entry = readdir(handle) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name == "." || name == ".." { continue }
        let path = "\(folder)/\(name)"
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR { found += files(under: path) } else { found.append(path) }
    }
    return found.sorted()
}

func overwrite(_ path: String, at offset: Int, with byte: UInt8) throws {
    try #require(chmod(path, 0o644) == 0)
    let descriptor = open(path, O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(withUnsafeBytes(of: byte) { pwrite(descriptor, $0.baseAddress, 1, off_t(offset)) } == 1)
}
