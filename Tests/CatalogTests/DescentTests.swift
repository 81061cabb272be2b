import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// The makers of the masks that a mask was derived from.
@Suite struct DescentTests {
    private static let reason = JSONText(#"{"reason": "test"}"#)

    private func record(_ world: World, _ annotation: PersonalAnnotation, _ n: Int) async throws -> MaskID {
        let recorded = try await world.catalog.record(annotation, kind: .correction, parameters: Self.reason) { _ in
            AnnotationContent(mask: mask(n))
        }
        #expect(recorded.isCurrent)
        return try #require(recorded.mask)
    }

    @Test func datasetsAreFoundThroughConsensusCorrectionsAndRuns() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1, origin: .assisted)]).volume
            try await catalog.add("B", scan: 1, [annotated("liver", 2, origin: .assisted)])
            try await catalog.add("E", scan: 1, [annotated("pancreas", 3)])
            try await catalog.add("D", scan: 1, [shipped("stomach", 4)])
            let other = try await catalog.add("C", scan: 2, [absent("spleen")]).volume
            let consensus = try await record(
                world,
                PersonalAnnotation(
                    volume: volume, organ: "liver", rater: "consensus", origin: .reviewed,
                    inputs: [MaskID(1), MaskID(2)]), 5)
            let drawn = try await record(
                world, PersonalAnnotation(volume: volume, organ: "liver", rater: "ab", origin: .expert), 6)
            let stomach = try await record(
                world, PersonalAnnotation(volume: volume, organ: "stomach", rater: "ab", origin: .expert), 7)
            for made in [consensus, drawn] {
                #expect(
                    try await catalog.datasets(behind: [made], runs: []) == [
                        "A": .madeInto(made), "B": .madeInto(made),
                    ])
            }
            #expect(try await catalog.datasets(behind: [stomach], runs: []) == ["D": .madeInto(stomach)])
            #expect(try await catalog.datasets(behind: [MaskID(3)], runs: []) == ["E": .madeInto(MaskID(3))])
            #expect(try await catalog.datasets(behind: [], runs: []) == [:])

            // A run learned from what its snapshot comes of, an absence too; and a correction of its labels comes of that.
            try await catalog.split("s", [(volume, .train), (other, .train)])
            let held = try await world.start("r", organs: ["liver", "spleen"])
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, other, [("liver", 60, 0.5)])
            try await world.publish(held, 0)
            let learned = LicensedUse.learned(run: "r")
            let ofRun = try await catalog.datasets(behind: [], runs: ["r"])
            #expect(ofRun == ["A": learned, "B": learned, "C": learned])
            let predicted = MaskID(Int64(try await world.manager.number("select mask_id from lacuna.pseudo_label")))
            let corrected = try await record(
                world, PersonalAnnotation(volume: other, organ: "liver", rater: "ab", origin: .expert), 8)
            for made in [predicted, corrected] {
                let use = LicensedUse.madeInto(made)
                #expect(try await catalog.datasets(behind: [made], runs: []) == ["A": use, "B": use, "C": use])
            }
            // Asked for both, what the run learned from counts once.
            #expect(Set(try await catalog.datasets(behind: [corrected], runs: ["r"]).keys) == ["A", "B", "C"])
        }
    }
}
