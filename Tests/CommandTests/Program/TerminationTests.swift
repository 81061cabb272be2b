import Glibc
import Postgres
import TestSupport
import Testing

/// Signals to a command that waits for a lock on the table of volumes.
@Suite struct TerminationTests {
    private struct Waiting: Statement {
        static let sql = """
            select count(*) from pg_stat_activity a
            where a.datname = current_database() and a.wait_event_type = 'Lock' and a.pid <> pg_backend_pid()
            """
        func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
    }

    /// Signals the command that `script` becomes once it waits, then lets it go on.
    private func ending(_ script: String, of number: Int32, _ bench: Workbench) async throws -> Ending {
        let holder = try await Connection.connect(bench.settings.with(user: "postgres"))
        let program = try await holder.transaction { holder in
            try await holder.execute("lock table lacuna.volume in access exclusive mode")
            let program = try bench.startShell(script)
            while program.isRunning, try await bench.connection.one(Waiting()) == 0 {}
            program.signal(number)
            if !script.contains("trap") { _ = await program.end() }
            return program
        }
        await holder.close()
        return await program.end()
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP], ["volume list", "volume list --json"])
    func everySignalEndsWithTheStatusOfAnInterruption(number: Int32, command: String) async throws {
        try await Workbench.with { bench in
            let ending = try await ending("exec lacuna \(command)", of: number, bench)
            #expect(ending.status == 130, "\(ending.errors)")
        }
    }

    @Test(arguments: [SIGINT, SIGHUP]) func aSignalThatIsIgnoredStaysIgnored(number: Int32) async throws {
        try await Workbench.with { bench in
            let ending = try await ending("trap '' INT HUP; exec lacuna volume list", of: number, bench)
            #expect(ending.status == 0, "\(ending.errors)")
        }
    }
}
