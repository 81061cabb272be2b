import Cluster
import Glibc
import Phantoms
import Postgres
import Schema
import TestSupport
import Testing

/// An import is stopped before it writes its first volume: it waits for a lock on the table.
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
            // Queried outside the transaction, which would see a frozen snapshot of the server's activity.
            var process: Int32?
            while process == nil && program.isRunning { process = try await bench.connection.first(WaitingBackend()) }
            try await stop(program, try #require(process))
            return program
        }
        await holder.close()
        return await program.end()
    }

    private func expectThatItCanContinue(_ bench: Workbench, _ path: String) async throws {
        let again = try await bench.lacuna("dataset", "import", path, "--json")
        #expect(again.status == 0, "\(again.errors)")
        #expect(try again.object()["accepted"] as? Int == 2)
        #expect(try await bench.lacuna("verify", "--read-data").status == 0)
    }

    @Test func aLostConnectionIsReportedWithTheRecordedCases() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let ending = try await stopped(bench, path) { _, process in
                _ = try await bench.connection.one(Terminate(process: process))
            }
            #expect(ending.status == 7, "\(ending.errors)")
            #expect(ending.errors.contains("0 of 2 cases are in the catalogue"))
            #expect(try await bench.count(Counting()) == 0)
            try await expectThatItCanContinue(bench, path)
        }
    }

    @Test func aKeyboardInterruptLeavesNothingHalfWritten() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let ending = try await stopped(bench, path) { program, _ in
                program.interrupt()
                _ = await program.end()
            }
            #expect(ending.status == 130)
            #expect(try await bench.count(Counting()) == 0)
            try await expectThatItCanContinue(bench, path)
        }
    }

    /// Runs `body` on a server of its own, which it may kill.
    private func withServer(
        in rootFolder: String? = nil, _ body: (EmbeddedCluster, Workbench) async throws -> Void
    ) async throws {
        let cluster = try TestCluster.newCluster(settings: ["synchronous_commit": "on"], rootFolder: rootFolder)
        try await cluster.start()
        let admin = try await Connection.connect(cluster.settings(database: "lacuna"))
        try await Migrator(admin, program: "tests").migrate()
        try await EmbeddedLogins.grant(admin)
        let settings = cluster.settings(database: "lacuna", role: "lacuna")
        try await withTemporaryFolder { folder in
            try await body(cluster, Workbench(connection: admin, settings: settings, folder: folder))
        }
        try await cluster.destroy()
    }

    @Test func aServerKilledInMidImportIsReportedAndTheNextImportContinues() async throws {
        try await withServer { cluster, bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let holder = try await Connection.connect(cluster.settings(database: "lacuna"))
            try await holder.execute("begin; lock table lacuna.volume in share row exclusive mode")
            let program = try bench.start(["dataset", "import", path])
            try await awaits("the import waits for the lock") {
                try await bench.connection.first(WaitingBackend()) != nil || !program.isRunning
            }
            guard case .running(let server) = cluster.status() else {
                return #expect(Bool(false), "the server does not run")
            }
            kill(server, SIGKILL)
            let ending = await program.end()
            #expect(ending.status == 7, "\(ending.errors)")
            #expect(ending.errors.contains("0 of 2 cases are in the catalogue"))
            try await cluster.start()
            let connection = try await Connection.connect(bench.settings)
            #expect(try await connection.one(Counting()) == 0)
            try await expectThatItCanContinue(bench, path)
        }
    }

    @Test(.needsMounting()) func masksThatFindNoRoomAreToldAndTheNextImportGoesOn() async throws {
        try await withSmallDisk(megabytes: 2) { disk in
            try await Workbench.with { bench in
                let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
                #expect(mkdir(bench.home, 0o755) == 0)
                let objects = disk.path + "/objects"
                #expect(mkdir(objects, 0o755) == 0 && symlink(objects, bench.home + "/objects") == 0)
                disk.fill()
                let ending = try await bench.lacuna("dataset", "import", path)
                #expect(ending.status == 7, "\(ending.errors)")
                #expect(ending.errors.contains("0 of 2 cases are in the catalogue"))
                #expect(ending.errors.contains("remedy: free space"))
                #expect(try await bench.count(Counting()) == 0)
                disk.empty()
                try await expectThatItCanContinue(bench, path)
            }
        }
    }

    @Test(.needsMounting()) func aDatabaseThatFindsNoRoomIsToldAndTheNextImportGoesOn() async throws {
        try await withSmallDisk(megabytes: 160) { disk in
            try await withServer(in: disk.path) { cluster, bench in
                let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
                try await bench.connection.execute(
                    "create table ballast as select repeat('x', 7000) from generate_series(1, 200)")
                disk.fill()
                let ending = try await bench.lacuna("dataset", "import", path)
                #expect(ending.status == 7, "\(ending.errors)")
                // A file may be extended by a part of a block before the disk is full. A vacuum of the system's catalogs
                // removes the file that a new session reads them from; the next session writes it.
                let causes = ["No space left on device", "could not extend file", "could not write init file"]
                #expect(causes.contains { ending.errors.contains($0) }, "\(ending.errors)")
                disk.empty()
                try await cluster.start()
                try await expectThatItCanContinue(bench, path)
            }
        }
    }
}
