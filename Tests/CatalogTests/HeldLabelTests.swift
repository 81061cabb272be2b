import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Labels that contradict an annotation of equal rank and origin, one of the two being absent, are held for a decision.
@Suite struct HeldLabelTests {
    /// The current liver: the number of its mask, 0 for absent, nil for unlabelled.
    private func liver(_ world: World, _ volume: VolumeID) async throws -> String {
        try await world.manager.ask(
            """
            select c.status, coalesce(encode(substr(m.content_sha256, 8, 1), 'hex'), '') from lacuna.annotation_current c
            join lacuna.annotation a on a.id = c.annotation_id left join lacuna.mask m on m.id = a.mask_id
            join lacuna.organ o on o.id = c.organ_id where c.volume_id = \(volume) and o.key = 'liver'
            """
        ).first ?? "unlabelled"
    }

    private func held(_ world: World) async throws -> Int {
        try await world.manager.number("select count(*) from lacuna.held_annotation")
    }

    @Test func absentAgainstAnnotatedOfEqualOriginIsHeldUntilItIsAccepted() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let second = try await catalog.add("B", scan: 1, [absent("liver"), annotated("spleen", 2)])
            #expect(second.held == ["liver"] && second.newLabels == 2)
            #expect(try await liver(world, volume) == "annotated|01")
            #expect(try await held(world) == 1)
            try await expectTrueCoverage(world)

            #expect(try await catalog.add("B", scan: 1, [absent("liver"), annotated("spleen", 2)]).isUnchanged)
            let states = try await world.states()
            let revision = try await world.revision()
            let accepted = try await catalog.add(
                "B", scan: 1, [absent("liver"), annotated("spleen", 2)], accepting: true)
            #expect(accepted.newLabels == 1 && accepted.held.isEmpty)
            #expect(try await liver(world, volume) == "absent|")
            #expect(try await held(world) == 0)
            #expect(try await world.states(revision) == states, "the past does not change")
            #expect(try await catalog.add("B", scan: 1, [absent("liver"), annotated("spleen", 2)]).isUnchanged)
            try await expectTrueCoverage(world)
        }
    }

    @Test func annotatedAgainstAbsentIsHeldTooAndKeepsItsMaskWhenAccepted() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [absent("liver")]).volume
            #expect(try await catalog.add("B", scan: 1, [annotated("liver", 3)]).held == ["liver"])
            #expect(try await liver(world, volume) == "absent|")
            let versions = try await catalog.labelVersions(volume: volume, organ: "liver")
            #expect(versions.map(\.source) == ["A 1", "B 1"] && versions.map(\.isProposed) == [false, true])
            try await catalog.add("B", scan: 1, [annotated("liver", 3)], accepting: true)
            #expect(try await liver(world, volume) == "annotated|03")
            #expect(try await world.manager.number("select count(*) from lacuna.mask") == 1)
            try await expectTrueCoverage(world)
        }
    }

    @Test func originDecidesAndAPersonDecides() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1, origin: .assisted)]).volume
            #expect(try await catalog.add("B", scan: 1, [absent("liver")]).held.isEmpty)
            #expect(try await liver(world, volume) == "absent|")
            #expect(try await catalog.add("C", scan: 1, [annotated("liver", 4, origin: .reviewed)]).held.isEmpty)
            #expect(try await liver(world, volume) == "absent|")

            let other = try await catalog.add("A", scan: 2, [annotated("liver", 5)]).volume
            let reason = JSONText(#"{"reason": "test"}"#)
            #expect(try await catalog.setLabel(.absent, volume: other, organ: "liver", parameters: reason) == 1)
            #expect(try await catalog.add("B", scan: 2, [annotated("liver", 6)]).held.isEmpty, "the person ranks above")
            #expect(try await liver(world, other) == "absent|")
            try await expectTrueCoverage(world)
        }
    }

    @Test func aPolicyThatRanksTheDatasetsDecidesAndTheDefaultHoldsAgain() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            try await catalog.add("B", scan: 1, [absent("liver")])
            let unconcerned = AnnotationPolicy(kind: .datasets, datasets: ["A"])
            #expect(try await catalog.setAnnotationPolicy(unconcerned, reason: "A is better"))
            #expect(try await liver(world, volume) == "annotated|01")
            #expect(try await held(world) == 0, "A ranks first, which is a decision")
            let policy = AnnotationPolicy(kind: .datasets, datasets: ["B"])
            #expect(try await catalog.setAnnotationPolicy(policy, reason: "B is better"))
            #expect(try await liver(world, volume) == "absent|")
            try await expectTrueCoverage(world)
            #expect(try await catalog.setAnnotationPolicy(AnnotationPolicy(kind: .origin), reason: "back"))
            #expect(try await liver(world, volume) == "annotated|01")
            #expect(try await held(world) == 1)
            try await expectTrueCoverage(world)
            #expect(try await catalog.add("B", scan: 1, [absent("liver")]).isUnchanged)
        }
    }

    @Test func aReleaseThatChangesItsMindIsNoLongerCurrentWithItsOldLabel() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            try await catalog.add("B", scan: 1, [annotated("liver", 2)])
            #expect(try await liver(world, volume) == "annotated|02")
            #expect(try await catalog.add("B", scan: 1, file: 1, [absent("liver")]).held == ["liver"])
            #expect(try await liver(world, volume) == "annotated|01")
            #expect(try await catalog.add("B", scan: 1, file: 2, [annotated("liver", 7)]).held.isEmpty)
            #expect(try await liver(world, volume) == "annotated|07")
            #expect(try await held(world) == 0)
            try await catalog.add("B", scan: 1, file: 3, [absent("liver")])
            let gone = try await catalog.add("B", scan: 1, file: 3)
            #expect(gone.takenBack == ["liver"])
            #expect(try await held(world) == 0)
            #expect(try await liver(world, volume) == "annotated|01")
            try await expectTrueCoverage(world)
        }
    }
}
