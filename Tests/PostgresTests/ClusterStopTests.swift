import Cluster
import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

private struct JunkCount: Statement {
    static let sql = "select count(*) from junk"
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

/// Starts and stops of the embedded server that meet each other, a crash, or the process files of another server.
@Suite struct ClusterStopTests {
    private func withCluster(
        _ change: (inout ClusterOptions) -> Void = { _ in }, _ body: (EmbeddedCluster) async throws -> Void
    ) async throws {
        var options = ClusterOptions.forTests
        options.rootFolder = TemporaryFolder.root + "/c"
        options.settings["synchronous_commit"] = "on"
        change(&options)
        let cluster = try EmbeddedCluster(home: TemporaryFolder.make("home"), options: options)
        do {
            try await body(cluster)
            try await cluster.destroy()
        } catch {
            try? await cluster.destroy()
            throw error
        }
    }

    private func process(of cluster: EmbeddedCluster) throws -> Int32 {
        guard case .running(let process) = cluster.status() else {
            Issue.record("the server does not run")
            throw CancellationError()
        }
        return process
    }

    /// Ends the server as a power failure does, with rows that are in its log only.
    private func crash(_ cluster: EmbeddedCluster, rows: Int) async throws {
        let connection = try await Connection.connect(cluster.settings(database: "lacuna"))
        try await connection.execute("create table junk as select i, md5(i::text) from generate_series(1, \(rows)) i")
        kill(try process(of: cluster), SIGKILL)
        try await awaits("the server's processes have ended") {
            ProcessSearch.first(commandLine: "postgres", in: cluster.dataFolder) == nil
        }
    }

    /// Stops the process that recovers in the middle of it.
    private func recoveryStopper(of cluster: EmbeddedCluster) throws -> RunningProgram {
        try ProcessSearch.stopFirst(named: "postgres", commandLine: "^postgres: startup", in: cluster.dataFolder)
    }

    @Test func aStopEndsARecoveryThatHangs() async throws {
        try await withCluster {
            $0.recoveryStopPatience = .seconds(1)
        } _: { cluster in
            try await cluster.start()
            try await crash(cluster, rows: 1_000_000)
            let stopper = try recoveryStopper(of: cluster)
            let start = Task { try await cluster.start() }
            #expect(await stopper.end().status == 0)
            let waits = Mutex<[ClusterWait]>([])
            let outcome = try await cluster.stop { wait in waits.withLock { $0.append(wait) } }
            #expect(outcome == .stoppedImmediately)
            let announced = waits.withLock { $0 }.contains {
                if case .immediateStop = $0 { true } else { false }
            }
            #expect(announced)
            await #expect(throws: ClusterError.self) { try await start.value }
            #expect(cluster.status() == .stopped)
            try await cluster.start()
            let connection = try await Connection.connect(cluster.settings(database: "lacuna"))
            #expect(try await connection.one(JunkCount()) == 1_000_000)
        }
    }

    @Test func aStartWaitsForARecoveryAndReportsIt() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            try await crash(cluster, rows: 1_000_000)
            let waits = Mutex<[ClusterWait]>([])
            let stopper = try recoveryStopper(of: cluster)
            let start = Task { try await cluster.start { wait in waits.withLock { $0.append(wait) } } }
            let frozen = try #require(Int32(await stopper.end().output.dropLast()))
            guard case .starting = cluster.status() else {
                return #expect(Bool(false), "\(cluster.status()) during a recovery")
            }
            try await awaits("the start reports") { !waits.withLock { $0.isEmpty } }
            #expect(kill(frozen, SIGCONT) == 0)
            try await start.value
            let connection = try await Connection.connect(cluster.settings(database: "lacuna"))
            #expect(try await connection.one(JunkCount()) == 1_000_000)
        }
    }

    @Test func stopsAtTheSameTimeStopOnceAndEndSessions() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            let connection = try await Connection.connect(cluster.settings(database: "lacuna"))
            try await connection.execute("begin; create table unfinished ()")
            async let first = cluster.stop()
            async let second = cluster.stop()
            #expect(try await Set([first, second]) == [.stopped, .wasNotRunning])
            await #expect(throws: PostgresError.self) { try await connection.execute("commit") }
        }
    }

    /// A start that waits for a deletion of the cluster holds a lock that others see, on a file that exists.
    @Test func aLockThatIsDeletedWithItsClusterIsTakenAnew() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            try await cluster.stop()
            let holder = open("\(cluster.folder)/lock", O_RDWR | O_CLOEXEC)
            #expect(flock(holder, LOCK_EX) == 0)
            let (waits, waiting) = AsyncStream.makeStream(of: Void.self)
            async let started: Void = cluster.start { _ in waiting.yield() }
            for await _ in waits { break }
            #expect(try ChildProcess.run("/bin/rm", ["-rf", cluster.folder]).status == 0)
            close(holder)
            try await started
            _ = try process(of: cluster)
            #expect(access("\(cluster.folder)/lock", F_OK) == 0)
        }
    }

    @Test func stopsAmongStartsDoNotHang() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        if number.isMultiple(of: 2) {
                            _ = try? await cluster.stop()
                        } else {
                            try? await cluster.start()
                        }
                    }
                }
            }
            try await cluster.start()
            let connection = try await Connection.connect(cluster.settings(database: "lacuna"))
            #expect(await connection.isUsable)
        }
    }

    @Test func aProcessFileThatNamesAnotherServerIsStale() async throws {
        try await withCluster { other in
            try await other.start()
            let process = try process(of: other)
            try await withCluster { cluster in
                try await cluster.start()
                try await cluster.stop()
                let file = try #require(fopen(cluster.dataFolder + "/postmaster.pid", "w"))
                fputs("\(process)\n\(cluster.dataFolder)\n0\n5432\n\n\n\nready   \n", file)
                fclose(file)
                #expect(cluster.status() == .stopped)
                #expect(try await cluster.stop() == .wasNotRunning)
                try await cluster.start()
                #expect(try self.process(of: cluster) != process)
            }
            #expect(try self.process(of: other) == process)
        }
    }

    @Test func dataWithoutAVersionAreNotReplaced() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            try await cluster.stop()
            #expect(unlink(cluster.dataFolder + "/PG_VERSION") == 0)
            let error = await #expect(throws: ClusterError.self) { try await cluster.start() }
            #expect(error == .damaged(folder: cluster.dataFolder))
            #expect(access(cluster.dataFolder + "/base", F_OK) == 0)
        }
    }
}
