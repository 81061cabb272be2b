import Cluster
import Glibc
import Phantoms
import Postgres
import TestSupport
import Testing

/// First commands on a new home or an empty database that meet each other, a kill or a crash.
@Suite struct FirstCommandTests {
    private func withHome(_ body: (EmbeddedCluster, @Sendable ([String]) throws -> RunningProgram) async throws -> Void)
        async throws
    {
        let home = TemporaryFolder.make("cli")
        let cluster = try EmbeddedCluster(home: home)
        do {
            try await body(cluster) { arguments in
                try RunningProgram(
                    "lacuna", arguments, environment: ["LACUNA_HOME": home], folder: "/", limit: .seconds(300))
            }
            try await EmbeddedCluster(home: home).destroy()
        } catch {
            try? await EmbeddedCluster(home: home).destroy()
            throw error
        }
    }

    private func stopped(by stopper: RunningProgram) async throws -> Int32 {
        try #require(Int32(await stopper.end().output.dropLast()))
    }

    private func expectNoRawErrors(_ ending: Ending) {
        #expect(ending.status == 0, "\(ending.errors)")
        for text in ["duplicate key", "concurrently updated", "already exists", "error:", "SQLSTATE"] {
            #expect(!ending.errors.contains(text), "\(ending.errors)")
        }
    }

    /// `initdb` continues without its command, and keeps the lock.
    @Test func aCommandKilledDuringTheFirstStartIsWaitedForAndReplaced() async throws {
        try await withHome { cluster, lacuna in
            let stopper = try ProcessSearch.stopFirst(named: "initdb", commandLine: "--pgdata=\(cluster.folder)/server")
            let killed = try lacuna(["database", "start"])
            let orphan = try await stopped(by: stopper)
            killed.signal(SIGKILL)
            #expect(await killed.end().status == 137)
            let next = try lacuna(["database", "start"])
            #expect(await next.reports("(initdb), which works on the database."))
            #expect(kill(orphan, SIGCONT) == 0)
            expectNoRawErrors(await next.end())
            let coverage = await (try lacuna(["coverage"])).end()
            #expect(coverage.status == 0, "\(coverage.errors)")
        }
    }

    @Test func fiveFirstCommandsAtOnceSucceed() async throws {
        try await withHome { _, lacuna in
            let data = TemporaryFolder.make("data")
            let layout = PhantomDataset(name: "set", layout: .btcv, scans: PhantomData.scans(1...2))
            try PhantomGenerator.generate(PhantomPlan(seed: 7, datasets: [layout]), into: data)
            let commands = [
                ["database", "start"], ["database", "start"], ["coverage"], ["dataset", "import", data + "/set"],
                ["dataset", "import", data + "/set"],
            ]
            let programs = try commands.map(lacuna)
            for program in programs { expectNoRawErrors(await program.end()) }
            let list = await (try lacuna(["dataset", "list", "--json"])).end()
            #expect(try list.rows().count == 1)
        }
    }

    @Test func migrationsAndFirstImportsAtOnceSucceedOnOnesOwnDatabase() async throws {
        try await withDatabase(role: "postgres", migrated: false) { connection, settings in
            let bench = Workbench(connection: connection, settings: settings, folder: TemporaryFolder.make())
            let migrations = try (0..<3).map { _ in try bench.start(["database", "migrate"]) }
            for program in migrations { expectNoRawErrors(await program.end()) }
            let paths = try ["one", "two"].map { try PhantomData.write(.btcv, $0, scans: 1...2, in: bench) }
            let imports = try (paths + paths).map { try bench.start(["dataset", "import", $0]) }
            for program in imports { expectNoRawErrors(await program.end()) }
            let volumes = try await bench.lacuna("volume", "list", "--json").rows()
            #expect(volumes.count == 2)
        }
    }

    /// The recovery is stopped in its middle, so that commands meet it for certain.
    @Test func commandsWaitForARecovery() async throws {
        try await withHome { cluster, lacuna in
            #expect(await (try lacuna(["database", "start"])).end().status == 0)
            let settings = cluster.settings(database: "lacuna")
            let connection = try await Connection.connect(settings)
            try await connection.execute(
                "create table junk as select i, md5(i::text) from generate_series(1, 500000) i")
            guard case .running(let server) = cluster.status() else { return #expect(Bool(false), "no server") }
            kill(server, SIGKILL)
            try await awaits("the server has ended") {
                ProcessSearch.first(commandLine: "postgres", in: cluster.dataFolder) == nil
            }
            let stopper = try ProcessSearch.stopFirst(
                named: "postgres", commandLine: "^postgres: startup", in: cluster.dataFolder)
            let waiting = try lacuna(["coverage"])
            let recovering = try await stopped(by: stopper)
            let status = await (try lacuna(["database", "status", "--json"])).end()
            #expect(status.output.contains("\"state\": \"starting\""), "\(status.output)")
            #expect(await waiting.reports("Waiting for the database server"))
            #expect(kill(recovering, SIGCONT) == 0)
            let ending = await waiting.end()
            #expect(ending.status == 0, "\(ending.errors)")
        }
    }
}
