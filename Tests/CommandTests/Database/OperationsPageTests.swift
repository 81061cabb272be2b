import Cluster
import Foundation
import Glibc
import Phantoms
import Postgres
import TestSupport
import Testing

/// Runs the commands of `docs/operations.md` as they are printed there.
@Suite struct OperationsPageTests {
    private static let run = [
        "The embedded cluster", "Your own server", "Folders of several people", "Roles", "Objects",
        "Two daemons on a schedule",
    ]

    private func shell(_ script: String, _ environment: [String: String]) async throws -> Ending {
        let programs = ChildProcess.built("lacuna").dropLast("/lacuna".count)
        #expect(!script.isEmpty)
        return try await RunningProgram(
            "/bin/bash", ["-euo", "pipefail", "-x", "-c", script],
            environment: ["PATH": "\(programs):/usr/bin:/bin", "LC_ALL": "C.UTF-8"].merging(environment) { $1 },
            folder: "/", limit: .seconds(600)
        ).end()
    }

    @Test func everySectionIsRunOrLeftOutWithAReason() throws {
        let page = try OperationsPage()
        #expect(page.sections.map(\.title).sorted() == (Self.run + OperationsPage.leftOut.keys).sorted())
        let lines = page.sections.filter { Self.run.contains($0.title) }.flatMap(\.commands)
        for start in OperationsPage.omitted.keys { #expect(lines.contains { $0.hasPrefix(start) }, "\(start)") }
        for (text, _, _) in OperationsPage.substituted { #expect(lines.contains { $0.contains(text) }, "\(text)") }
    }

    @Test func theEmbeddedClusterIsStartedStoppedAndDropped() async throws {
        let home = TemporaryFolder.make("cli")
        let ending = try await shell(try OperationsPage().script("The embedded cluster"), ["LACUNA_HOME": home])
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try EmbeddedCluster(home: home).status() == .notCreated)
    }

    @Test func twoDaemonsServeASchedule() async throws {
        let folder = TemporaryFolder.make("daemons")
        let script = "cd \(folder)\nset -m\n" + (try OperationsPage().script("Two daemons on a schedule"))
        let environment = ["LACUNA_HOME": folder + "/home", "OMP_WAIT_POLICY": "passive"]
        let ending = try await shell(script, environment)
        #expect(ending.status == 0, "\(ending.errors.suffix(4000))")
        for text in [
            "nightly-1", "lacuna_labels_published_total{organ=\"liver\"}", "\"status\":\"well\"", "round-published",
        ] {
            #expect(ending.output.contains(text), "\(text) in \(ending.output)")
        }
        _ = try await shell("lacuna database drop --yes", environment)
    }

    @Test func theObjectsAreVerified() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let ending = try await bench.shell("set -ex\n" + OperationsPage().script("Objects"))
            #expect(ending.status == 0, "\(ending.errors)")
        }
    }

    /// A server on which nothing is set up: its superuser is `postgres`, and the tests' user may log in as the page's logins.
    private func withBareServer(_ body: (EmbeddedCluster) async throws -> Void) async throws {
        var options = ClusterOptions.forTests
        options.rootFolder = TemporaryFolder.root + "/c"
        (options.database, options.logins) = ("other", ["somebody"])
        let cluster = try EmbeddedCluster(home: TemporaryFolder.make("home"), options: options)
        try await cluster.start()
        do {
            let map = cluster.folder + "/pg_ident.conf"
            let line = try #require(try String(contentsOfFile: map, encoding: .utf8).split(separator: "\n").last)
            let lines = ["chief", "ann", "bob", "trainer"].map { line.replacing("somebody", with: $0) + "\n" }
            let file = try #require(FileHandle(forWritingAtPath: map))
            try file.seekToEnd()
            try file.write(contentsOf: Data(lines.joined().utf8))
            try file.close()
            let admin = try await Connection.connect(cluster.settings(database: "postgres"))
            try await admin.execute("select pg_reload_conf()")
            await admin.close()
            try await body(cluster)
            try await cluster.destroy()
        } catch {
            try? await cluster.destroy()
            throw error
        }
    }

    @Test func aServerOfOnesOwnIsSetUpForSeveralPeople() async throws {
        try await withBareServer { cluster in
            let folder = TemporaryFolder.make("people")
            let environment = [
                "PGHOST": cluster.socketFolder, "SERVER": cluster.socketFolder, "LACUNA_HOME": folder + "/home",
                "DATA": folder + "/data", "SHARED": folder + "/shared", "GROUP": Self.group,
            ]
            let page = try OperationsPage()
            let data = try await shell("lacuna phantom generate \(folder)/data --shape 32x32x16", environment)
            #expect(data.status == 0, "\(data.errors)")
            let script = ["Your own server", "Folders of several people", "Roles"].map(page.script)
            let ending = try await shell(script.joined(separator: "\n"), environment)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output.contains("trainer"))
            try await expectRights(cluster, environment)
        }
    }

    /// The group of the tests' user.
    private static var group: String { String(cString: getgrgid(getegid()).pointee.gr_name) }

    /// What the page says of each login.
    private func expectRights(_ cluster: EmbeddedCluster, _ environment: [String: String]) async throws {
        let checks = [
            ("PGUSER=ann lacuna verify --read-data --objects $SHARED/objects", 0),
            ("PGUSER=bob lacuna dataset list --json | grep --quiet heldout", 0),
            ("PGUSER=ann lacuna database migrate", 5),
            ("PGUSER=trainer lacuna coverage", 5),
            ("PGUSER=somebody lacuna coverage", 7),
            ("PGUSER=trainer psql --command='select lacuna.current_revision()'", 0),
            ("PGUSER=trainer psql --command='create table lacuna.mine ()'", 1),
            ("PGUSER=chief lacuna database migrate --json", 0),
        ]
        for (command, status) in checks {
            let ending = try await shell("export PGDATABASE=lacuna LACUNA_GROUP=$GROUP; \(command)", environment)
            #expect(ending.status == Int32(status), "\(command): \(ending.errors)")
        }
    }
}
