import Foundation
import TestSupport
import Testing

@testable import System

/// Files as Linux has them, in a folder of their own.
@Suite struct MemoryLimitTests {
    private func available(_ files: [String: String]) throws -> Int? {
        let root = TemporaryFolder.make("memory")
        for (path, text) in files {
            let url = URL(filePath: "\(root)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        return Memory.available(in: root)
    }

    private static let machine = ["proc/meminfo": "MemTotal: 9000 kB\nMemAvailable:    1000 kB\n"]

    @Test func withoutControlGroupsTheMachineTells() throws {
        #expect(try available([:]) == nil)
        #expect(try available(Self.machine) == 1_024_000)
        let unlimited = ["proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"]
        #expect(try available(Self.machine.merging(unlimited) { $1 }) == 1_024_000)
    }

    /// The unit of a service manager, within a slice that has a limit of its own.
    @Test func theSmallestLimitOfTheGroupsHolds() throws {
        var files = Self.machine
        files["proc/self/cgroup"] = "0::/slice/unit\n"
        files["sys/fs/cgroup/slice/unit/memory.max"] = "500000\n"
        files["sys/fs/cgroup/slice/unit/memory.current"] = "200000\n"
        files["sys/fs/cgroup/slice/unit/memory.stat"] = "anon 150000\ninactive_file 50000\n"
        #expect(try available(files) == 350_000)
        files["sys/fs/cgroup/slice/memory.max"] = "300000\n"
        files["sys/fs/cgroup/slice/memory.current"] = "310000\n"
        #expect(try available(files) == 0)
    }

    @Test func groupsOfTheFirstVersionAreRead() throws {
        var files = Self.machine
        files["proc/self/cgroup"] = "3:cpu:/\n4:memory:/a/b\n0::/\n"
        files["sys/fs/cgroup/memory/a/b/memory.limit_in_bytes"] = "9223372036854771712\n"
        files["sys/fs/cgroup/memory/a/b/memory.usage_in_bytes"] = "1000\n"
        files["sys/fs/cgroup/memory/a/memory.limit_in_bytes"] = "700000\n"
        files["sys/fs/cgroup/memory/a/memory.usage_in_bytes"] = "100000\n"
        files["sys/fs/cgroup/memory/a/memory.stat"] = "total_inactive_file 10\n"
        #expect(try available(files) == 600_010)
    }

    @Test func thisMachineTells() throws { #expect(try #require(Memory.available) > 0) }
}
