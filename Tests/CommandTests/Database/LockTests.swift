import Glibc
import Phantoms
import Postgres
import TestSupport
import Testing

/// Commands that wait for a lock of another session, which they name.
@Suite struct LockTests {
    private static let waiting = "Waiting for a lock that another session holds: server process "

    /// Another login, whose state and statements a manager may not see.
    private func holder(_ bench: Workbench, _ script: String) async throws -> Connection {
        var settings = bench.settings.with(user: "lacunad")
        settings.applicationName = "lacunad run nightly"
        let connection = try await Connection.connect(settings)
        try await connection.execute(script)
        return connection
    }

    @Test func theHolderOfAnAdvisoryLockIsNamedAndTheWaitEnds() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let holder = try await holder(bench, "select pg_advisory_lock(lacuna.pointer_lock())")
            let process = await holder.backendProcess
            let ending = try await bench.shell("LACUNA_LOCK_TIMEOUT=3 lacuna dataset import '\(path)'")
            #expect(ending.status == 5, "\(ending.errors)")
            let name = "server process \(process), login lacunad, lacunad run nightly"
            #expect(ending.errors.contains("\(name)\n"))
            #expect(
                ending.errors.contains(
                    "error: the command waited too long for a lock that another session holds: \(name)"))
            #expect(ending.errors.contains("pg_terminate_backend(\(process))"))
            #expect(ending.errors.contains("0 of 1 cases are in the catalogue"))
            await holder.close()
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
        }
    }

    @Test func aTableLockIsNamedToo() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let admin = try await Connection.connect(bench.settings.with(user: "postgres"))
            try await admin.execute("begin; lock table lacuna.volume in share row exclusive mode")
            let ending = try await bench.shell("LACUNA_LOCK_TIMEOUT=2500ms lacuna dataset import '\(path)'")
            #expect(ending.status == 5, "\(ending.errors)")
            #expect(ending.errors.contains("login postgres, tests"))
            await admin.close()
        }
    }

    @Test func aWaitThatEndsInTimeIsReportedOnly() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let holder = try await holder(bench, "select pg_advisory_lock(lacuna.pointer_lock())")
            let program = try bench.start(["dataset", "import", path])
            #expect(await program.reports(Self.waiting))
            await holder.close()
            let ending = await program.end()
            #expect(ending.status == 0, "\(ending.errors)")
        }
    }

    /// The first import is stopped while it holds the lock of its dataset, so that the second must wait for it.
    @Test func twoImportsOfOneDatasetRunOneAfterTheOther() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let holder = try await holder(bench, "select pg_advisory_lock(lacuna.pointer_lock())")
            let first = try bench.start(["dataset", "import", path])
            #expect(await first.reports(Self.waiting))
            first.signal(SIGSTOP)
            await holder.close()
            let refused = try await bench.shell("LACUNA_LOCK_TIMEOUT=3 lacuna dataset import '\(path)'")
            #expect(refused.status == 5, "\(refused.errors)")
            #expect(refused.errors.contains("login lacuna, lacuna dataset import by "))
            let second = try bench.start(["dataset", "import", path, "--json"])
            #expect(await second.reports("login lacuna, lacuna dataset import by "))
            first.signal(SIGCONT)
            let endings = await (first.end(), second.end())
            #expect(endings.0.status == 0, "\(endings.0.errors)")
            #expect(endings.1.status == 0, "\(endings.1.errors)")
            #expect(try endings.1.object()["unchanged"] as? Int == 2)
        }
    }

    @Test func aTimeThatIsNoneIsAUsageError() async throws {
        try await Workbench.with { bench in
            let ending = try await bench.shell("LACUNA_LOCK_TIMEOUT=soon lacuna coverage")
            #expect(ending.status == 2)
            #expect(
                ending.errors.contains("LACUNA_LOCK_TIMEOUT is soon, which is not a time\n  remedy: set it to seconds"))
        }
    }

    @Test(arguments: [
        ["verify", "--read-data"],
        ["export", "nnunet", "--output", "out", "--dataset-id", "7", "--name", "A", "--organs", "liver"],
    ])
    func aSessionThatIsEndedIsReported(arguments: [String]) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let admin = try await Connection.connect(bench.settings.with(user: "postgres"))
            try await admin.execute("begin; lock table lacuna.volume, lacuna.object in access exclusive mode")
            let program = try bench.start(arguments, folder: bench.folder)
            #expect(await program.reports(Self.waiting))
            try await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
                    + " and application_name like 'lacuna \(arguments[0])%'")
            let ending = await program.end()
            #expect(ending.status == 7, "\(ending.errors)")
            #expect(ending.errors.contains("\n  remedy: "))
            #expect(access(bench.folder + "/out/Dataset007_A", F_OK) != 0, "nothing is half written")
            try await admin.execute("rollback")
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }
}
