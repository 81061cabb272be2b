import Cluster
import Glibc
import Postgres
import TestSupport
import Testing

private struct AddOrgan: Statement {
    static let sql = "insert into organ (id, key) values ($1, $2)"
    let id: Int
    let key: String
    var binds: [any PostgresBindable] { [id, key] }
}

private struct OrganKeys: Statement {
    static let sql = "select key from organ order by id"
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

private struct ParseNumber: Statement {
    static let sql = "select $1::text::integer"
    let text: String
    var binds: [any PostgresBindable] { [text] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

private struct Sleep: Statement {
    static let sql = "select pg_sleep(600)"
}

private struct Terminate: Statement {
    static let sql = "select pg_terminate_backend($1::integer, 60000)"
    let process: Int
    var binds: [any PostgresBindable] { [process] }
}

private struct IsActive: Statement {
    static let sql = "select count(*) from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'"
    let process: Int
    var binds: [any PostgresBindable] { [process] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0, as: Int.self) == 1 }
}

private struct SessionCount: Statement {
    static let sql = "select count(*) from pg_stat_activity where application_name = $1"
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

private func withOrgans(_ body: (Connection, ConnectionSettings) async throws -> Void) async throws {
    try await withDatabase(role: "postgres", migrated: false) { connection, settings async throws in
        try await connection.execute(
            "create table organ (id integer constraint organ_pkey primary key, key text constraint organ_key_known check (key <> ''))"
        )
        try await body(connection, settings)
    }
}

@Suite struct ConnectionTests {
    @Test func aRefusalCarriesStateConstraintAndStatement() async throws {
        try await withOrgans { connection, _ async throws in
            try await connection.run(AddOrgan(id: 1, key: "liver"))
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run(AddOrgan(id: 1, key: "secret patient"))
            }
            guard case .server(let refusal) = error else {
                Issue.record("not a refusal")
                return
            }
            #expect(refusal.sqlState == "23505")
            #expect(refusal.constraint == "organ_pkey")
            #expect(refusal.table == "organ")
            #expect(refusal.statement == "AddOrgan")
            #expect(!String(describing: refusal).contains("secret"))
            #expect(try await connection.run(OrganKeys()) == ["liver"])
        }
    }

    @Test func dataExceptionsDoNotQuoteTheValue() async throws {
        try await withOrgans { connection, _ async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.one(ParseNumber(text: "patient-name"))
            }
            #expect(error?.sqlState == "22P02")
            #expect(error?.description.contains("patient-name") == false)
        }
    }

    @Test func oneAndFirstCountRows() async throws {
        try await withOrgans { connection, _ async throws in
            #expect(try await connection.first(OrganKeys()) == nil)
            await #expect(throws: PostgresError.self) { try await connection.one(OrganKeys()) }
            #expect(try await connection.affected(by: AddOrgan(id: 2, key: "spleen")) == 1)
            #expect(try await connection.one(OrganKeys()) == "spleen")
        }
    }

    @Test func transactionsCommitOrRollBack() async throws {
        struct Stop: Error {}
        try await withOrgans { connection, _ async throws in
            try await connection.transaction { try await $0.run(AddOrgan(id: 1, key: "liver")) }
            await #expect(throws: Stop.self) {
                try await connection.transaction { connection in
                    try await connection.run(AddOrgan(id: 2, key: "spleen"))
                    throw Stop()
                }
            }
            #expect(try await connection.run(OrganKeys()) == ["liver"])
            #expect(await !connection.isInTransaction)
        }
    }

