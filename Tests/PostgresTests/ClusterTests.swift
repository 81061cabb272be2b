import Cluster
import Glibc
import Postgres
import TestSupport
import Testing

private struct Setting: Statement {
    static let sql = "select current_setting($1)"
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

private struct CurrentUser: Statement {
    static let sql = "select current_user::text"
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

private struct MarkCount: Statement {
    static let sql = "select count(*) from mark"
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

private func withCluster(_ body: (EmbeddedCluster) async throws -> Void) async throws {
    let cluster = try TestCluster.newCluster(settings: ["synchronous_commit": "on"])
    do {
        try await body(cluster)
        try await cluster.destroy()
    } catch {
        try? await cluster.destroy()
        throw error
    }
}

private func writeProcessFile(of cluster: EmbeddedCluster, naming process: Int32) {
    let descriptor = open(cluster.dataFolder + "/postmaster.pid", O_WRONLY | O_CREAT, 0o600)
    let text = Array("\(process)\n\(cluster.dataFolder)\n1\n5432\n\(cluster.socketFolder)\n\n\nready\n".utf8)
    #expect(write(descriptor, text, text.count) == text.count)
    close(descriptor)
}

private func process(of cluster: EmbeddedCluster) throws -> Int32 {
    guard case .running(let process) = cluster.status() else {
        Issue.record("the server does not run")
        throw CancellationError()
    }
    return process
}

@Suite struct ClusterTests {
    @Test func aClusterIsMadeStartedAndStopped() async throws {
        try await withCluster { cluster in
            #expect(cluster.status() == .notCreated)
            try await cluster.stop()
            try await cluster.start()
            let first = try process(of: cluster)
            try await cluster.start()
            #expect(try process(of: cluster) == first)
            for role in ["lacuna", "lacunad", "postgres"] {
                let connection = try await Connection.connect(cluster.settings(database: "lacuna", role: role))
                #expect(try await connection.one(CurrentUser()) == role)
                #expect(try await connection.one(Setting(name: "listen_addresses")) == "")
                await connection.close()
            }
            try await cluster.stop()
            #expect(cluster.status() == .stopped)
        }
    }

    @Test func theServerIsNeverRootsProcess() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            var entry = stat()
            let process = try process(of: cluster)
            #expect(stat("/proc/\(process)", &entry) == 0)
            #expect(entry.st_uid != 0)
            #expect(getsid(process) == process || getsid(process) != getsid(0))
        }
    }

    @Test func startersAtTheSameTimeGetOneServer() async throws {
        try await withCluster { cluster in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await cluster.start() } }
                try await group.waitForAll()
            }
            let connection = try await Connection.connect(cluster.settings(database: "lacuna"))
            #expect(await connection.isUsable)
        }
    }

    @Test func aKilledServerComesBackWithItsData() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            let settings = cluster.settings(database: "lacuna")
            let connection = try await Connection.connect(settings)
            try await connection.execute("create table mark (id integer); insert into mark values (1), (2)")
            kill(try process(of: cluster), SIGKILL)
            let error = await #expect(throws: PostgresError.self) {
                while true { _ = try await connection.one(MarkCount()) }
            }
            guard case .connectionLost = error else {
                Issue.record("not lost: \(String(describing: error))")
                return
            }
            try await cluster.start()
            let again = try await Connection.connect(settings)
            #expect(try await again.one(MarkCount()) == 2)
        }
    }

    @Test func aHalfMadeClusterIsMadeAgain() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            try await cluster.stop()
            // What a crash before the last step of making leaves.
            #expect(rename(cluster.dataFolder, cluster.dataFolder + ".unfinished") == 0)
            #expect(unlink(cluster.dataFolder + ".unfinished/PG_VERSION") == 0)
            #expect(cluster.status() == .notCreated)
            try await cluster.start()
            let connection = try await Connection.connect(cluster.settings(database: "lacuna", role: "lacuna"))
            #expect(await connection.isUsable)
            #expect(access(cluster.dataFolder + ".unfinished", F_OK) != 0)
        }
    }

    /// A server that was killed and is not gone yet: by name and process file it runs, but its socket is closed.
    @Test func aDyingServerIsWaitedForAndReplaced() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            try await cluster.stop()
            let program = TemporaryFolder.make("dying") + "/postgres"
            let script = """
                cp /bin/sleep \(program) && cd \(cluster.dataFolder)
                \(program) 4 >/dev/null 2>&1 &
                until grep -q postgres /proc/$!/comm; do :; done
                echo $!
                """
            let started = try ChildProcess.run("/bin/sh", ["-c", script])
            let dying = try #require(Int32(started.output.split(separator: "\n").first ?? ""))
            writeProcessFile(of: cluster, naming: dying)
            #expect(cluster.status() == .running(process: dying))
            try await cluster.start()
            let connection = try await Connection.connect(cluster.settings(database: "lacuna"))
            #expect(await connection.isUsable)
        }
    }

    @Test func aProcessFileThatNamesAnotherProgramIsStale() async throws {
        try await withCluster { cluster in
            try await cluster.start()
            try await cluster.stop()
            writeProcessFile(of: cluster, naming: getpid())
            #expect(cluster.status() == .stopped)
            try await cluster.start()
            #expect(try process(of: cluster) != getpid())
        }
    }

    @Test func aLongHomeHasAShortSocketPath() async throws {
        var options = ClusterOptions.forTests
        let long = TemporaryFolder.make("long") + "/" + String(repeating: "x", count: 80)
        options.rootFolder = long
        let cluster = try EmbeddedCluster(home: long + "/home", options: options)
        #expect(cluster.socketFolder.utf8.count < 94)
        chmod(String(long.dropLast(81)), 0o711)
        try await cluster.start()
        let connection = try await Connection.connect(cluster.settings(database: "lacuna", role: "lacuna"))
        #expect(await connection.isUsable)
        await connection.close()
        try await cluster.destroy()
        #expect(access(cluster.socketFolder, F_OK) != 0)
    }

    @Test func homesHaveClustersOfTheirOwn() throws {
        let one = try EmbeddedCluster(home: "/tmp/a/../one")
        #expect(try EmbeddedCluster(home: "/tmp/one/").folder == EmbeddedCluster(home: "/tmp/one").folder)
        #expect(try EmbeddedCluster(home: "/tmp/two").folder != EmbeddedCluster(home: "/tmp/one").folder)
        #expect(one.database == "lacuna")
    }
}
