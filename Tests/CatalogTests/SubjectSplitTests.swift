import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// Joins of subjects are taken apart again.
@Suite struct SubjectSplitTests {
    private static let reason = JSONText(#"{"reason": "test"}"#)

    private func takeApart(_ world: World, _ subject: SubjectID, isRehearsal: Bool = false) async throws
        -> SubjectSeparation
    {
        let join = try #require(try await world.catalog.subject(subject).joins.last)
        return try await world.catalog.takeApart(
            join, of: subject, parameters: Self.reason, isRehearsal: isRehearsal)
    }

    @Test func partsNamesMarksAndCountsAreAsBeforeTheJoin() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let train = try await catalog.add("A", scan: 1, subject: "p", [annotated("liver", 1)]).volume
            let test = try await catalog.add("B", scan: 2, subject: "q", [annotated("liver", 2)]).volume
            try await catalog.split("s", [(train, .train), (test, .test)])
            try await catalog.split("only", [(test, .validation)])
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            let (p, q) = (try await catalog.subject(named: "A/p"), try await catalog.subject(named: "B/q"))
            let before = [try await catalog.subject(p), try await catalog.subject(q)]

            let states = try await world.states()
            let planned = try await catalog.joinSubjects(p, q, parameters: Self.reason, isRehearsal: true)
            #expect(planned.changedParts.count == 2 && planned.newlyContaminated == [checkpoint])
            #expect(try await catalog.subject(q) == before[1], "a rehearsal changes nothing")
            _ = try await catalog.joinSubjects(p, q, parameters: Self.reason)
            try await catalog.split("later", [(train, .confidence)])
            let rehearsed = try await takeApart(world, p, isRehearsal: true)
            #expect(rehearsed.separated.volumes == [test])
            #expect(try await catalog.subject(p).volumes == [train, test])

            let made = try await takeApart(world, p)
            #expect(made.kept.subject.parts == ["later/confidence", "s/train"])
            #expect(made.separated.subject.parts == ["later/confidence", "only/validation", "s/test"])
            #expect(made.kept.volumes == [train] && made.separated.volumes == [test])
            #expect(made.kept.names == ["A/p"] && made.separated.names == ["B/q"] && made.separated.subject.id == q)
            #expect(made.kept.contaminated.isEmpty && made.separated.contaminated.isEmpty && made.kept.joins.isEmpty)
            #expect(try await world.states() == states)
            #expect(try await refusal { _ = try await world.checkpoint(held, 0, step: 2) } == "LA001", "it reads again")
            try await expectTrueCoverage(world)
            let again = try await catalog.joinSubjects(p, q, parameters: Self.reason)
            #expect(again.after.volumes == [train, test])
            _ = try await takeApart(world, p)
            try await expectTrueCoverage(world)
        }
    }

    @Test func laterVolumesGoWithTheirKeyAndImportsDoNotJoinAgain() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let one = try await catalog.add("A", scan: 1, subject: "p").volume
            try await catalog.add("B", scan: 2, case: "two", subject: "q")
            let joined = try await catalog.add("B", scan: 1, case: "one", subject: "q")
            #expect(joined.merges.count == 1, "equal voxels")
            let subject = try await catalog.subject(of: one)
            let later = try await catalog.add("B", scan: 3, case: "three", subject: "q").volume
            let made = try await takeApart(world, subject)
            #expect(made.kept.volumes == [one] && made.separated.volumes.contains(later))
            #expect(made.separated.volumes.count == 2)
            let again = try await catalog.add("B", scan: 1, case: "one", subject: "q", file: 1, [annotated("liver", 1)])
            #expect(again.merges.isEmpty, "a person took them apart")
            #expect(try await catalog.subject(of: one) == subject)
            try await expectTrueCoverage(world)
        }
    }

    @Test func aRemovalAppliesToBothUnlessOnlyTheJoinExtendedIt() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let one = try await catalog.add("A", scan: 1, subject: "p", [annotated("liver", 1)]).volume
            let other = try await catalog.add("B", scan: 2, subject: "q", [annotated("liver", 2)]).volume
            let (p, q) = (try await catalog.subject(of: one), try await catalog.subject(of: other))
            #expect(try await catalog.withdraw(.subject(q), recalling: true, reason: "consent"))
            _ = try await catalog.joinSubjects(p, q, parameters: Self.reason)
            #expect(try await world.plainStates() == [])
            _ = try await takeApart(world, p)
            #expect(try await world.plainStates() == ["\(one)|liver|annotated|expert"])
            try await expectTrueCoverage(world)

            #expect(try await catalog.restore(.subject(q), reason: "given again"))
            _ = try await catalog.joinSubjects(p, q, parameters: Self.reason)
            #expect(try await catalog.withdraw(.subject(p), recalling: true, reason: "consent"))
            _ = try await takeApart(world, p)
            #expect(try await world.plainStates() == [], "whose consent ended is not known")
            try await expectTrueCoverage(world)
            #expect(try await catalog.restore(.subject(q), reason: "it was p"))
            #expect(try await world.plainStates() == ["\(other)|liver|annotated|expert"])
            try await expectTrueCoverage(world)
        }
    }

    @Test func namedVolumesBecomeASubjectOfTheirOwn() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let one = try await catalog.add("A", scan: 1, case: "one", subject: "p", [annotated("liver", 1)]).volume
            let two = try await catalog.add("A", scan: 2, case: "two", subject: "p", [annotated("liver", 2)]).volume
            try await catalog.split("s", [(one, .test)])
            let p = try await catalog.subject(of: one)
            let made = try await catalog.separate([two], of: p, parameters: Self.reason)
            #expect(made.kept.volumes == [one] && made.separated.volumes == [two])
            #expect(made.separated.subject.parts == ["s/test"] && made.separated.subject.name == "A/two")
            #expect(made.kept.names == ["A/p"])
            try await expectTrueCoverage(world)
            let all = try await refusal { _ = try await catalog.separate([one], of: p, parameters: Self.reason) }
            #expect(all == "LA004")
        }
    }
}
