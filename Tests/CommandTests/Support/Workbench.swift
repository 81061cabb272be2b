import Postgres
import TestSupport

/// A migrated database of its own, a folder for objects and one for data: what one test works with.
struct Workbench: Sendable {
    let connection: Connection
    let settings: ConnectionSettings
    let folder: String

    var home: String { folder + "/home" }

    static func with<T>(_ body: (Workbench) async throws -> T) async throws -> T {
        await TestSlots.shared.take()
        do {
            let value = try await withTemporaryFolder { folder in
                try await withDatabase { connection, settings in
                    try await body(Workbench(connection: connection, settings: settings, folder: folder))
                }
            }
            await TestSlots.shared.give()
            return value
        } catch {
            await TestSlots.shared.give()
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
    ///
    /// - Parameter columns: those of the terminal; nil: standard output is none.
    func start(_ arguments: [String], folder working: String? = nil, columns: Int? = nil) throws -> RunningProgram {
        var environment = ["LACUNA_DATABASE": database, "LACUNA_HOME": home]
        if let columns { environment["COLUMNS"] = "\(columns)" }
        return try RunningProgram(
            "lacuna", arguments, environment: environment, folder: working, limit: .seconds(600))
    }

    /// Runs a shell script in the folder of the workbench; `lacuna` and `lacunad` are the built ones.
    func shell(_ script: String) async throws -> Ending { try await startShell(script).end() }

    func startShell(_ script: String) throws -> RunningProgram {
        let programs = ChildProcess.built("lacuna").dropLast("/lacuna".count)
        return try RunningProgram(
            "/bin/bash", ["-c", script],
            environment: [
                "LACUNA_DATABASE": database, "LACUNA_HOME": home, "PATH": "\(programs):/usr/bin:/bin",
                "LC_ALL": "C.UTF-8",
            ], folder: folder, limit: .seconds(600))
    }

    /// `keyword=value` pairs.
    private var database: String { settings.keywords.map { "\($0.key)='\($0.value)'" }.joined(separator: " ") }

    func revision() async throws -> Int { try await connection.one(RevisionNumber()) }
    func count(_ table: Counting) async throws -> Int { try await connection.one(table) }
}

/// How many tests work at once: each needs a few of the server's connections.
private actor TestSlots {
    static let shared = TestSlots()

    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if free > 0 { return free -= 1 }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Hands the slot to whoever waits longest.
    func give() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
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
