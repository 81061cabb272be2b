import Foundation
import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

/// How a program ended and what it wrote.
struct Ending: Sendable {
    let status: Int32
    let output: String
    let errors: String

    /// The output as a JSON array of objects.
    func rows() throws -> [[String: Any]] { try #require(try json() as? [[String: Any]]) }

    /// The output as a JSON object.
    func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }

    private func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(output.utf8)) }
}

/// A migrated database of its own, a folder for objects and one for data: what one test works with.
struct Workbench: Sendable {
    let connection: Connection
    let settings: ConnectionSettings
    let folder: String

    var home: String { folder + "/home" }

    static func with<T>(_ body: (Workbench) async throws -> T) async throws -> T {
        await Places.shared.take()
        do {
            let value = try await withTemporaryFolder { folder in
                try await withDatabase { connection, settings in
                    try await body(Workbench(connection: connection, settings: settings, folder: folder))
                }
            }
            await Places.shared.give()
            return value
        } catch {
            await Places.shared.give()
            throw error
        }
    }

    /// Another catalogue beside this one, empty. It takes no place of its own: no test waits while it holds one.
    func withAnother<T>(_ body: (Workbench) async throws -> T) async throws -> T {
        try await withTemporaryFolder { folder in
            try await withDatabase { connection, settings in
                try await body(Workbench(connection: connection, settings: settings, folder: folder))
            }
        }
    }

    /// Runs the built `lacuna` to its end.
    func lacuna(_ arguments: String...) async throws -> Ending { try await start(arguments).end() }

    /// Starts the built `lacuna`, in a working folder or the caller's.
    func start(_ arguments: [String], folder working: String? = nil) throws -> RunningProgram {
        try RunningProgram(arguments, database: database, home: home, scratch: folder, folder: working)
    }

    /// `keyword=value` pairs.
    private var database: String { settings.keywords.map { "\($0.key)='\($0.value)'" }.joined(separator: " ") }

    func revision() async throws -> Int { try await connection.one(RevisionNumber()) }
    func count(_ table: Counting) async throws -> Int { try await connection.one(table) }
}

/// How many tests work at once: each needs a few of the server's connections.
private actor Places {
    static let shared = Places()

    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if free > 0 { return free -= 1 }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Hands the place to whoever waits longest.
    func give() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// A `lacuna` at work; what it writes goes to files, so that it never waits for a reader.
final class RunningProgram: Sendable {
    private let child: pid_t
    /// Nil while it runs.
    private let status = Mutex<Int32?>(nil)
    private let out: URL
    private let err: URL
    private let ended: AsyncStream<Void>

    /// The programs lie beside the test bundle.
    static let folder = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()

    init(_ arguments: [String], database: String, home: String, scratch: String, folder: String? = nil) throws {
        let name = UUID().uuidString
        (out, err) = (URL(filePath: "\(scratch)/\(name).out"), URL(filePath: "\(scratch)/\(name).err"))
        for file in [out, err] { _ = FileManager.default.createFile(atPath: file.path(), contents: nil) }
        let (output, errors) = (try FileHandle(forWritingTo: out), try FileHandle(forWritingTo: err))
        child = try ChildProcess.start(
            Self.folder.appending(path: "lacuna").path(), arguments,
            environment: ["LACUNA_DATABASE": database, "LACUNA_HOME": home], folder: folder,
            output: output.fileDescriptor, errors: errors.fileDescriptor)
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        ended = stream
        Thread.detachNewThread { [self] in
            let found = ChildProcess.wait(for: child)
            status.withLock { $0 = found }
            continuation.finish()
        }
    }

    func end() async throws -> Ending {
        for await _ in ended {}
        return Ending(
            status: try #require(status.withLock { $0 }), output: try String(contentsOf: out, encoding: .utf8),
            errors: try String(contentsOf: err, encoding: .utf8))
    }

    var isRunning: Bool { status.withLock { $0 } == nil }

    func interrupt() { status.withLock { if $0 == nil { kill(child, SIGINT) } } }
}

struct RevisionNumber: Statement {
    static let sql = "select lacuna.current_revision()"
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

/// Rows of the tables that an import writes, all together.
struct Counting: Statement {
    static let sql = """
        select (select count(*) from lacuna.volume) + (select count(*) from lacuna.source)
            + (select count(*) from lacuna.annotation) + (select count(*) from lacuna.mask)
            + (select count(*) from lacuna.object)
        """
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}
