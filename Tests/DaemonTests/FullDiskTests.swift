import Foundation
import Glibc
import TestSupport
import Testing

extension DaemonTests {
    @Suite struct FullDiskTests {
        /// Mounts a small file system for `body`; where that is not allowed, says which checks are left out.
        private func withSmallDisk(_ body: (String) async throws -> Void, check: String = #function) async throws {
            let folder = TemporaryFolder.make("disk")
            let mounted = try ChildProcess.run(
                "/usr/bin/mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder])
            guard mounted.status == 0 else {
                FileHandle.standardError.write(
                    Data("left out: \(check) may not mount a file system: \(mounted.errors)".utf8))
                return
            }
            defer { _ = try? ChildProcess.run("/usr/bin/umount", ["-l", folder]) }
            try await body(folder)
        }

        /// Takes all room that is left.
        private func fill(_ folder: String) {
            let file = open("\(folder)/filler", O_WRONLY | O_CREAT, 0o600)
            defer { close(file) }
            let block = [UInt8](repeating: 1, count: 4096)
            while write(file, block, block.count) > 0 {}
        }

        @Test func objectsThatFindNoRoomStopTheRunUntilThereIs() async throws {
            try await withSmallDisk { disk in
                try await World.with { place in
                    let before = try await place.annotations()
                    let objects = "\(disk)/objects"
                    try FileManager.default.moveItem(atPath: place.objects, toPath: objects)
                    try FileManager.default.createSymbolicLink(atPath: place.objects, withDestinationPath: objects)
                    fill(disk)
                    let ending = try await place.daemon()
                    #expect(ending.status == 7, "\(ending.errors)")
                    #expect(ending.errors.contains("no space is left"))
                    #expect(ending.errors.contains("file: \(place.objects)"))
                    #expect(ending.errors.contains("remedy: free space"))
                    try await place.expectInvariants(annotations: before, "with a full disk")
                    unlink("\(disk)/filler")
                    let again = try await place.daemon()
                    #expect(again.status == 0, "\(again.errors)")
                    try await WholeRun.expect(sameAs: place, "after room was made")
                }
            }
        }

        @Test func aCacheThatFindsNoRoomIsNamed() async throws {
            try await withSmallDisk { disk in
                try await World.with { place in
                    try FileManager.default.createSymbolicLink(atPath: place.cache, withDestinationPath: disk)
                    fill(disk)
                    let ending = try await place.daemon()
                    #expect(ending.status == 7, "\(ending.errors)")
                    #expect(ending.errors.contains("No space left"))
                    #expect(ending.errors.contains("file: \(place.cache)"))
                    unlink("\(disk)/filler")
                    #expect(try await place.daemon().status == 0)
                }
            }
        }
    }
}
