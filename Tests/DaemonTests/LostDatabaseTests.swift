import Cluster
import Glibc
import TestSupport
import Testing

extension DaemonTests {
    @Suite struct LostDatabaseTests {
        @Test(arguments: ["round 0: training", "round 0: published"])
        func aServerThatDiesEndsTheRunAndTheNextStartContinues(after line: String) async throws {
            try await World.with { place in
                let before = try await place.annotations()
                let daemon = try place.startDaemon()
                #expect(await daemon.reports(line))
                guard case .running(let server) = place.cluster.status() else {
                    return #expect(Bool(false), "no server")
                }
                kill(server, SIGQUIT)  // an immediate shutdown
                let ending = await daemon.end()
                try await place.cluster.start()
                #expect(ending.status == 7, "\(ending.errors)")
                #expect(ending.errors.contains("lacunad: error: "))
                #expect(ending.errors.contains("\n  remedy: "))
                try await place.expectInvariants(annotations: before, "after the server's death")
                let again = try await place.daemon()
                #expect(again.status == 0, "\(again.errors)")
                try await WholeRun.expect(sameAs: place, "after the server's death")
            }
        }

        /// A stopped server neither answers nor closes its connections.
        @Test func aServerThatFreezesEndsTheRun() async throws {
            try await World.with { place in
                var file = RunFile.long
                file.checkpointSteps = 5
                let daemon = try place.startDaemon(file)
                #expect(await daemon.reports("round 0: training"))
                var frozen: [Int32] = []
                while frozen.count < 2 {
                    frozen = try await place.ask(
                        "select pid from pg_stat_activity where datname = current_database() and usename = 'lacunad'"
                    ).compactMap { Int32($0) }
                }
                for process in frozen { #expect(kill(process, SIGSTOP) == 0) }
                let ending = await daemon.end()
                for process in frozen { kill(process, SIGCONT) }
                #expect(ending.status == 7, "\(ending.errors)")
                #expect(ending.errors.contains("\n  remedy: "))
                #expect(try await place.lacuna("verify", "--read-data").status == 0)
            }
        }

        /// One of the daemon's two connections breaks: the one of its heartbeat, or the one of its work.
        @Test(arguments: ["=", "<>"])
        func aBrokenConnectionEndsALongRun(sign: String) async throws {
            try await World.with { place in
                var file = RunFile.long
                file.checkpointSteps = sign == "=" ? 1_000_000 : 5
                let daemon = try place.startDaemon(file)
                #expect(await daemon.reports("round 0: training"))
                // The heartbeat's connection is recognised by its last statement, so after its first heartbeat at the earliest.
                var terminated = 0
                while terminated == 0 {
                    terminated = try await place.number(
                        """
                        select count(pg_terminate_backend(pid)) from pg_stat_activity a
                        where datname = current_database() and usename = 'lacunad'
                        and position('heartbeat' in query) \(sign == "=" ? ">" : "=") 0
                        and exists (select from pg_stat_activity b where b.datname = a.datname
                            and b.usename = 'lacunad' and position('heartbeat' in b.query) > 0)
                        """)
                }
                let ending = await daemon.end()
                #expect(ending.status == 7, "\(ending.errors)")
                #expect(ending.errors.contains("\n  remedy: "))
                #expect(try await place.lacuna("verify", "--read-data").status == 0)
            }
        }
    }
}
