internal import Glibc
internal import System

/// An installed PostgreSQL server.
struct ServerBinaries: Hashable {
    /// The oldest major version that the schema runs on.
    static let oldest = 15

    var folder: String
    var major: Int

    func path(_ program: String) -> String { "\(folder)/\(program)" }

    /// The newest installed server, or the one of major version `needed`.
    static func locate(extra: [String], needed: Int?) throws(ClusterError) -> ServerBinaries {
        let folders = extra + Self.folders(with: "postgres")
        let found = folders.compactMap(inspect).filter { $0.major >= oldest }
        if found.isEmpty { throw .serverNotFound(searched: folders.isEmpty ? ["/usr/lib/postgresql"] : folders) }
        guard let needed else { return found.max { $0.major < $1.major } ?? found[0] }
        guard let match = found.first(where: { $0.major == needed }) else {
            throw .versionMissing(needed: needed, found: Set(found.map(\.major)).sorted())
        }
        return match
    }

    /// The folders of Debian, Red Hat and a build from source that have a program, the one that `pg_config` names, and those of all
    /// programs.
    static func folders(with program: String) -> [String] {
        var folders = ((try? Folder.names(in: "/usr/lib/postgresql")) ?? []).map { "/usr/lib/postgresql/\($0)/bin" }
        folders += ((try? Folder.names(in: "/usr")) ?? []).filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
        folders.append("/usr/local/pgsql/bin")
        for config in ["/usr/bin/pg_config", "/usr/local/bin/pg_config"] where FileSystem.isExecutable(config) {
            if let folder = try? SystemProgram([config, "--bindir"]).output(), !folders.contains(folder) {
                folders.append(folder)
            }
        }
        folders += ["/usr/bin", "/usr/local/bin"].filter { !folders.contains($0) }
        return folders.filter { FileSystem.isExecutable("\($0)/\(program)") }
    }

    /// Reads the version that the program prints: `postgres (PostgreSQL) 15.18 (Debian …)`.
    private static func inspect(_ folder: String) -> ServerBinaries? {
        guard FileSystem.isExecutable("\(folder)/initdb"), FileSystem.isExecutable("\(folder)/pg_ctl"),
            let line = try? SystemProgram(["\(folder)/postgres", "--version"]).output()
        else { return nil }
        let version = line.split(separator: " ").dropFirst(2).first?.prefix { $0.isNumber }
        return version.flatMap { Int($0) }.map { ServerBinaries(folder: folder, major: $0) }
    }
}
