import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// Runs that start from the weights of another run's round.
    @Suite struct StartFromTests {
        private static func run(_ name: String, from start: String) -> RunFile {
            var file = RunFile()
            (file.name, file.rounds) = (name, 0)
            file.guards = "minimumQuality: 0\n  startFrom: \(start)"
            return file
        }

        /// Trained weights have a smaller loss than new ones after as many steps.
        @Test func theWeightsOfTheRoundAreUsed() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                #expect(try await place.daemon(Self.run("b", from: "r/1")).status == 0)
                let starts = try await place.ask(
                    """
                    select p.name, s.previous_round from lacuna.run_start s join lacuna.run p on p.id = s.previous_run_id
                    join lacuna.run on run.id = s.run_id where run.name = 'b'
                    """)
                #expect(starts == ["r|1"])
                var fresh = RunFile()
                (fresh.name, fresh.rounds) = ("c", 0)
                #expect(try await place.daemon(fresh).status == 0)
                let (continued, new) = (try await place.loss("b"), try await place.loss("c"))
                #expect(continued < 0.9 * new, "\(continued) and \(new)")
                let pruned = try await place.lacuna("round", "prune", "--json")
                #expect(pruned.status == 0, "\(pruned.errors)")
                #expect(try await place.reproduce("b/0").status == 0)
            }
        }

        @Test func whatCannotBeStartedFromIsNamed() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                func refuses(_ run: RunFile, _ problem: String, status: Int32) async throws {
                    let ending = try await place.daemon(run)
                    #expect(ending.status == status && ending.errors.contains(problem), "\(ending.errors)")
                }
                try await refuses(Self.run("b", from: "r/7"), "): no round r/7 exists", status: 3)
                try await refuses(Self.run("b", from: "b/0"), "run.startFrom is b/0", status: 3)
                try await refuses(Self.run("b", from: "r"), "run.startFrom is r", status: 3)
                var wider = Self.run("w", from: "r/1")
                wider.widths = "[8, 16]"
                try await refuses(wider, "whose network has other dimensions", status: 3)
                var fewer = Self.run("f", from: "r/1")
                fewer.organs = "[spleen, liver, stomach]"
                try await refuses(fewer, "whose organs are liver, spleen, stomach, in this order", status: 3)
                #expect(try await place.ask("select name from lacuna.run") == ["r"])
                try await place.succeeds("dataset", "remove", "public", "--yes", "--reason", "test")
                try await refuses(Self.run("d", from: "r/1"), "was trained on data that were removed", status: 5)
            }
        }
    }
}

extension Place {
    /// The mean loss of round 0 of a run.
    fileprivate func loss(_ run: String) async throws -> Double {
        try #require(try await lacuna("round", "show", run, "0", "--json").object()["loss"] as? Double)
    }
}
