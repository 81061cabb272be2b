import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// History is append-only, and the states of a revision never change.
@Suite struct HistoryTests {
    private static let tables = [
        "activity", "source", "label_file", "mask", "annotation", "shipped_label", "pseudo_label", "withheld_mask",
        "label_quality",
        "organ_override", "round_quality", "guard_result", "round_validation", "test_opening", "test_evaluation",
        "test_exclusion", "test_result",
        "round_pointer",
        "adoption",
        "run_input", "evaluation", "coverage_delta", "confidence_delta", "volume_delta", "surplus_delta", "withdrawal",
        "volume_withholding",
        "annotation_policy", "mask_input", "mask_file", "waiting_label",
    ]

    @Test func historyRefusesTheOwnerToo() async throws {
        try await World.with { world async throws in
            for table in Self.tables + ["change", "checkpoint", "volume"] {
                for script in ["delete from lacuna.\(table)", "truncate lacuna.\(table) cascade"] {
                    #expect(try await world.root.refusal(of: script) == "LA002", "\(script)")
                    #expect(try await world.manager.refusal(of: script) == "42501", "\(script)")
                }
            }
            for table in Self.tables {
                let column = try await world.root.ask(
                    """
                    select attname from pg_attribute
                    where attrelid = 'lacuna.\(table)'::regclass and attnum > 0 and attidentity = '' limit 1
                    """)[0]
                let script = "update lacuna.\(table) set \(column) = \(column)"
                #expect(try await world.root.refusal(of: script) == "LA002", "\(script)")
                #expect(try await world.manager.refusal(of: script) == "42501", "\(script)")
            }
        }
    }