    @Test func aSwallowedFailureDoesNotPassForACommit() async throws {
        try await withOrgans { connection, _ async throws in
            await #expect(throws: PostgresError.self) {
                try await connection.transaction { connection in
                    try await connection.run(AddOrgan(id: 1, key: "liver"))
                    _ = try? await connection.run(AddOrgan(id: 2, key: ""))
                }
            }
            #expect(try await connection.run(OrganKeys()) == [])
        }
    }

    @Test func nestedTransactionsAreRefused() async throws {
        try await withOrgans { connection, _ async throws in
            await #expect(throws: PostgresError.self) {
                try await connection.transaction { outer in
                    try await outer.run(AddOrgan(id: 1, key: "liver"))
                    try await outer.transaction { try await $0.run(AddOrgan(id: 2, key: "spleen")) }
                }
            }
            #expect(try await connection.run(OrganKeys()) == [])
        }
    }

    @Test func cancelEndsAWaitingStatement() async throws {
        try await withOrgans { connection, settings async throws in
            let watcher = try await Connection.connect(settings)
            let process = await connection.backendProcess
            async let sleeping: Void = { _ = try await connection.run(Sleep()) }()
            try await awaits("the statement runs") { try await watcher.one(IsActive(process: process)) }
            await connection.cancel()
            do {
                try await sleeping
                Issue.record("the statement ran to its end")
            } catch let error as PostgresError {
                #expect(error.sqlState == "57014")
            }
            #expect(try await connection.run(OrganKeys()) == [])
        }
    }

    @Test func aKilledSessionIsALostConnection() async throws {
        try await withOrgans { connection, settings async throws in
            let victim = try await Connection.connect(settings)
            try await connection.run(Terminate(process: victim.backendProcess))
            let error = await #expect(throws: PostgresError.self) { try await victim.run(OrganKeys()) }
            guard case .connectionLost = error else {
                Issue.record("not lost: \(String(describing: error))")
                return
            }
            #expect(await !victim.isUsable)
        }
    }

    /// libpq closes the descriptor of a lost connection, and the next file or socket of the process gets its number.
    @Test func abandoningALostConnectionTouchesNoOtherSocket() async throws {
        try await withOrgans { connection, settings async throws in
            let victim = try await Connection.connect(settings)
            try await connection.run(Terminate(process: victim.backendProcess))
            await #expect(throws: PostgresError.self) { try await victim.run(OrganKeys()) }
            let pairs = try (0..<16).map { _ in try #require(PrivatePipe()) }
            victim.abandon()
            for pair in pairs {
                #expect(send(pair.writer, [1], 1, Int32(MSG_NOSIGNAL)) == 1)
                close(pair.writer)
                close(pair.reader)
            }
        }
    }

    @Test func anAbandonedConnectionIsLost() async throws {
        try await withOrgans { connection, settings async throws in
            let victim = try await Connection.connect(settings)
            let process = await victim.backendProcess
            async let abandoned: Void = {
                try await awaits("the sleep") { try await connection.one(IsActive(process: process)) }
                victim.abandon()
            }()
            let error = await #expect(throws: PostgresError.self) { try await victim.run(Sleep()) }
            try await abandoned
            guard case .connectionLost = error else {
                Issue.record("not lost: \(String(describing: error))")
                return
            }
        }
    }

    @Test func aClosedConnectionSaysSo() async throws {
        try await withOrgans { _, settings in
            let connection = try await Connection.connect(settings)
            await connection.close()
            let error = await #expect(throws: PostgresError.self) { try await connection.run(OrganKeys()) }
            guard case .closed = error else {
                Issue.record("not closed")
                return
            }
        }
    }

    @Test func droppedConnectionsEndTheirSessions() async throws {
        try await withOrgans { watcher, settings in
            for _ in 0..<8 {
                let dropped = try await Connection.connect(settings.with("application_name", "dropped"))
                #expect(try await dropped.run(OrganKeys()) == [])
            }
            try await awaits("the sessions are gone") { try await watcher.one(SessionCount(name: "dropped")) == 0 }
        }
    }

    @Test func keywordsWinOverTheURI() async throws {
        try await withDatabase { _, settings async throws in
            let socket = settings.keywords["host"] ?? ""
            let target = "postgresql:///nonexistent?host=\(socket)&user=nobody"
            let named = ConnectionSettings(target: target).with(user: "lacuna").with(
                database: settings.keywords["dbname"] ?? "")
            let connection = try await Connection.connect(named)
            #expect(await connection.isUsable)
            #expect(!named.description.contains("nonexistent"))
        }
    }

    @Test func noServerIsAConnectionFailure() async throws {
        let settings = ConnectionSettings(target: "postgresql:///none?host=/nonexistent")
        let error = await #expect(throws: PostgresError.self) { try await Connection.connect(settings) }
        guard case .connectionFailed = error else {
            Issue.record("another error")
            return
        }
    }

    @Test func aStrangerIsNotLetIn() async throws {
        try await withDatabase { _, settings in
            let error = await #expect(throws: PostgresError.self) {
                try await Connection.connect(settings.with(user: "someone_else"))
            }
            guard case .connectionFailed = error else {
                Issue.record("another error")
                return
            }
        }
    }

    @Test func notificationsArrive() async throws {
        try await withDatabase { sender, settings in
            let listener = try await Connection.connect(settings)
            try await listener.listen("lacuna_rounds")
            #expect(try await listener.notifications(waitingAtMost: .zero).isEmpty)
            try await sender.execute("notify lacuna_rounds, '7'")
            let found = try await listener.notifications(waitingAtMost: .seconds(60))
            #expect(found.map(\.channel) == ["lacuna_rounds"])
            #expect(found.map(\.payload) == ["7"])
        }
    }

    @Test func aPoolLendsEachConnectionToOneTask() async throws {
        try await withOrgans { connection, settings async throws in
            let pool = ConnectionPool(settings, limit: 3)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 0..<20 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            try await connection.transaction { try await $0.run(AddOrgan(id: id, key: "organ \(id)")) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            await pool.close()
            #expect(try await connection.run(OrganKeys()).count == 20)
        }
    }

    /// One idle connection is busy, so that closing it waits; another is returned meanwhile.
    @Test func aConnectionReturnedWhileThePoolClosesIsLentAgain() async throws {
        try await withOrgans { watcher, settings async throws in
            let pool = ConnectionPool(settings, limit: 2)
            let (returned, closing, busy, sleeping) = try await pool.withConnection { lent in
                let idle = try await pool.withConnection { $0 }
                let process = await idle.backendProcess
                let sleeping = Task { _ = try await idle.run(Sleep()) }
                try await awaits("the statement runs") { try await watcher.one(IsActive(process: process)) }
                // It has reached the pool before the connection comes back: it starts at once, and calls keep their order.
                let closing = Task.immediate { await pool.close() }
                return (await lent.backendProcess, closing, idle, sleeping)
            }
            await busy.cancel()
            await closing.value
            await #expect(throws: PostgresError.self) { try await sleeping.value }
            #expect(try await processOfNext(pool) == returned)
            #expect(await !busy.isUsable)
        }
    }

    private func processOfNext(_ pool: ConnectionPool) async throws -> Int {
        try await pool.withConnection { await $0.backendProcess }
    }

    @Test func aPoolDropsABrokenConnection() async throws {
        try await withOrgans { connection, settings async throws in
            let pool = ConnectionPool(settings, limit: 1)
            let process = try await pool.withConnection { await $0.backendProcess }
            try await connection.run(Terminate(process: process))
            await #expect(throws: PostgresError.self) {
                try await pool.withConnection { _ = try await $0.run(OrganKeys()) }
            }
            let keys = try await pool.withConnection { try await $0.run(OrganKeys()) }
            #expect(keys == [])
        }
    }
}
