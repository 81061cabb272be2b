import Cluster
import Glibc
import Postgres
import TestSupport
import Testing

/// Runs the built `lacuna` with a home of its own.
private func withHome(
    _ body: (@Sendable ([String], [String: String]) throws -> ChildProcess.Outcome) async throws -> Void
)
    async throws
{
    let home = TemporaryFolder.make("cli")
    let cluster = try EmbeddedCluster(home: home)
    let program = ChildProcess.built("lacuna")
    do {
        try await body { arguments, extra in
            let environment = ["LACUNA_HOME": home].merging(extra) { $1 }
            return try ChildProcess.run(program, arguments, environment: environment, folder: "/")
        }
        try await cluster.destroy()
    } catch {
        try? await cluster.destroy()
        throw error
    }
}

@Suite struct DatabaseCommandTests {
    @Test func theDatabaseIsStartedInspectedAndStopped() async throws {
        try await withHome { lacuna in
            #expect(
                try lacuna(["database", "status", "--json"], [:]).output.hasPrefix("{\"state\": \"not created\", "))
            let start = try lacuna(["database", "start"], [:])
            #expect(start.status == 0, "\(start.errors)")
            #expect(start.output == "")
            let status = try lacuna(["database", "status", "--json"], [:])
            #expect(status.status == 0)
            #expect(status.errors == "")
            #expect(status.output.hasPrefix("{\"state\": \"running\", \"server\": \"1"))
            let migrate = try lacuna(["database", "migrate", "--json"], [:])
            #expect(migrate.status == 0)
            #expect(migrate.output == "[]\n")
            #expect(try lacuna(["database", "stop"], [:]).status == 0)
            #expect(try lacuna(["database", "status", "--json"], [:]).output.hasPrefix("{\"state\": \"stopped\", "))
            let asked = try lacuna(["database", "drop", "--json"], [:])
            #expect(asked.status == 0 && asked.output.contains("\"deleted\": false"))
            #expect(try lacuna(["database", "status", "--json"], [:]).output.hasPrefix("{\"state\": \"stopped\", "))
            #expect(try lacuna(["database", "drop", "--yes"], [:]).status == 0)
            #expect(
                try lacuna(["database", "status", "--json"], [:]).output.hasPrefix("{\"state\": \"not created\", "))
        }
    }

    /// Root's cluster lies elsewhere than a user's: neither may take the other's home for an empty one.
    @Test(
        .enabled("needs root's rights and a user postgres who may run the built program") {
            try getuid() == 0
                && ChildProcess.run(
                    "/usr/sbin/runuser", ["-u", "postgres", "--", ChildProcess.built("lacuna"), "--help"]
                )
                .status == 0
        }, arguments: [true, false])
    func theDatabaseOfAnotherUserIsNotTakenForAnEmptyOne(rootIsFirst: Bool) async throws {
        let (user, home) = ("postgres", TemporaryFolder.make("shared"))
        func run(_ isRoot: Bool, _ verb: String) throws -> ChildProcess.Outcome {
            let call = [ChildProcess.built("lacuna"), "database", verb, "--home", home]
            let prefix = isRoot ? ["/usr/bin/env"] : ["/usr/sbin/runuser", "-u", user, "--"]
            return try ChildProcess.run(prefix[0], Array(prefix.dropFirst()) + call, folder: "/")
        }
        chmod(home, 0o755)
        if !rootIsFirst { #expect(try ChildProcess.run("/bin/chown", [user, home]).status == 0) }
        #expect(try run(rootIsFirst, "start").status == 0)
        let refused = try run(!rootIsFirst, "status")
        #expect(try run(rootIsFirst, "stop").status == 0)
        #expect(refused.status == 5, "\(refused.errors)")
        let (owner, theirs, yours) =
            rootIsFirst ? ("root", "/var/lib/lacuna/", home) : (user, home, "/var/lib")
        let texts = [
            "\(owner) created the database of this LACUNA_HOME, in \(theirs)",
            "yours would be a different one, in \(yours)", "\n  remedy: work as ",
        ]
        for text in texts {
            #expect(refused.errors.contains(text), "\(text) in \(refused.errors)")
        }
        if rootIsFirst { try await EmbeddedCluster(home: home).destroy() }
    }

    @Test func mistakesHaveTheirExitStatus() async throws {
        try await withHome { lacuna in
            let unknown = try lacuna(["database", "begin"], [:])
            #expect(unknown.status == 2)
            #expect(unknown.output == "")
            #expect(try lacuna(["database", "status", "--json", "--csv"], [:]).status == 2)
            let nobody = ["LACUNA_DATABASE": "postgresql:///lacuna?host=/nonexistent"]
            let unreachable = try lacuna(["database", "status"], nobody)
            #expect(unreachable.status == 7)
            #expect(unreachable.errors.hasPrefix("lacuna: error: cannot connect to PostgreSQL: "))
            #expect(unreachable.errors.contains("\n  remedy: "))
            #expect(try lacuna(["database", "status"], ["PGHOST": "/nonexistent"]).status == 7)
            #expect(try lacuna(["database", "stop"], nobody).status == 2)
            #expect(try lacuna(["--help"], [:]).output.contains("USAGE: lacuna"))
        }
    }

    @Test func aServerWithoutOurSchemaIsRefusedUntilItIsMigrated() async throws {
        let settings = try await TestCluster.shared.settings()
        let target = "host=\(settings.keywords["host"] ?? "") dbname=postgres user=postgres"
        try await withHome { lacuna in
            let status = try lacuna(["database", "status", "--json", "--database", target], [:])
            #expect(status.status == 0, "\(status.errors)")
            #expect(status.output.contains("\"schema\": null"))
            let roles = try lacuna(["database", "migrate", "--print-roles"], [:])
            #expect(roles.output.contains("create role lacuna_trainer nologin;"))
        }
    }
}
