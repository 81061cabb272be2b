import Catalog
import Domain
import TestSupport
import Testing

/// Confidences and selections that a round records on held-out volumes.
@Suite struct QualityTests {
    @Test func confidencesAndSelectionsAreReadByRoundAndOrgan() async throws {
        try await World.with { world async throws in
            var volumes: [VolumeID] = []
            for scan in 1...3 {
                volumes.append(
                    try await world.catalog.add("A", scan: scan, [annotated("liver", scan), absent("spleen")]).volume)
            }
            try await world.catalog.split(
                "s", [(volumes[0], .train), (volumes[1], .validation), (volumes[2], .validation)])
            let held = try await world.start("r", organs: ["spleen", "liver"])
            try await world.reach("trained", held, 0)
            let selections = ["spleen", "liver"].map { organ in
                SelectionRecord(
                    organ: OrganKey(organ), positives: organ.count, byConfidence: SelectionRecord.shares,
                    byProbability: SelectionRecord.shares.reversed())
            }
            let round = held.rounds[0].id
            try await world.training.recordSelections(held.claim, round: round, selections)
            var later = selections
            later[0].positives = 1
            try await world.training.recordSelections(held.claim, round: round, later)  // after a restart

            func result(_ volume: VolumeID, _ organ: OrganKey, _ dice: Double?, _ confidence: Double?)
                -> EvaluationRecord
            {
                EvaluationRecord(
                    volume: volume, organ: organ, dice: dice, confidence: confidence, predictedMillilitres: 1,
                    referenceMillilitres: 1)
            }
            try await world.evaluate(
                held, 0,
                [
                    result(volumes[1], "liver", 0.5, 0.75), result(volumes[2], "liver", 0.25, nil),
                    result(volumes[1], "spleen", 0, 0.5), result(volumes[2], "spleen", nil, nil),
                ])
            #expect(
                try await world.catalog.heldOutMasks(run: "r") == [
                    HeldOutMask(round: 0, organ: "liver", confidence: 0.75, dice: 0.5),
                    HeldOutMask(round: 0, organ: "spleen", confidence: 0.5, dice: 0),
                ])
            let found = try await world.catalog.selections(run: "r")
            #expect(found.map(\.selection.organ) == ["liver", "spleen"] && found.allSatisfy { $0.round == 0 })
            #expect(found.map(\.selection.positives) == [5, 6], "what is recorded already is kept")
            #expect(found.map(\.gamma) == [0.5, 0.5])
            for (value, share) in zip(found[0].selection.byConfidence, SelectionRecord.shares) {
                #expect(abs(value - share) < 1e-6)
            }
            await #expect(throws: CatalogError.self) { try await world.catalog.heldOutMasks(run: "x") }
            await #expect(throws: CatalogError.self) { try await world.catalog.selections(run: "x") }
        }
    }

    @Test func qualityAndGuardsOfARoundAreRecordedOnce() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            try await world.catalog.split("s", [(volume, .train)])
            let held = try await world.start("r", organs: ["liver", "spleen"])
            let round = held.rounds[0].id
            #expect(try await world.catalog.quality(of: round) == nil)
            try await world.reach("confidenceFitted", held, 0)
            let quality = RoundQuality(
                pairs: 9, correlation: 0.875, correlationWithin: nil, intervalRate: 0.5, intervalCoverage: 0.75)
            let other = RoundQuality(
                pairs: 1, correlation: nil, correlationWithin: nil, intervalRate: 0.5, intervalCoverage: nil)
            for recorded in [quality, other] {
                try await world.training.recordQuality(held.claim, round: round, recorded)
            }
            #expect(try await world.catalog.quality(of: round) == quality)

            try await world.reach("evaluated", held, 0)
            let guards = [
                GuardRecord(organ: "liver", guard: "dice", value: 0.75, limit: 0.5, outcome: .passed),
                GuardRecord(organ: "liver", guard: "volume", value: nil, limit: nil, outcome: .undecided),
                GuardRecord(organ: "spleen", guard: "dice", value: 0.25, limit: 0.5, outcome: .failed),
            ]
            try await world.training.recordGuards(held.claim, round: round, guards.reversed())
            var again = guards
            again[0].outcome = .failed
            try await world.training.recordGuards(held.claim, round: round, again)  // after a restart
            #expect(try await world.catalog.guards(of: round) == guards)
        }
    }

    @Test func theSoftDiceOfHeldOutMasksIsRecorded() async throws {
        try await World.with { world async throws in
            let volumes = [
                try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume,
                try await world.catalog.add("A", scan: 2, [annotated("liver", 2)]).volume,
            ]
            try await world.catalog.split("s", volumes.map { ($0, .validation) })
            let held = try await world.start("r", organs: ["liver"])
            try await world.evaluate(
                held, 0,
                zip(volumes, [0.5, nil]).map {
                    EvaluationRecord(
                        volume: $0, organ: "liver", dice: 0.75, softDice: $1, predictedMillilitres: 1,
                        referenceMillilitres: 1)
                })
            #expect(
                try await world.root.ask("select soft_dice from lacuna.evaluation order by volume_id") == ["0.5", "-"])
        }
    }
}
