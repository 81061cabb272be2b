import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// What real runs measure of the largest parts of their masks, and of the changes since the round before.
    @Suite struct CleaningTests {
        @Test func theDiceOfBothFormsIsStoredAndTheOneThatCountsIsRecorded() async throws {
            try await World.with { place in
                var run = RunFile()
                run.guards += "\n  keepLargestPart: [Liver]"
                let ending = try await place.daemon(run)
                #expect(ending.status == 0, "\(ending.errors)")
                for round in ["0", "1", "2"] {
                    for organ in try await place.organs("r", round) {
                        let name = organ["organ"] as? String
                        let counted = organ[name == "liver" ? "largestPartDice" : "wholeDice"] as? Double
                        let (dice, other) = (organ["dice"] as? Double, organ["largestPartDice"] as? Double)
                        // The catalogue keeps the Dice of a volume in single precision.
                        let difference = abs((dice ?? 0) - (counted ?? 1))
                        #expect(dice != nil && difference < 1e-6 && other != nil, "\(organ)")
                    }
                }
                let masks = try await place.ask(
                    """
                    select count(*) > 0 from lacuna.predicted_mask m join lacuna.organ o on o.id = m.organ_id where o.key = 'liver'
                    """)
                #expect(masks == ["true"])
                let stored = try await place.ask(
                    "select config -> 'run' -> 'keepLargestPart' from lacuna.run where name = 'r'")
                #expect(stored == [#"["liver"]"#])
            }
        }

        @Test func anOrganThatTheRunDoesNotLearnIsRefused() async throws {
            try await World.with { place in
                var run = RunFile()
                run.guards += "\n  keepLargestPart: [aorta]"
                let refused = try await place.daemon(run)
                #expect(refused.status == 3, "\(refused.errors)")
                #expect(refused.errors.contains("run.keepLargestPart is [aorta]"), "\(refused.errors)")
                #expect(refused.errors.contains("give organs of run.organs, none twice"))
                run.guards = "minimumQuality: 0\n  minimumLargestPart: 0.2\n  keepLargestPart: [liver, spleen, stomach]"
                let useless = try await place.daemon(run)
                #expect(
                    useless.errors.contains(
                        "run.minimumLargestPart has no effect, because run.keepLargestPart has all organs"),
                    "\(useless.errors)")
            }
        }

        @Test func changesAreStoredAndWithholdMasks() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let figures = """
                    select r.number, count(*), min(g.value) >= 0 and max(g.value) <= 1, max(g.limit_value), min(g.outcome)
                    from lacuna.guard_result g join lacuna.round r on r.id = g.round_id join lacuna.run n on n.id = r.run_id
                    where g.guard = 'change' and n.name = '%' group by 1 order by 1
                    """
                func changes(_ run: String) async throws -> [String] {
                    try await place.ask(figures.replacingOccurrences(of: "%", with: run))
                }
                #expect(try await changes("r") == ["1|3|true|-|passed"])
                var run = RunFile()
                (run.name, run.guards) = ("strict", run.guards + "\n  maximumChange: 0")
                #expect(try await place.daemon(run).status == 0)
                #expect(try await changes("strict") == ["1|3|true|0|failed"])
                let masks = try await place.ask(
                    """
                    select count(*) filter (where w.reason like 'its change since the round before of %, 1 − Dice, is above 0%'), count(*)
                    from lacuna.withheld_mask w join lacuna.round r on r.id = w.round_id join lacuna.run n on n.id = r.run_id
                    where n.name = 'strict' and r.number = 1
                    """)[0].split(separator: "|")
                #expect(masks[0] != "0", "\(masks)")
                try await place.succeeds("round", "adopt", "strict")
                let listed = try await place.rows("mask", "list", "--withheld")
                #expect(listed.contains { ($0["reason"] as? String)?.contains("run.maximumChange") == true })
                let shown = try await place.lacuna("round", "show", "strict", "1")
                #expect(shown.output.contains("change"), "\(shown.output)")
                run.guards = "minimumQuality: 0\n  maximumChange: 0.5"
                (run.name, run.rounds) = ("short", 1)
                let useless = try await place.daemon(run)
                #expect(
                    useless.errors.contains("run.maximumChange has no effect, because run.rounds is 1"),
                    "\(useless.errors)")
            }
        }
    }
}
