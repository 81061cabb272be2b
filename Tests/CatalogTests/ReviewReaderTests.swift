import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Two persons decide about one mask.
@Suite struct ReviewReaderTests {
    /// The first of two decisions changes no label, and neither does a second one that does not agree.
    @Test func twoReadersDecideTogether() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let looked = try await world.target(volumes[1], "liver")
            try await world.askTwo(volumes[1], "liver", looked)
            let states = try await world.states()
            _ = try await world.decide(.accept, volumes[1], "liver", looked)
            #expect(try await world.reviews() == ["2|liver|in_review|ann"])
            let first = try #require(try await world.opinion(volumes[1], "liver", looked, for: "bob"))
            #expect(first.action == .accept && first.person == "ann" && first.mask == looked)
            #expect(try await world.opinion(volumes[1], "liver", looked, for: "ann") == nil)
            let unaware = World.decisionCall(
                volumes[1], "'liver'", "'reject'", "\(first.mask ?? MaskID(0))", person: "'bob'")
            #expect(try await world.manager.refusal(of: unaware) == "LA017", "it was not compared")

            let other = ReaderAgreement(with: first.event, agrees: false, dice: 0.5, nsd: 0.25)
            let drawn = try await world.decide(
                .submit, volumes[1], "liver", looked, by: "bob", making: 100, agreement: other)
            #expect(try await world.states() == states, "nothing changed so far")
            #expect(try await world.catalog.proposedLabels().map(\.mask) == [drawn.mask])
            let second = try #require(try await world.opinion(volumes[1], "liver", looked, for: "ann"))
            #expect(second.mask == drawn.mask)
            let agreed = ReaderAgreement(with: second.event, agrees: true, dice: 0.95, nsd: 1)
            _ = try await world.decide(.submit, volumes[1], "liver", looked, making: 101, agreement: agreed)
            #expect(try await world.reviews() == ["2|liver|edited|ann"])
            let label = try #require(try await world.catalog.labels(volume: volumes[1], organ: "liver").first)
            #expect(label.status == .annotated && label.source == "ann")
            let totals = try await world.catalog.reviewTotals()
            #expect(totals.map(\.person) == ["ann", "bob"] && totals.map(\.compared) == [1, 1])
            #expect(totals.map(\.agreeing) == [1, 0] && totals.map(\.agreementNSD) == [1, 0.25])
            try await expectTrueCoverage(world)
        }
    }

    @Test func aThirdPersonAdjudicates() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let looked = try await world.target(volumes[1], "liver")
            try await world.askTwo(volumes[1], "liver", looked)
            _ = try await world.decide(.absent, volumes[1], "liver", looked)
            let first = try #require(try await world.opinion(volumes[1], "liver", looked, for: "bob"))
            _ = try await world.decide(
                .reject, volumes[1], "liver", looked, by: "bob",
                agreement: ReaderAgreement(with: first.event, agrees: false))
            #expect(try await world.reviews() == ["2|liver|in_review|bob"])
            #expect(try await world.catalog.reviewCandidates(of: "liver").first?.skippedBy == ["ann", "bob"])
            var last = ReviewDecision(
                volume: volumes[1], organ: "liver", action: .reject, mask: looked, person: "cho")
            last.adjudicates = true
            _ = try await world.catalog.decide(last)
            #expect(try await world.reviews() == ["2|liver|rejected|cho"])
            try await expectTrueCoverage(world)
        }
    }
}
