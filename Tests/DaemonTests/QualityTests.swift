import Domain
import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// What real runs store of the quality of their masks, and what their guards withhold.
    @Suite struct QualityTests {
        /// Two held-out volumes with three organs are too few to calibrate; each mask has its soft Dice all the same.
        @Test func everyPredictedMaskHasItsSoftDice() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let rows = try await place.ask(
                    """
                    select count(*), count(*) filter (where (soft_dice is null) = (confidence is null)),
                        count(*) filter (where dice is not null) from lacuna.pseudo_label
                    """)[0].split(separator: "|")
                #expect(rows[0] != "0" && rows[0] == rows[1] && rows[2] == "0", "\(rows)")
                let held = try await place.ask(
                    "select count(*) from lacuna.evaluation where (soft_dice is null) <> (predicted_ml = 0)")
                #expect(held == ["0"])
                let quality = try await place.ask(
                    "select count(*), min(pairs) >= 1, max(interval_rate) from lacuna.round_quality")
                #expect(quality == ["3|true|0.8"], "\(quality)")
            }
        }

        /// An undertrained network with the usual guards: nothing is published, all of it is kept for review with its reason.
        @Test func anUndertrainedNetworkPublishesNothing() async throws {
            try await World.with { place in
                var run = RunFile()
                run.guards = "minimumQuality: 0.5"
                let ending = try await place.daemon(run)
                #expect(ending.status == 0, "\(ending.errors)")
                let masks = try await place.number(
                    "select count(*) from lacuna.withheld_mask w join lacuna.round r on r.id = w.round_id where number = 0"
                )
                let lines = ending.errors.split(separator: "\n")
                #expect(
                    lines.contains {
                        $0.hasPrefix("round 0: published 0 pseudo labels at revision")
                            && $0.hasSuffix(", withheld \(masks)")
                    }, "\(ending.errors)")
                #expect(ending.errors.contains("round 1: trained, 12 steps"), "\(ending.errors)")
                // Not even empty masks: no annotation calls an organ absent.
                #expect(try await place.ask("select count(*) from lacuna.pseudo_label") == ["0"])
                let withheld = try await place.ask(
                    "select count(*) > 0, count(*) filter (where reason like '%its Dice cannot be predicted%') > 0 from lacuna.withheld_mask"
                )
                #expect(withheld == ["true|true"])
                #expect(try await place.lacuna("verify").status == 0)
                let listed = try await place.rows("mask", "list", "--withheld")
                #expect(!listed.isEmpty && listed.allSatisfy { ($0["reason"] as? String)?.isEmpty == false })
            }
        }

        /// With two held-out volumes nothing is decided about a Dice.
        @Test func guardsAreStoredWithTheirFigures() async throws {
            try await World.with { place in
                var run = RunFile()
                (run.minimumDice, run.guards) = ("0.01", "minimumQuality: 0")
                #expect(try await place.daemon(run).status == 0)
                let guards = try await place.ask(
                    """
                    select distinct guard, outcome, limit_value from lacuna.guard_result g join lacuna.round r on r.id = g.round_id
                    where r.number = 0 and guard in ('annotatedVolumes', 'validationVolumes') order by 1
                    """)
                #expect(guards == ["annotatedVolumes|passed|1", "validationVolumes|undecided|5"], "\(guards)")
                #expect(try await place.ask("select count(*) from lacuna.pseudo_label") == ["0"])
                run.name = "all"
                run.guards = "minimumQuality: 0\n  publishUndecided: true"
                #expect(try await place.daemon(run).status == 0)
                let dice = try await place.ask(
                    """
                    select count(*) from lacuna.pseudo_label l join lacuna.round r on r.id = l.round_id where not l.carried and (
                        select avg(e.dice) from lacuna.evaluation e where (e.round_id, e.organ_id) = (r.id, l.organ_id)) < 0.01
                    """)
                #expect(dice == ["0"], "no organ is published below the minimum")
                #expect(try await place.number("select count(*) from lacuna.pseudo_label") > 0)
            }
        }
    }
}
