internal import Glibc

/// A file system in memory that a test may fill.
public struct SmallDisk: Sendable {
    public let path: String

    private var filler: String { path + "/filler" }

    /// Takes all room that is left. No program that another test starts meanwhile may hold the file: it would keep the room.
    public func fill() {
        let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        for size in [1 << 16, 1 << 9] {
            let block = [UInt8](repeating: 1, count: size)
            while write(file, block, size) > 0 {}
        }
    }

    /// Gives the room back.
    public func empty() { unlink(filler) }
}

/// Runs `body` with a file system of that size; where mounting is not allowed, says which checks are left out.
public func withSmallDisk(
    megabytes: Int, check: String = #function, _ body: (SmallDisk) async throws -> Void
) async throws {
    let folder = TemporaryFolder.make("disk")
    let mounted = try ChildProcess.run(
        "/usr/bin/mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m,mode=711", "tmpfs", folder])
    guard mounted.status == 0 else {
        print("left out: \(check) may not mount a file system: \(mounted.errors)")
        return
    }
    defer { _ = try? ChildProcess.run("/usr/bin/umount", ["-l", folder]) }
    try await body(SmallDisk(path: folder))
}
