import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// A person says that two subjects are one.
@Suite struct JoinTests {
    private static let reason = JSONText(#"{"reason": "test"}"#)

    @Test func joiningTrainAndTestHoldsOutBothAndMarksTheCheckpoint() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let train = try await catalog.add("A", scan: 1, subject: "p", [annotated("liver", 1)]).volume
            let test = try await catalog.add("B", scan: 2, subject: "q", [annotated("liver", 2)]).volume
            try await catalog.split("s", [(train, .train), (test, .test)])
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            let (p, q) = (try await catalog.subject(named: "A/p"), try await catalog.subject(named: "B/q"))
            let kept = try await catalog.joinSubjects(q, p, parameters: Self.reason)
            #expect(kept == min(p, q))
            let joined = try await catalog.subject(kept)
            #expect(joined.volumes == [train, test])
            #expect(joined.names == ["A/p", "B/q"])
            #expect(joined.subject.parts == ["s/test"])
            #expect(joined.contaminated == [checkpoint])
            #expect(try await catalog.subject(named: "B/q") == kept)
            #expect(try await world.training.labels(of: held.run.id).isEmpty)
            #expect(try await catalog.rounds(run: "r").first?.isContaminated == true)
            try await expectTrueCoverage(world)
            let again = try await refusal { _ = try await catalog.joinSubjects(kept, kept, parameters: Self.reason) }
            #expect(again == "LA004")
        }
    }

    @Test func joiningARemovedSubjectRecallsWhatCameOfTheOther() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let removed = try await catalog.add("A", scan: 1, subject: "p", [annotated("liver", 1)]).volume
            let trained = try await catalog.add("B", scan: 2, subject: "q", [annotated("liver", 2)]).volume
            let blank = try await catalog.add("B", scan: 3, subject: "r").volume
            try await catalog.split("s", [(trained, .train), (blank, .train)])
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, blank, [("liver", 20, 0.9)])
            try await world.publish(held, 0)
            let (p, q) = (try await catalog.subject(of: removed), try await catalog.subject(of: trained))
            #expect(try await catalog.withdraw(.subject(p), recalling: true, reason: "consent"))
            #expect(
                try await world.plainStates() == [
                    "\(trained)|liver|annotated|expert", "\(blank)|liver|pseudo|model",
                ])
            _ = try await catalog.joinSubjects(p, q, parameters: Self.reason)
            #expect(try await world.plainStates() == [])
            #expect(try await catalog.rounds(run: "r").first?.isContaminated == true)
            try await expectTrueCoverage(world)
        }
    }
}
