import Catalog
import Domain
import Postgres
import System
import TestSupport
import Testing

/// The database publishes no organ whose Dice on held-out volumes is smaller than its run requires, or undecided.
@Suite struct MinimumDiceTests {
    @Test func anOrganBelowTheMinimumIsRefusedUnlessItIsWithheld() async throws {
        try await withRun(#"{"run": {"minimumDice": 0.5, "minimumValidationVolumes": 2}}"#) { world, held, volumes in
            try await world.evaluate(held, 0, volumes, ["liver": [0.4, 0.5], "spleen": [0.5, 0.5]])
            let refused = try await refusal { try await world.publish(held, 0) }
            #expect(refused == "LA016")
            #expect(try await world.catalog.rounds(run: "r").map(\.state) == ["relabelling", "planned", "planned"])
            try await world.publish(held, 0, withheld: ["liver"])
        }
    }

    @Test func tooFewVolumesAreUndecided() async throws {
        for (config, answer) in [
            (#""minimumDice": 0.5"#, "LA016"), (#""minimumDice": 0.5, "publishUndecided": false"#, "LA016"),
            (#""minimumDice": 0.5, "publishUndecided": true"#, nil), (#""minimumDice": 0"#, nil), ("", nil),
            (#""minimumDice": 0.5, "minimumValidationVolumes": 3"#, "LA016"),
            (#""minimumDice": 0.5, "minimumValidationVolumes": 2"#, nil),
            (#""minimumDice": 0.8, "publishUndecided": true"#, "LA016"),
        ] as [(String, String?)] {
            try await withRun("{\"run\": {\(config)}}") { world, held, volumes in
                try await world.evaluate(held, 0, volumes, ["liver": [0.7, 0.7], "spleen": [0.7, 0.7]])
                let refused = try await refusal { try await world.publish(held, 0) }
                #expect(refused == answer, "\(config)")
            }
        }
    }

    @Test func anOrganWithoutADiceIsUndecided() async throws {
        try await withRun(#"{"run": {"minimumDice": 0.5, "minimumValidationVolumes": 2}}"#) { world, held, volumes in
            try await world.evaluate(held, 0, volumes, ["liver": [0.7, 0.7], "spleen": [nil, 0.9]])
            let refused = try await refusal { try await world.publish(held, 0) }
            #expect(refused == "LA016")
        }
    }

    @Test(arguments: [#"{"run": {"minimumDice": 2}}"#, #"{"run": {"minimumValidationVolumes": -1}}"#])
    func aConfigurationOutsideOfItsRangeIsRefused(_ config: String) async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            try await world.catalog.split("s", [(volume, .train)])
            let refused = try await refusal { _ = try await world.start("r", config: config) }
            #expect(refused == "23514")
        }
    }

    /// Over random evaluations, publications and releases: a visible pseudo label has a sufficient mean Dice, or a person released it.
    @Test(arguments: [1, 2, 3] as [UInt64]) func noPoorOrganIsVisible(seed: UInt64) async throws {
        let minimum = 0.5
        try await withRun(
            "{\"run\": {\"minimumDice\": \(minimum), \"minimumValidationVolumes\": 2}}", rounds: 12
        ) { world, held, volumes in
            var generator = SplitMix64(seed: seed)
            var (refusals, releases) = (0, 0)
            for round in 0..<12 {
                var dice: [OrganKey: [Double?]] = [:]
                for organ in ["liver", "spleen"] as [OrganKey] {
                    dice[organ] = (0..<2).map { _ in Double(Int.random(in: 0...16, using: &generator)) / 16 }
                }
                let checkpoint = try await world.checkpoint(held, round)
                try await world.evaluate(held, round, volumes, dice)
                let withheld = dice.keys.sorted().filter { _ in Bool.random(using: &generator) }
                let labels = (dice.keys.sorted()).enumerated().map { ($1, 100 + 2 * round + $0, Double?(0.5)) }
                try await world.stage(held, round, checkpoint, volumes[2], labels, withheld: withheld)
                let refused = try await refusal { try await world.publish(held, round, withheld: withheld) }
                if refused != nil {
                    #expect(refused == "LA016")
                    refusals += 1
                    try await world.publish(held, round, withheld: dice.keys.sorted())
                }
                try await world.expectNoPoorOrgan(minimum)
                for organ in withheld where Bool.random(using: &generator) {
                    let state = try await refusal {
                        try await world.catalog.override(run: "r", round: round, organs: [organ], reason: "test")
                    }
                    #expect(state == nil || state == "LA005")
                    releases += state == nil ? 1 : 0
                }
                try await world.expectNoPoorOrgan(minimum)
            }
            #expect(refusals > 0 && releases > 0)
        }
    }

    /// Two volumes for validation, and a third for training.
    private func withRun(
        _ config: String, rounds: Int = 2, _ body: (World, HeldRun, [VolumeID]) async throws -> Void
    ) async throws {
        try await World.with { world async throws in
            var volumes: [VolumeID] = []
            for scan in 1...2 {
                let labels = [annotated("liver", scan), annotated("spleen", 10 + scan)]
                volumes.append(try await world.catalog.add("A", scan: scan, labels).volume)
            }
            volumes.append(try await world.catalog.add("A", scan: 3).volume)
            try await world.catalog.split(
                "s", [(volumes[0], .validation), (volumes[1], .validation), (volumes[2], .train)])
            let held = try await world.start("r", organs: ["liver", "spleen"], rounds: rounds, config: config)
            try await body(world, held, volumes)
        }
    }
}

extension World {
    /// Records Dice on the first volumes, in their order.
    fileprivate func evaluate(
        _ held: HeldRun, _ round: Int, _ volumes: [VolumeID], _ dice: [OrganKey: [Double?]]
    ) async throws {
        let records = dice.flatMap { organ, values in
            zip(volumes, values).map {
                EvaluationRecord(
                    volume: $0, organ: organ, dice: $1, predictedMillilitres: 1, referenceMillilitres: 1)
            }
        }
        try await evaluate(held, round, records)
    }

    fileprivate func expectNoPoorOrgan(_ minimum: Double) async throws {
        let poor = try await manager.ask(
            """
            select r.number, l.organ_id, avg(e.dice) from lacuna.label_states(lacuna.current_revision()) l
            join lacuna.round r on r.id = l.round_id
            left join lacuna.evaluation e on e.round_id = l.round_id and e.organ_id = l.organ_id
            where l.status = 'pseudo' and not exists (
                select from lacuna.organ_override v where v.round_id = l.round_id and v.organ_id = l.organ_id)
            group by 1, 2 having coalesce(avg(e.dice) < \(minimum), true)
            """)
        #expect(poor == [])
    }
}
