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
                let shown = try await place.ask(Self.shown)
                let organ = try #require(shown.first)
                try await place.succeeds(
                    "mask", "rollback", "--run", "r", "--organ", organ, "--to", "none", "--reason", "leaks")
                let revision = try await place.number("select max(revision) from lacuna.change")
                expectCancelled(try await place.daemon(file), at: revision)
                let left = try await place.ask(Self.shown)
                #expect(left == Array(shown.dropFirst()))
            }
        }

        private static let shown =
            "select o.key from lacuna.pseudo_pointer p join lacuna.organ o on o.id = p.organ_id order by 1"

        private func expectCancelled(_ ending: Ending, at revision: Int) {
            #expect(ending.status == 5, "\(ending.errors)")
            let text = "run r was cancelled by a rollback at revision \(revision)"
            #expect(ending.errors.contains(text), "\(ending.errors)")
            #expect(ending.errors.contains("remedy: start a new run"), "\(ending.errors)")
        }
    }
}
