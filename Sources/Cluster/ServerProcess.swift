internal import Glibc
internal import System

/// Server processes, from `/proc`.
enum ServerProcess {
    /// Whether the process is a PostgreSQL server and not a zombie.
    static func isAlive(_ process: Int32) -> Bool {
        // proc(5): "1234 (postgres) S …"; the state follows the last parenthesis.
        guard let line = FileSystem.read("/proc/\(process)/stat"), let end = line.lastIndex(of: ")") else {
            return false
        }
        let name = line[..<end].split(separator: "(", maxSplits: 1).last ?? ""
        let state = line[line.index(after: end)...].first { $0 != " " }
        return name.hasPrefix("postgres") && state != "Z" && state != "X"
    }

    /// Whether any running process has the data folder as its working folder, as all processes of a server have.
    static func anyWorks(in dataFolder: String) -> Bool {
        ((try? Folder.names(in: "/proc")) ?? []).compactMap { Int32($0) }.contains { process in
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink("/proc/\(process)/cwd", &buffer, buffer.count)
            let path = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return path == dataFolder && isAlive(process)
        }
    }
}
