internal import Glibc
internal import System

/// An installation of PostgreSQL's client programs, such as `pg_dump`.
public struct ClientPrograms: Sendable, Hashable {
    /// The major version of the programs, such as 15.
    public let major: Int
    let folder: String

    /// The programs of the server's major version: another one may write or read a dump that the server does not understand.
    ///
    /// - Parameter major: of the server.
    /// - Throws: `ClusterError.clientMissing`.
    public static func locate(major: Int) throws(ClusterError) -> ClientPrograms {
        let found = ServerBinaries.folders(with: "pg_dump").compactMap(inspect)
        guard let match = found.first(where: { $0.major == major }) else {
            throw .clientMissing(needed: major, found: Set(found.map(\.major)).sorted())
        }
        return match
    }

    /// Runs a program to its end; it ends with this process. Blocks.
    ///
    /// - Parameters:
    ///   - arguments: the name of the program, such as `pg_dump`, and its arguments; every user of the machine can read them.
    ///   - environment: the program's variables, which contain what is secret.
    ///   - tick: called some times a second while it runs.
    /// - Throws: `ClusterError.clientFailed` with the first line of its errors, which quotes no row.
    public func run(
        _ arguments: [String], environment: [String: String], tick: () -> Void = {}
    ) throws(ClusterError) {
        let name = arguments.first ?? ""
        var program = SystemProgram(["\(folder)/\(name)"] + arguments.dropFirst()).endingWithCaller()
        program.environment = Self.withCallersHome(program.environment)
        program.environment += environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let (status, output) = try program.run(ticks: true, tick: tick)
        guard status != 0 else { return }
        throw .clientFailed(
            program: name, problem: Self.problem(output, program: name) ?? "it ended with status \(status)")
    }

    /// libpq reads certificates and passwords from the folder that `HOME` names; where it names none, from that of the account.
    private static func withCallersHome(_ variables: [String]) -> [String] {
        variables.filter { !$0.hasPrefix("HOME=") } + (getenv("HOME").map { ["HOME=\(String(cString: $0))"] } ?? [])
    }

    /// The first error, without the row that a failed COPY quotes.
    private static func problem(_ output: String, program: String) -> String? {
        let prefix = "\(program): error: "
        guard let line = output.split(separator: "\n").first(where: { $0.hasPrefix(prefix) }) else { return nil }
        let text = line.dropFirst(prefix.count)
        return text.hasPrefix("COPY failed") ? "a table could not be read or filled" : String(text.prefix(300))
    }

    /// Reads the version that the program prints: `pg_dump (PostgreSQL) 15.18 (Debian …)`.
    private static func inspect(_ folder: String) -> ClientPrograms? {
        guard FileSystem.isExecutable("\(folder)/pg_restore"),
            let line = try? SystemProgram(["\(folder)/pg_dump", "--version"]).output()
        else { return nil }
        let version = line.split(separator: " ").dropFirst(2).first?.prefix { $0.isNumber }
        return version.flatMap { Int($0) }.map { ClientPrograms(major: $0, folder: folder) }
    }
}
