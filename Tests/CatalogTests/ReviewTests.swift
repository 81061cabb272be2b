import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// A person decides about the masks of round 0, and the labels follow.
@Suite struct ReviewTests {
    @Test func anAcceptedMaskBecomesAnAnnotation() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let before = try await world.history()
            let looked = try await world.target(volumes[1], "liver")
            let made = try await world.decide(.accept, volumes[1], "liver", looked, making: 100)
            #expect(try await world.shown() == ["2|spleen|11|r/0", "3|liver|12|r/0"])
            let label = try #require(try await world.catalog.labels(volume: volumes[1], organ: "liver").first)
            #expect(label.status == .annotated && label.origin == .reviewed && label.source == "ann")
            #expect(label.mask == made.mask)
            #expect(try await world.catalog.mask(try #require(made.mask)).parent == looked)
            #expect(try await world.states(before.count) == before.last, "earlier revisions are unchanged")
            #expect(try await world.reviews() == ["2|liver|accepted|ann"])
            try await expectTrueCoverage(world)
        }
    }

    @Test func aRejectedMaskIsNoLabelAnyMore() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            let before = try await world.history()
            let looked = try await world.target(volumes[1], "liver")
            _ = try await world.decide(.reject, volumes[1], "liver", looked)
            #expect(try await world.shown() == ["2|spleen|11|r/0", "3|liver|12|r/0"])
            #expect(try await world.history(upTo: before.count) == before)
            let trained = try await world.training.pseudoLabels(of: held.rounds[0].id)
            #expect(trained.map(\.volume) == [volumes[1], volumes[2]] && trained.map(\.organ) == ["spleen", "liver"])
            let events = try await world.catalog.history(volume: volumes[1], organ: "liver")
            #expect(events.last?.status == .unlabelled && events.last?.rater == "ann" && events.last?.kind == "review")
            #expect(try await world.reviews() == ["2|liver|rejected|ann"])
            try await expectTrueCoverage(world)
        }
    }

    /// Where a release ships a label, it is the label after the rejection.
    @Test func aShippedLabelBelowARejectedMaskIsVisible() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            try await world.catalog.add("B", scan: 2, [shipped("liver", 60)])
            #expect(
                try await world.refusalOfDecision(.reject, volumes[1], "liver", world.target(volumes[1], "liver"))
                    == nil)
            #expect(try await world.shown() == ["2|liver|60|-", "2|spleen|11|r/0", "3|liver|12|r/0"])
            try await expectTrueCoverage(world)
            try await world.catalog.add("C", scan: 2, [shipped("liver", 61)])
            try await expectTrueCoverage(world)
        }
    }

    /// The next round proposes another mask; a round that keeps the rejected one, and a rollback to it, show nothing.
    @Test func aRejectionHoldsForTheMaskInEveryRound() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            _ = try await world.decide(.reject, volumes[1], "liver", world.target(volumes[1], "liver"))
            let checkpoint = try await world.checkpoint(held, 1)
            try await world.stage(
                held, 1, checkpoint, volumes[1], [("liver", 20, 0.5), ("spleen", 21, 0.5)], withheld: ["liver"])
            try await world.stage(held, 1, checkpoint, volumes[2], [("liver", 22, 0.5)])
            try await world.publish(held, 1)
            #expect(try await world.shown() == ["2|spleen|21|r/1", "3|liver|22|r/1"], "the kept mask is rejected")
            #expect(try await world.reviews() == ["2|liver|proposed|ann"], "the withheld mask waits")
            try await expectTrueCoverage(world)
            try await world.stage(held, 2, try await world.checkpoint(held, 2), volumes[1], [("liver", 30, 0.5)])
            try await world.publish(held, 2, withheld: ["spleen"])
            #expect(try await world.shown() == ["2|liver|30|r/2", "2|spleen|21|r/1"])
            #expect(try await world.catalog.rollBack(run: "r", organs: nil, to: 0, reason: "test"))
            #expect(try await world.shown() == ["2|spleen|11|r/0", "3|liver|12|r/0"])
            try await expectTrueCoverage(world)
        }
    }

    /// Annotations come and go above a rejected mask.
    @Test func aRetractedAnnotationShowsNoRejectedMask() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            _ = try await world.decide(.reject, volumes[1], "liver", world.target(volumes[1], "liver"))
            for status in [LabelStatus.absent, .unlabelled] {
                let written = try await world.catalog.setLabel(
                    status, volume: volumes[1], organ: "liver", parameters: JSONText("{}"))
                #expect(written == 1)
                try await expectTrueCoverage(world)
            }
            #expect(try await world.shown() == ["2|spleen|11|r/0", "3|liver|12|r/0"])
        }
    }

    @Test func anAbsenceReplacesTheMask() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            _ = try await world.decide(.absent, volumes[1], "liver", world.target(volumes[1], "liver"))
            let label = try #require(try await world.catalog.labels(volume: volumes[1], organ: "liver").first)
            #expect(label.status == .absent && label.origin == .reviewed)
            #expect(try await world.reviews() == ["2|liver|absent|ann"])
            #expect(try await world.refusalOfDecision(.accept, volumes[1], "liver", nil) == "LA017")
            try await expectTrueCoverage(world)
        }
    }

    @Test func aSkipAndAnAssignmentChangeNoLabel() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let (states, revision) = (try await world.states(), try await world.revision())
            let looked = try await world.target(volumes[1], "liver")
            _ = try await world.decide(.skip, volumes[1], "liver", looked)
            #expect(try await world.reviews() == [])
            _ = try await world.decide(.assign, volumes[1], "liver", looked, by: "bob")
            _ = try await world.decide(.skip, volumes[1], "liver", looked)
            #expect(try await world.reviews() == ["2|liver|in_review|bob"])
            #expect(try await world.states() == states)
            #expect(try await world.revision() == revision)
            let candidate = try #require(try await world.catalog.reviewCandidates(of: "liver").first)
            #expect(candidate.mask == looked && candidate.assigned == ["bob"] && candidate.skippedBy == ["ann"])
            let actions = try await world.catalog.reviewHistory(volume: volumes[1], organ: "liver").map(\.action)
            #expect(actions == [.skip, .assign, .skip])
        }
    }

    /// A withheld mask is no label; accepted it is one, rejected it is not released with its organ.
    @Test func aWithheldMaskIsDecidedAbout() async throws {
        try await World.withWithholdingRun { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            for (place, n) in [(1, 10), (2, 12)] {
                try await world.stage(
                    held, 0, checkpoint, volumes[place], [("liver", n, 0.5), ("spleen", n + 1, 0.6)],
                    withheld: ["spleen"], quality: World.quality)
            }
            try await world.publish(held, 0, withheld: ["spleen"])
            _ = try await world.decide(
                .accept, volumes[1], "spleen", world.target(volumes[1], "spleen"), making: 100)
            _ = try await world.decide(.reject, volumes[2], "spleen", world.target(volumes[2], "spleen"))
            #expect(try await world.catalog.withheldMasks() == [])
            try await expectTrueCoverage(world)
            try await world.catalog.override(run: "r", round: 0, organs: ["spleen"], reason: "looked at")
            #expect(try await world.shown() == ["2|liver|10|r/0", "3|liver|12|r/0"])
            try await expectTrueCoverage(world)
        }
    }

    /// Another person's mask over a reviewed label waits to be accepted.
    @Test func anEditedLabelIsReviewedAgain() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            _ = try await world.decide(
                .accept, volumes[1], "liver", world.target(volumes[1], "liver"), making: 100)
            let edited = try await world.draw(volumes[1], "liver", 101, by: "bob")
            #expect(try await world.reviews() == ["2|liver|in_review|bob"])
            #expect(try await world.refusalOfDecision(.reject, volumes[1], "liver", edited) == "LA017")
            let revision = try await world.revision()
            _ = try await world.decide(.accept, volumes[1], "liver", edited)
            #expect(try await world.revision() == revision, "the label is the same")
            #expect(try await world.reviews() == ["2|liver|accepted|ann"])
            #expect(try await world.refusalOfDecision(.accept, volumes[1], "liver", edited) == "LA017")
            _ = try await world.draw(volumes[1], "liver", 102, by: "bob")
            #expect(try await world.reviews() == ["2|liver|in_review|bob"])
            try await expectTrueCoverage(world)
        }
    }

    /// A submission after a decision is an edit of it, and replaces the annotation of another person.
    @Test func aSecondSubmissionWaitsToBeAccepted() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let first = try await world.decide(
                .submit, volumes[1], "liver", world.target(volumes[1], "liver"), making: 100)
            #expect(try await world.reviews() == ["2|liver|edited|ann"])
            _ = try await world.draw(volumes[1], "liver", 101, by: "bob")
            let looked = try await world.target(volumes[1], "liver")
            #expect(looked != first.mask)
            let second = try await world.decide(.submit, volumes[1], "liver", looked, by: "cho", making: 102)
            #expect(try await world.reviews() == ["2|liver|in_review|cho"])
            let label = try #require(try await world.catalog.labels(volume: volumes[1], organ: "liver").first)
            #expect(label.mask == second.mask && label.source == "cho" && label.origin == .reviewed)
            try await expectTrueCoverage(world)
        }
    }

    /// A label that a decision made and that was retracted is proposed again.
    @Test func aRetractedDecisionIsProposedAgain() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let looked = try await world.target(volumes[1], "liver")
            _ = try await world.decide(.accept, volumes[1], "liver", looked, making: 100)
            _ = try await world.catalog.setLabel(
                .unlabelled, volume: volumes[1], organ: "liver", parameters: JSONText("{}"))
            #expect(try await world.reviews() == ["2|liver|proposed|ann"])
            #expect(try await world.target(volumes[1], "liver") == looked)
            #expect(try await world.refusalOfDecision(.absent, volumes[1], "liver", looked) == nil)
            try await expectTrueCoverage(world)
        }
    }

    /// Two readers disagree, and the first decides again: the last decision counts, and the minutes of both.
    @Test func aRepeatedDecisionIsCountedOnce() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let looked = try await world.target(volumes[1], "liver")
            var assignment = ReviewDecision(
                volume: volumes[1], organ: "liver", action: .assign, mask: looked, person: "ann")
            assignment.readers = 2
            _ = try await world.catalog.decide(assignment)
            for (action, minutes) in [(ReviewAction.reject, 2.0), (.absent, 3)] {
                var decision = ReviewDecision(
                    volume: volumes[1], organ: "liver", action: action, mask: looked, person: "ann")
                decision.minutes = minutes
                _ = try await world.catalog.decide(decision)
            }
            let totals = try await world.catalog.reviewTotals()
            #expect(totals.map(\.person) == ["ann"])
            #expect(totals[0].rejected == 0 && totals[0].absent == 1 && totals[0].minutes == 5)
        }
    }

    @Test func decisionsAreCountedByOrganAndPerson() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            var decision = ReviewDecision(
                volume: volumes[1], organ: "liver", action: .submit, mask: try await world.target(volumes[1], "liver"),
                person: "ann")
            (decision.minutes, decision.dice) = (4, 0.5)
            _ = try await world.catalog.decide(decision) { AnnotationContent(mask: mask(100)) }
            _ = try await world.decide(.reject, volumes[1], "spleen", world.target(volumes[1], "spleen"), by: "bob")
            let totals = try await world.catalog.reviewTotals()
            #expect(totals.map(\.organ) == ["liver", "spleen"] && totals.map(\.person) == ["ann", "bob"])
            #expect(totals[0].edited == 1 && totals[0].dice == 0.5 && totals[0].minutes == 4)
            #expect(totals[1].rejected == 1 && totals[1].dice == nil && totals[1].minutes == nil)
            let waiting = try await world.catalog.reviewCandidates()
            #expect(waiting.map(\.volume) == [volumes[2]] && waiting.map(\.medianMinutes) == [4])
            #expect(waiting.map(\.annotations) == [1], "of the snapshot")
        }
    }
}