    @Test func aCommittedChangeTakesNoMoreRows() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, [annotated("liver", 1), shipped("spleen", 2)])
            let before = try await world.states()
            for script in [
                """
                insert into lacuna.annotation (volume_id, organ_id, release_id, status, origin, change_id)
                values (1, 1, 1, 'absent', 'expert', 1)
                """,
                """
                insert into lacuna.shipped_label (volume_id, organ_id, release_id, mask_id, change_id)
                select volume_id, organ_id, 1, id, 1 from lacuna.mask where organ_id = 2
                """,
                """
                insert into lacuna.source (volume_id, release_id, case_name, file, file_sha256, file_bytes, affine, spacing,
                    orientation, qform_code, sform_code, storage_type, change_id)
                select volume_id, release_id, 'x', file, file_sha256, 1, affine, spacing, 'RAS', 0, 1, 'int16', 1
                from lacuna.source
                """,
                """
                insert into lacuna.volume (subject_id, identity, shape_x, shape_y, shape_z, modality, change_id)
                select subject_id, sha256(identity), 1, 1, 1, 'CT', 1 from lacuna.volume
                """,
                """
                insert into lacuna.label_file (source_id, file, file_sha256, file_bytes, change_id)
                select source_id, 'x', file_sha256, 1, 1 from lacuna.label_file limit 1
                """,
                "insert into lacuna.split (name, method, change_id) values ('x', 'listed', 1)",
            ] { #expect(try await world.manager.refusal(of: script) == "LA002", "\(script)") }
            #expect(try await world.states() == before)
        }
    }

    @Test func nobodyChoosesARevision() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1)
            let chosen = "insert into lacuna.change (activity_id, revision) values (1, 1000)"
            #expect(try await world.manager.refusal(of: chosen) == "LA002")
            let again = "update lacuna.change set revision = revision + 1"
            #expect(try await world.root.refusal(of: again) == "LA002")
        }
    }

    @Test func everyRevisionOfAStoryStaysAsItWasRecorded() async throws {
        try await World.with { world async throws in
            var recorded: [Int: [String]] = [:]
            func note() async throws { recorded[try await world.revision()] = try await world.states() }
            let first = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            try await note()
            let second = try await world.catalog.add("A", scan: 2, [shipped("liver", 2)]).volume
            try await note()
            try await world.catalog.split("s", [(first, .train), (second, .train)])
            let one = try await world.start("one")
            let two = try await world.start("two")
            for (held, content) in [(one, 20), (two, 40)] {
                for round in 0..<2 {
                    let checkpoint = try await world.checkpoint(held, round)
                    let number = content + 10 * round
                    try await world.stage(held, round, checkpoint, first, [("spleen", number, 0.9)])
                    try await world.stage(
                        held, round, checkpoint, second, [("liver", number + 1, 0.8), ("spleen", number + 2, nil)])
                    try await world.publish(held, round)
                    try await note()
                }
            }
            // A better origin, a newer release, another version, an absence over a pseudo label.
            try await world.catalog.add("B", scan: 2, [annotated("liver", 60, origin: .assisted)])
            try await note()
            try await world.catalog.add("B", release: "2", scan: 2, [annotated("liver", 61, origin: .assisted)])
            try await note()
            try await world.catalog.add("A", scan: 1, file: 1, [annotated("liver", 62), absent("spleen")])
            try await note()
            try await world.catalog.rollBack(run: "one", organs: ["spleen"], to: 0, reason: "drift")
            try await note()
            try await world.catalog.adopt(run: "two")
            try await note()
            try await world.catalog.rollBack(run: "two", organs: nil, to: nil, reason: "all")
            try await note()
            try await world.catalog.compactCoverage()
            #expect(recorded.count == 12)
            #expect(Set(recorded.values).count > 9)
            for (revision, states) in recorded { #expect(try await world.states(revision) == states) }
            try await expectTrueCoverage(world)
        }
    }

    @Test func aRollbackRestoresWhatTheRoundShowed() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1).volume
            try await world.catalog.split("s", [(volume, .train)])
            let held = try await world.start("r")
            for round in 0..<2 {
                let checkpoint = try await world.checkpoint(held, round)
                try await world.stage(
                    held, round, checkpoint, volume,
                    [
                        ("liver", 20 + 10 * round, 0.9), ("spleen", 21 + 10 * round, 0.8),
                        ("stomach", 22 + 10 * round, 0.7),
                    ])
                try await world.publish(held, round, withheld: round == 0 ? ["stomach"] : [])
                if round == 0 { #expect(try await masks(world) == ["liver|1", "spleen|2"]) }
            }
            #expect(try await masks(world) == ["liver|4", "spleen|5", "stomach|6"])
            try await world.catalog.rollBack(run: "r", organs: ["spleen"], to: 0, reason: "drift")
            #expect(try await masks(world) == ["liver|4", "spleen|2", "stomach|6"])
            try await world.catalog.rollBack(run: "r", organs: nil, to: 0, reason: "drift")
            #expect(try await masks(world) == ["liver|1", "spleen|2"])
            try await world.catalog.rollBack(run: "r", organs: nil, to: nil, reason: "drift")
            #expect(try await masks(world) == [])
            for round in [2, 7] {
                await #expect(throws: CatalogError.notPublished(run: "r", round: round, published: [0, 1])) {
                    try await world.catalog.rollBack(run: "r", organs: nil, to: round, reason: "x")
                }
            }
            try await expectTrueCoverage(world)
        }
    }

    @Test func whatChangesNothingDrawsNoRevision() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1).volume
            try await world.catalog.split("s", [(volume, .train)])
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volume, [("liver", 20, 0.9)])
            try await world.publish(held, 0)
            let before = try await world.revision()
            #expect(try await world.catalog.adopt(run: "r") == false)
            #expect(try await world.catalog.rollBack(run: "r", organs: nil, to: 0, reason: "x") == false)
            #expect(try await world.revision() == before)
            #expect(try await world.catalog.rollBack(run: "r", organs: ["liver"], to: nil, reason: "x"))
            #expect(try await world.catalog.rollBack(run: "r", organs: ["liver"], to: nil, reason: "x") == false)
            #expect(try await world.revision() == before + 1)
            let none = try await refusal {
                _ = try await world.catalog.rollBack(run: "r", organs: ["brain"], to: nil, reason: "x")
            }
            #expect(none == "LA004")
        }
    }

    @Test func allThatWasSaidOfAnOrganIsTold() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1).volume
            try await world.catalog.split("s", [(volume, .train)])
            let held = try await world.start("r")
            for round in 0..<2 {
                let checkpoint = try await world.checkpoint(held, round)
                try await world.stage(held, round, checkpoint, volume, [("liver", 20 + round, 0.9)])
                try await world.publish(held, round)
            }
            try await world.catalog.rollBack(run: "r", organs: ["liver"], to: 0, reason: "drift")
            #expect(
                try await described(world, volume) == [
                    "1 pseudo training - lacunad", "2 pseudo training - lacunad",
                    "1 pseudo rollback drift lacuna current",
                ])
            _ = try await world.catalog.setLabel(
                .absent, volume: volume, organ: "liver", parameters: JSONText(#"{"reason": "removed"}"#))
            _ = try await world.catalog.setLabel(
                .unlabelled, volume: volume, organ: "liver", parameters: JSONText(#"{"reason": "wrong"}"#))
            #expect(
                try await described(world, volume).suffix(3) == [
                    "1 pseudo rollback drift lacuna current", "- absent correction removed lacuna",
                    "- unlabelled correction wrong lacuna",
                ])
            try await world.catalog.add("B", scan: 1, [annotated("liver", 60)])
            #expect(try await described(world, volume).last == "3 annotated import - lacuna current")
            let events = try await world.catalog.history(volume: volume, organ: "liver")
            #expect(events.map(\.revision) == events.map(\.revision).sorted())
            #expect(events.allSatisfy { $0.time.hasPrefix("20") && $0.time.hasSuffix("Z") })
            #expect(events.last?.dataset == "B")
            #expect(events.suffix(3).map(\.statusAfter) == [.absent, .pseudo, .annotated])
            #expect(events.suffix(3).map(\.maskAfter) == [nil, MaskID(1), MaskID(3)])
            #expect(events.suffix(3).map(\.rater) == ["", "", nil])
        }
    }

    private func described(_ world: World, _ volume: VolumeID) async throws -> [String] {
        try await world.catalog.history(volume: volume, organ: "liver").map { event in
            "\(event.mask?.description ?? "-") \(event.status.rawValue) \(event.kind) \(event.reason ?? "-") \(event.who)"
                + (event.isCurrent ? " current" : "")
        }
    }

    private func masks(_ world: World) async throws -> [String] {
        try await world.manager.ask(
            """
            select o.key, l.mask_id from lacuna.label_states(lacuna.current_revision()) l
            join lacuna.organ o on o.id = l.organ_id order by o.position
            """
        ).sorted()
    }
}
