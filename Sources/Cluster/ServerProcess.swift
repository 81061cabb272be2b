internal import Glibc
internal import System

/// Server processes, from `/proc`.
enum ServerProcess {
    /// Whether the process is a PostgreSQL server of the data folder and not a zombie.
    ///
    /// All processes of a server have its data folder as their working folder. Another program, or the server of another folder, may
    /// have the number of a server that was killed. Where the system hides working folders, as from root in some containers, the
    /// name decides alone.
    static func isAlive(_ process: Int32, in dataFolder: String) -> Bool {
        guard isServer(process) else { return false }
        guard let folder = target(of: "/proc/\(process)/cwd") else { return isServer(process) }
        return folder == resolved(dataFolder)
    }

    /// The running processes of the data folder's server; none where the system hides working folders.
    static func all(in dataFolder: String) -> [Int32] {
        let folder = resolved(dataFolder)
        return numbers(in: "/proc").filter { isServer($0) && target(of: "/proc/\($0)/cwd") == folder }
    }

    /// What the startup process of a server says of its recovery, such as `recovering 000000010000000000000003`; nil where none
    /// recovers.
    static func recovery(in dataFolder: String) -> String? {
        let prefix = "postgres: startup"
        for process in all(in: dataFolder) {
            let title = (FileSystem.read("/proc/\(process)/cmdline") ?? "").prefix { $0 != "\0" }
            guard title.hasPrefix(prefix) else { continue }
            let words = title.dropFirst(prefix.count).split(separator: " ")
            return words.isEmpty ? nil : words.joined(separator: " ")
        }
        return nil
    }

    /// Processor time that the server's processes have used, in clock ticks.
    static func ticks(in dataFolder: String) -> Int {
        all(in: dataFolder).reduce(0) { sum, process in
            // proc(5): utime and stime are the 12th and 13th value after the name.
            let line = FileSystem.read("/proc/\(process)/stat") ?? ""
            let values = line[(line.lastIndex(of: ")") ?? line.startIndex)...].split(separator: " ")
            return sum + values.dropFirst(12).prefix(2).compactMap { Int($0) }.reduce(0, +)
        }
    }

    /// The process that holds the lock on a file, as `4711 (initdb)`; nil where none is found, such as one of another user.
    static func holder(ofLock path: String) -> String? {
        let file = resolved(path)
        for process in numbers(in: "/proc") where process != getpid() {
            let folder = "/proc/\(process)"
            let holds = numbers(in: "\(folder)/fd").contains { descriptor in
                target(of: "\(folder)/fd/\(descriptor)") == file
                    && (FileSystem.read("\(folder)/fdinfo/\(descriptor)") ?? "").contains("FLOCK")
            }
            guard holds else { continue }
            let name = FileSystem.read("\(folder)/comm")?.split(separator: "\n").first ?? "unknown"
            return "\(process) (\(name))"
        }
        return nil
    }

    /// Whether the process is named as a PostgreSQL server and is not a zombie.
    private static func isServer(_ process: Int32) -> Bool {
        // proc(5): "1234 (postgres) S …"; the state follows the last parenthesis.
        guard let line = FileSystem.read("/proc/\(process)/stat"), let end = line.lastIndex(of: ")") else {
            return false
        }
        let name = line[..<end].split(separator: "(", maxSplits: 1).last ?? ""
        let state = line[line.index(after: end)...].first { $0 != " " }
        return name.hasPrefix("postgres") && state != "Z" && state != "X"
    }

    private static func resolved(_ path: String) -> String { FilePath.resolved(path) ?? path }

    private static func numbers(in folder: String) -> [Int32] {
        ((try? Folder.names(in: folder)) ?? []).compactMap { Int32($0) }
    }

    private static func target(of link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
