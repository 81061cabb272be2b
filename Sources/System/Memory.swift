internal import Glibc

/// The memory that this process can take.
public enum Memory {
    /// Bytes that the process can take without swapping, as Linux estimates them, and within the limits of its control groups; nil where the
    /// system does not say.
    public static var available: Int? { available(in: "") }

    /// The most bytes that this program has held in memory so far; nil where the system does not say. The maximum of `getrusage` is not that: it
    /// begins with what the process held that started the program.
    public static var peak: Int? { field("VmHWM:", of: "/proc/self/status").map { $0 * 1024 } }

    /// - Parameter root: the folder that contains `proc` and `sys`.
    static func available(in root: String) -> Int? {
        let machine = field("MemAvailable:", of: "\(root)/proc/meminfo").map { $0 * 1024 }
        return ([machine] + ControlGroup.ofThisProcess(in: root).map(\.available)).compactMap(\.self).min()
    }

    /// The number after a word that begins a line.
    fileprivate static func field(_ name: String, of path: String) -> Int? {
        lines(of: path).lazy.map { $0.split { $0 == " " || $0 == "\t" } }.first {
            $0.first == Substring(name) && $0.count > 1
        }
        .flatMap { Int($0[1]) }
    }

    /// Of a file whose size the system does not know before it is read, as in `/proc`.
    fileprivate static func lines(of path: String) -> [String] {
        guard let stream = fopen(path, "r") else { return [] }
        defer { fclose(stream) }
        var (lines, line) = ([String](), [CChar](repeating: 0, count: 4096))
        while fgets(&line, Int32(line.count), stream) != nil {
            let bytes = line.prefix { $0 != 0 && $0 != 10 }
            lines.append(String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        return lines
    }
}

/// A control group that can limit memory (version 1 or 2).
private struct ControlGroup {
    let folder: String
    let limitFile: String
    let usageFile: String
    let reclaimable: String

    /// The groups of this process and those that contain them.
    static func ofThisProcess(in root: String) -> [ControlGroup] {
        Memory.lines(of: "\(root)/proc/self/cgroup").flatMap { line -> [ControlGroup] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let (controllers, path) = (parts[1].split(separator: ","), String(parts[2]))
            if parts[0] == "0", controllers.isEmpty {
                return folders(path).map { ControlGroup(version2: "\(root)/sys/fs/cgroup\($0)") }
            }
            guard controllers.contains("memory") else { return [] }
            return folders(path).map { ControlGroup(version1: "\(root)/sys/fs/cgroup/memory\($0)") }
        }
    }

    /// `/a/b`, `/a` and the root as an empty text.
    private static func folders(_ path: String) -> [String] {
        guard let slash = path.lastIndex(of: "/"), path.count > 1 else { return [""] }
        return [path] + folders(String(path[..<slash]))
    }

    private init(version2 folder: String) {
        self.folder = folder
        (limitFile, usageFile, reclaimable) = ("memory.max", "memory.current", "inactive_file")
    }

    private init(version1 folder: String) {
        self.folder = folder
        (limitFile, usageFile, reclaimable) = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    }

    /// Bytes up to the limit; nil without one. Pages of files that were not read lately count as free.
    var available: Int? {
        guard let limit = number(limitFile), let usage = number(usageFile) else { return nil }
        return max(0, limit - usage + (Memory.field(reclaimable, of: "\(folder)/memory.stat") ?? 0))
    }

    private func number(_ file: String) -> Int? { Memory.lines(of: "\(folder)/\(file)").first.flatMap { Int($0) } }
}
