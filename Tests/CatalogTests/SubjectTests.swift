import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// Held-out subjects stay held out.
@Suite struct SubjectTests {
    @Test func aSubjectIsInOnePartOnly() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1).volume
            try await world.catalog.split("s", [(volume, .train)])
            let subject = try await world.catalog.subject(of: volume)
            let state = try await world.manager.refusal(
                of: "insert into lacuna.split_member select id, \(subject), 'test' from lacuna.split")
            #expect(state == "23505")
            await #expect(throws: CatalogError.splitExists("s")) {
                try await world.catalog.split("s", [(volume, .test)])
            }
        }
    }

    @Test func aVolumeUnderTwoNamesCountsOnce() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, case: "one", subject: "p")
            try await world.catalog.add("A", scan: 1, case: "two", subject: "p")
            try await world.catalog.add("B", scan: 1, case: "three", subject: "x", [annotated("liver", 1)])
            let row = try #require(try await world.catalog.coverage().first)
            #expect([row.volumes, row.subjects, row.annotated, row.unlabelled] == [1, 1, 1, 0])
            #expect(try await world.catalog.coverage(by: .dataset).map(\.volumes) == [1, 1])
            try await expectTrueCoverage(world)
        }
    }

    @Test func testLabelsNeverReachTheTrainer() async throws {
        try await World.with { world async throws in
            let train = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let test = try await world.catalog.add("A", scan: 2, [annotated("liver", 2)]).volume
            let loose = try await world.catalog.add("A", scan: 3, [annotated("liver", 3)]).volume
            try await world.catalog.split("s", [(train, .train), (test, .test)])
            let held = try await world.start("r")
            #expect(try await world.training.volumes(of: held.run.id).map(\.id) == [train])
            #expect(try await world.training.labels(of: held.run.id).map(\.volume) == [train])
            let wider = try await world.start("wider", unassigned: true)
            #expect(try await world.training.volumes(of: wider.run.id).map(\.id) == [train, loose])
            #expect(try await world.training.labels(of: wider.run.id).map(\.part) == [.train, .train])
            #expect(
                try await world.manager.number("select count(*) from lacuna.run_input where volume_id = \(test)") == 0)
        }
    }

    @Test func whenTwoSubjectsProveToBeOneTestWinsAndCheckpointsAreMarked() async throws {
        try await World.with { world async throws in
            let train = try await world.catalog.add("A", scan: 1, subject: "p", [annotated("liver", 1)]).volume
            let test = try await world.catalog.add("B", scan: 2, subject: "q", [annotated("liver", 2)]).volume
            let other = try await world.catalog.add("A", scan: 3, subject: "r", [annotated("liver", 3)]).volume
            try await world.catalog.split("s", [(train, .train), (test, .test), (other, .train)])
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            // B's patient q turns out to own A's scan 1.
            let joined = try await world.catalog.add("B", scan: 1, subject: "q")
            #expect(joined.merges.count == 1 && joined.volume == train)
            let subject = try await world.catalog.subject(of: train)
            #expect(try await world.catalog.subject(of: test) == subject)
            #expect(
                try await world.manager.ask("select subject_id, part from lacuna.split_member order by 1")
                    == ["\(subject)|test", "\(try await world.catalog.subject(of: other))|train"])
            #expect(
                try await world.manager.ask("select id, contaminated_by::text from lacuna.checkpoint")
                    == ["\(checkpoint)|{\(subject)}"])
            #expect(try await world.training.labels(of: held.run.id).map(\.volume) == [other])
            #expect(try await world.training.volumes(of: held.run.id).map(\.id) == [other])
            let stopped = try await refusal { try await world.stage(held, 0, checkpoint, train, [("spleen", 9, 0.5)]) }
            #expect(stopped == "LA001", "its daemon would go on with what it read before")
            let claim = try #require(
                try await world.queue("w", 600).claim(run: held.run.id.rawValue))
            let again = HeldRun(
                run: held.run, claim: Claim(job: JobID(claim.job), token: claim.token), rounds: held.rounds)
            let state = try await refusal { try await world.stage(again, 0, checkpoint, train, [("spleen", 9, 0.5)]) }
            #expect(state == "LA006")
            // The dead name leads to the living subject.
            let later = try await world.catalog.add("B", scan: 4, subject: "q").volume
            #expect(try await world.catalog.subject(of: later) == subject)
            try await expectTrueCoverage(world)
        }
    }

    @Test func aCheckpointThatSawPseudoLabelsOfATestSubjectIsMarked() async throws {
        try await World.with { world async throws in
            let plain = try await world.catalog.add("A", scan: 1, subject: "p").volume
            let test = try await world.catalog.add("B", scan: 2, subject: "q").volume
            try await world.catalog.split("s", [(plain, .train), (test, .test)])
            let held = try await world.start("r")
            let before = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, before, plain, [("liver", 9, 0.5)])
            try await world.publish(held, 0)
            let after = try await world.checkpoint(held, 1)
            try await world.catalog.add("B", scan: 1, subject: "q")
            #expect(
                try await world.manager.ask("select id from lacuna.checkpoint where contaminated_by <> '{}'")
                    == ["\(after)"])
        }
    }

    @Test func aSubjectIsNotJoinedToItselfNorByAnOldChange() async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1).volume
            try await world.catalog.add("A", scan: 2)
            try await world.catalog.split("s", [(volume, .test)])
            #expect(
                try await world.manager.refusal(
                    of: """
                        with c as (insert into lacuna.change (activity_id) values (1) returning id)
                        select lacuna.merge_subjects(1, 1, id) from c
                        """) == "LA004")
            #expect(try await world.manager.refusal(of: "select lacuna.merge_subjects(1, 2, 1)") == "LA002")
            #expect(try await world.manager.ask("select part from lacuna.split_member") == ["test"])
        }
    }
}
