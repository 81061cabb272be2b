import Cluster
import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite struct StatementWatchTests {
    private func watched(
        _ connection: Connection, _ settings: ConnectionSettings, patience: Duration = .seconds(60),
        holders: @escaping @Sendable (LockHolder) -> Void = { _ in }, _ body: () async throws -> Void
    ) async throws {
        let watch = StatementWatch(connection, settings: settings, patience: patience, report: holders)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// Another login may see the name, the login and the application of a session, and nothing else.
    @Test func theHolderOfALockIsNamed() async throws {
        try await withDatabase { _, settings in
            var holding = settings.with(user: "lacunad")
            holding.applicationName = "lacunad run nightly"
            let holder = try await Connection.connect(holding)
            try await holder.execute("begin; select pg_advisory_xact_lock(1)")
            var waiting = settings
            waiting.lockTimeout = .always(milliseconds: 10_000)
            let connection = try await Connection.connect(waiting)
            let found = Mutex<[LockHolder]>([])
            try await watched(connection, waiting, holders: { holder in found.withLock { $0.append(holder) } }) {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.execute("select pg_advisory_lock(1)")
                }
                guard case .server(let refusal) = error else {
                    return #expect(Bool(false), "\(String(describing: error))")
                }
                #expect(refusal.sqlState == "55P03")
                #expect(refusal.holder?.login == "lacunad")
            }
            let named = found.withLock { $0 }
            let process = await holder.backendProcess
            #expect(named.map(\.process) == [process])
            #expect(named.first?.description == "server process \(process), login lacunad, lacunad run nightly")
        }
    }

    @Test func aSessionOfTheSameLoginIsNamedWithStateAndTime() async throws {
        try await withDatabase { _, settings in
            let holder = try await Connection.connect(settings)
            try await holder.execute("begin; select pg_advisory_xact_lock(1)")
            let connection = try await Connection.connect(settings)
            try await watched(
                connection, settings,
                holders: { found in
                    #expect(found.state == "idle in transaction")
                    #expect(found.since?.hasSuffix("Z") == true)
                    Task { try await holder.execute("commit") }
                }
            ) { try await connection.execute("select pg_advisory_lock(1)") }
        }
    }

    /// A stopped server neither answers nor closes its connections.
    @Test func aServerThatFreezesEndsTheStatement() async throws {
        let cluster = try TestCluster.newCluster()
        try await cluster.start()
        let settings = cluster.settings(database: "lacuna")
        let connection = try await Connection.connect(settings)
        guard case .running(let server) = cluster.status() else { return #expect(Bool(false), "no server") }
        let backend = Int32(await connection.backendProcess)
        for process in [server, backend] { kill(process, SIGSTOP) }
        try await watched(connection, settings, patience: .seconds(1)) {
            let error = await #expect(throws: PostgresError.self) { try await connection.execute("select 1") }
            guard case .serverSilent = error else { return #expect(Bool(false), "\(String(describing: error))") }
        }
        for process in [server, backend] { kill(process, SIGCONT) }
        try await cluster.destroy()
    }

    @Test(arguments: [
        ("90", LockTimeout.always(milliseconds: 90_000)), ("500ms", .always(milliseconds: 500)),
        ("2min", .always(milliseconds: 120_000)), ("1h", .always(milliseconds: 3_600_000)),
        ("0", .always(milliseconds: 0)),
        ("soon", nil), ("-1", nil), ("1.5s", nil), ("", nil), ("99999999h", nil),
    ])
    func lockTimeoutsAreRead(text: String, expected: LockTimeout?) { #expect(LockTimeout(parsing: text) == expected) }

    @Test func theServersOwnTimeoutIsKeptUnlessOneIsSet() async throws {
        let cluster = try await TestCluster.shared.running()
        for (timeout, expected) in [(LockTimeout.standard, "2min"), (.always(milliseconds: 7000), "7s")] {
            var settings = cluster.settings(database: "postgres")
            settings.lockTimeout = timeout
            #expect(try await Connection.connect(settings).one(ShowLockTimeout()) == expected)
        }
    }
}

private struct ShowLockTimeout: Statement {
    static let sql = "select current_setting('lock_timeout')"
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}
