import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Several annotations of one organ of one volume: all are recorded, one is current by the policy, and a person may correct it.
@Suite struct ConflictTests {
    private static let reason = JSONText(#"{"reason": "test"}"#)

    @Test func thePolicyChoosesTheCurrentOneAndEveryRevisionRemembersIt() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add(
                "A", release: "1", scan: 1, [annotated("liver", 1), annotated("spleen", 2)]
            )
            .volume
            try await catalog.add("B", scan: 1, [annotated("liver", 3, origin: .assisted)])
            try await catalog.add("A", release: "2", scan: 1, [annotated("liver", 4, origin: .reviewed)])
            #expect(try await current(world, volume) == digest(1))
            #expect(try await catalog.annotationPolicy().kind == .origin)
            let before = (try await world.revision(), try await world.states())

            #expect(try await catalog.setAnnotationPolicy(AnnotationPolicy(kind: .release), reason: "newest"))
            #expect(try await current(world, volume) == digest(4))
            try await expectTrueCoverage(world)
            #expect(try await world.revision() == before.0 + 1)
            #expect(try await world.states(before.0) == before.1)

            let named = AnnotationPolicy(kind: .datasets, datasets: ["B", "A"])
            #expect(try await catalog.setAnnotationPolicy(named, reason: "B is better"))
            #expect(try await current(world, volume) == digest(3))
            #expect(try await catalog.annotationPolicy().datasets == ["B", "A"])
            try await expectTrueCoverage(world)
            #expect(try await !catalog.setAnnotationPolicy(named, reason: "again"))
            // What is imported from now on is weighed by it too.
            try await catalog.add("A", release: "3", scan: 1, [annotated("liver", 5), annotated("spleen", 6)])
            #expect(try await current(world, volume) == digest(3))
            #expect(
                try await current(world, volume, "spleen") == digest(6),
                "equal datasets and origins: the newest release")
            let unknown = try await refusal {
                _ = try await catalog.setAnnotationPolicy(
                    AnnotationPolicy(kind: .datasets, datasets: ["Z"]), reason: "x")
            }
            #expect(unknown == "LA004")
            #expect(try await catalog.setAnnotationPolicy(AnnotationPolicy(kind: .origin), reason: "back"))
            try await expectTrueCoverage(world)
        }
    }

    @Test func aPersonsMaskSupersedesAndIsUndoneAndDoneAgain() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let annotation = PersonalAnnotation(volume: volume, organ: "liver", rater: "r1", origin: .expert)
            let made = try await catalog.record(annotation, kind: .correction, parameters: Self.reason) { _ in
                AnnotationContent(mask: mask(9))
            }
            #expect(made.isNew && made.isCurrent)
            #expect(try await catalog.mask(try #require(made.mask)).parent == MaskID(1))
            #expect(try await current(world, volume) == digest(9))
            let revision = try await world.revision()
            let again = try await catalog.record(annotation, kind: .correction, parameters: Self.reason) { _ in
                AnnotationContent(mask: mask(9))
            }
            #expect(!again.isNew && again.mask == made.mask)
            #expect(try await world.revision() == revision)

            #expect(try await undo(world, volume) == 1)
            #expect(try await current(world, volume) == digest(1))
            #expect(try await undo(world, volume) == 1)
            #expect(try await current(world, volume) == digest(9))
            try await expectTrueCoverage(world)
        }
    }

    @Test func whatLabelSetTookBackComesBack() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1), shipped("spleen", 2)]).volume
            try await catalog.add("B", scan: 1, [annotated("liver", 3, origin: .assisted)])
            let before = try await world.plainStates()
            #expect(
                try await catalog.setLabel(.unlabelled, volume: volume, organ: "liver", parameters: Self.reason) == 2)
            #expect(try await world.plainStates() == ["\(volume)|spleen|pseudo|model"])
            // B says it anew meanwhile; that stays when the rest comes back.
            try await catalog.add("B", scan: 1, file: 1, [annotated("liver", 4, origin: .assisted)])
            #expect(try await undo(world, volume) == 1)
            #expect(try await world.plainStates() == before)
            #expect(try await current(world, volume) == digest(1))
            try await expectTrueCoverage(world)

            #expect(try await catalog.setLabel(.absent, volume: volume, organ: "spleen", parameters: Self.reason) == 1)
            #expect(try await undo(world, volume, "spleen") == 1)
            #expect(try await world.plainStates() == before)
            #expect(try await undo(world, volume, "stomach") == 0)
            try await expectTrueCoverage(world)
        }
    }

    @Test func aProposalCountsNowhereUntilItIsAdopted() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1, origin: .assisted)]).volume
            try await catalog.add("B", scan: 1, [annotated("liver", 2, origin: .assisted)])
            var annotation = PersonalAnnotation(
                volume: volume, organ: "liver", rater: "consensus", origin: .reviewed, inputs: [MaskID(1), MaskID(2)],
                isProposed: true)
            let proposed = try await catalog.record(annotation, kind: .review, parameters: Self.reason) { _ in
                AnnotationContent(mask: mask(7))
            }
            #expect(!proposed.isCurrent)
            #expect(try await current(world, volume) == digest(2))
            let versions = try await catalog.labelVersions(volume: volume, organ: "liver")
            #expect(versions.map(\.source) == ["B 1", "A 1", "consensus"])
            #expect(versions.map(\.isCurrent) == [true, false, false])
            #expect(versions.map(\.isProposed) == [false, false, true])
            let behind = try await catalog.lineage(of: .mask(try #require(proposed.mask)), forward: false)
            #expect(Set(behind.filter { $0.via == "computed from" }.map(\.id)) == [1, 2])
            #expect(
                try await catalog.setLabel(.unlabelled, volume: volume, organ: "liver", parameters: Self.reason) == 2)
            #expect(try await world.plainStates() == [])
            annotation.isProposed = false
            #expect(
                try await catalog.record(annotation, kind: .review, parameters: Self.reason) { _ in
                    AnnotationContent(mask: mask(7))
                }.isCurrent)
            #expect(try await current(world, volume) == digest(7))
            try await expectTrueCoverage(world)
        }
    }

    @Test func aConsensusGoesWithTheDatasetThatItCameFrom() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1, origin: .assisted)]).volume
            try await catalog.add("B", scan: 1, [annotated("liver", 2, origin: .assisted)])
            let annotation = PersonalAnnotation(
                volume: volume, organ: "liver", rater: "consensus", origin: .reviewed, inputs: [MaskID(1), MaskID(2)])
            _ = try await catalog.record(annotation, kind: .review, parameters: Self.reason) { _ in
                AnnotationContent(mask: mask(7))
            }
            let before = try await world.plainStates()
            let a = try await catalog.dataset(named: "A")
            let plan = try await catalog.removalPlan(.dataset(a))
            #expect(plan.filter { $0.kind == "computed annotation" }.map(\.label) == ["liver"])
            #expect(try await catalog.withdraw(.dataset(a), recalling: false, reason: "consent"))
            #expect(try await current(world, volume) == digest(2))
            try await expectTrueCoverage(world)
            #expect(try await catalog.restore(.dataset(a), reason: "given again"))
            #expect(try await current(world, volume) == digest(7))
            #expect(try await world.plainStates() == before)
            try await expectTrueCoverage(world)
        }
    }

    // MARK: -

    private func current(_ world: World, _ volume: VolumeID, _ organ: OrganKey = "liver") async throws -> Digest {
        try await world.catalog.maskLocation(volume: volume, organ: organ).content
    }

    private func undo(_ world: World, _ volume: VolumeID, _ organ: OrganKey = "liver") async throws -> Int {
        try await world.catalog.undoCorrection(volume: volume, organ: organ, parameters: Self.reason)
    }
}
