import Phantoms
import Postgres
import TestSupport
import Testing

/// An import is stopped where it wants to write its first volume: a lock on the table holds it there.
@Suite struct InterruptionTests {
    private struct WaitingBackend: Statement {
        static let sql = """
            select a.pid from pg_stat_activity a
            where a.datname = current_database() and a.wait_event_type = 'Lock' and a.pid <> pg_backend_pid() limit 1
            """
        func decode(_ row: PostgresRow) throws -> Int32 { try row.decode(0) }
    }

    private struct Terminate: Statement {
        static let sql = "select pg_terminate_backend($1)"
        let process: Int32
        var binds: [any PostgresBindable] { [process] }
        func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
    }

    /// Calls `stop` with the import and the server's process for it, once it waits for the lock.
    private func stopped(
        _ bench: Workbench, _ path: String, _ stop: (RunningProgram, Int32) async throws -> Void
    ) async throws -> Ending {
        let holder = try await Connection.connect(bench.settings.with(user: "postgres"))
        let program = try await holder.transaction { holder in
            try await holder.execute("lock table lacuna.volume in share row exclusive mode")
            let program = try bench.start(["dataset", "import", path])
            // Asked outside the transaction, in which the server's activity would stand still.
            var process: Int32?
            while process == nil && program.isRunning { process = try await bench.connection.first(WaitingBackend()) }
            try await stop(program, try #require(process))
            return program
        }
        await holder.close()
        return try await program.end()
    }

    private func expectThatItGoesOn(_ bench: Workbench, _ path: String) async throws {
        let again = try await bench.lacuna("dataset", "import", path, "--json")
        #expect(again.status == 0, "\(again.errors)")
        #expect(try again.object()["accepted"] as? Int == 2)
        #expect(try await bench.lacuna("verify", "--read-data").status == 0)
    }

    @Test func aDatabaseThatGoesAwayIsToldWithHowFarItGot() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let ending = try await stopped(bench, path) { _, process in
                _ = try await bench.connection.one(Terminate(process: process))
            }
            #expect(ending.status == 7, "\(ending.errors)")
            #expect(ending.errors.contains("0 of 2 cases are in the catalogue"))
            #expect(try await bench.count(Counting()) == 0)
            try await expectThatItGoesOn(bench, path)
        }
    }

    @Test func aKeyboardInterruptLeavesNothingHalfWritten() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let ending = try await stopped(bench, path) { program, _ in
                program.interrupt()
                _ = try await program.end()
            }
            #expect(ending.status == 130)
            #expect(try await bench.count(Counting()) == 0)
            try await expectThatItGoesOn(bench, path)
        }
    }
}
