import TestSupport
import Testing

extension DaemonTests {
    /// A rollback of what a running daemon trains on ends its run for good.
    @Suite struct RollbackTests {
        @Test func aRollbackEndsTheDaemonThatTrainsOnTheLabels() async throws {
            try await World.with { place in
                var file = RunFile()
                file.stepsPerRound = 1_000_000
                let daemon = try place.startDaemon(file)
                #expect(await daemon.reports("round 1: training"))
                try await place.succeeds("mask", "rollback", "--run", "r", "--to", "none", "--reason", "leaks")
                let revision = try await place.number("select max(revision) from lacuna.change")
                let ended = await daemon.end()
                expectCancelled(ended, at: revision)
                expectCancelled(try await place.daemon(file), at: revision)
                #expect(try await place.number("select count(*) from lacuna.pseudo_pointer") == 0)
                #expect(try await place.rounds().count == 3)
                #expect(try await place.number("select max(revision) from lacuna.change") == revision)
            }
        }

        /// The rows that a session could not reach before it died are refused too.
        @Test func aStoppedRunIsNotContinuedAfterARollback() async throws {
            try await World.with { place in
                var file = RunFile()
                file.stepsPerRound = 1_000_000
                let daemon = try place.startDaemon(file)
                #expect(await daemon.reports("round 1: training"))
                daemon.signal(9)
                _ = await daemon.end()
                try await place.succeeds(
                    "mask", "rollback", "--run", "r", "--organ", "liver", "--to", "none", "--reason", "leaks")
                let revision = try await place.number("select max(revision) from lacuna.change")
                expectCancelled(try await place.daemon(file), at: revision)
                let shown = try await place.ask(
                    "select o.key from lacuna.pseudo_pointer p join lacuna.organ o on o.id = p.organ_id order by 1")
                #expect(!shown.isEmpty && !shown.contains("liver"), "\(shown)")
            }
        }

        private func expectCancelled(_ ending: Ending, at revision: Int) {
            #expect(ending.status == 5, "\(ending.errors)")
            let text = "run r was cancelled by a rollback at revision \(revision)"
            #expect(ending.errors.contains(text), "\(ending.errors)")
            #expect(ending.errors.contains("remedy: start a new run"), "\(ending.errors)")
        }
    }
}
