internal import Glibc

/// A file system in memory that a test may fill.
public struct SmallDisk: Sendable {
    public let path: String

    private var filler: String { path + "/filler" }

    /// Whether this process may mount a file system; tried once.
    static let canMount: Bool = {
        let folder = TemporaryFolder.make("disk")
        guard (try? mount(folder, megabytes: 1)) != nil else { return false }
        unmount(folder)
        return true
    }()

    fileprivate static func mount(_ folder: String, megabytes: Int) throws {
        let options = "size=\(megabytes)m,mode=711"
        let ending = try ChildProcess.run("/usr/bin/mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder])
        guard ending.status == 0 else { throw ChildProcess.Failure(path: folder, problem: ending.errors) }
    }

    fileprivate static func unmount(_ folder: String) {
        _ = try? ChildProcess.run("/usr/bin/umount", ["-l", folder])
    }

    /// Takes all room that is left. The file is closed on exec: a program that another test starts must not keep the room.
    public func fill() {
        let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        for size in [1 << 16, 1 << 9] {
            let block = [UInt8](repeating: 1, count: size)
            while write(file, block, size) > 0 {}
        }
    }

    /// Frees the room again.
    public func empty() { unlink(filler) }
}

/// Runs `body` with a file system of that size. Its test has the trait `needsMounting()`.
///
/// - Throws: `ChildProcess.Failure` where mounting is not allowed.
public func withSmallDisk(megabytes: Int, _ body: (SmallDisk) async throws -> Void) async throws {
    let folder = TemporaryFolder.make("disk")
    try SmallDisk.mount(folder, megabytes: megabytes)
    defer { SmallDisk.unmount(folder) }
    try await body(SmallDisk(path: folder))
}
