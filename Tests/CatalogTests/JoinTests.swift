import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// Merges of two subjects by a person.
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
            let kept = try await catalog.joinSubjects(q, p, parameters: Self.reason).after.subject.id
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

    /// Scan 1 of p validates in the first fold, scan 2 of q in the second, scan 3 of r in the third.
    private func withFolds(
        _ body: (World, (p: VolumeID, q: VolumeID, r: VolumeID), _ runs: [HeldRun]) async throws -> Void
    ) async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let p = try await catalog.add("A", scan: 1, subject: "p", [annotated("liver", 1)]).volume
            let q = try await catalog.add("B", scan: 2, subject: "q", [annotated("liver", 2)]).volume
            let r = try await catalog.add("B", scan: 3, subject: "r", [annotated("liver", 3)]).volume
            let other = try await catalog.add("B", scan: 4, subject: "o", [annotated("liver", 4)]).volume
            var splits: [NewSplit] = []
            for (fold, held) in [p, q, r].enumerated() {
                var members: [SubjectID: SplitPart] = [:]
                for volume in [p, q, r, other] {
                    members[try await catalog.subject(of: volume)] = volume == held ? .validation : .train
                }
                splits.append(NewSplit(name: "cv-\(fold)", members: members))
            }
            try await catalog.createSplits(splits, method: "random", seed: 0)
            var runs: [HeldRun] = []
            for fold in 0..<3 { runs.append(try await world.start("r\(fold)", split: "cv-\(fold)")) }
            try await body(world, (p, q, r), runs)
        }
    }

    /// The part of a volume in a run, by the trainer API.
    private func part(_ world: World, _ run: HeldRun, _ volume: VolumeID) async throws -> SplitPart? {
        let labels = try await world.training.labels(of: run.run.id).filter { $0.volume == volume }.map(\.part)
        let parts = try await world.training.volumes(of: run.run.id).filter { $0.id == volume }.map(\.part)
        #expect(labels == parts, "labels and volumes agree")
        return parts.first
    }

    @Test func aPatientOfTwoFoldsValidatesInOneAndTrainsInNoRunThatHeldItBack() async throws {
        try await withFolds { world, scans, runs async throws in
            var checkpoints: [CheckpointID] = []
            for run in runs { checkpoints.append(try await world.checkpoint(run, 0)) }
            let (p, q) = (try await world.catalog.subject(of: scans.p), try await world.catalog.subject(of: scans.q))
            let kept = try await world.catalog.joinSubjects(q, p, parameters: Self.reason).after.subject.id
            let joined = try await world.catalog.subject(kept)
            #expect(joined.subject.parts == ["cv-0/validation", "cv-1/train", "cv-2/train"])
            #expect(joined.contaminated == [checkpoints[0], checkpoints[1]])

            // Runs that began before hold both back where either was; the third trained on both and goes on.
            for volume in [scans.p, scans.q] {
                #expect(try await part(world, runs[0], volume) == .validation)
                #expect(try await part(world, runs[1], volume) == .validation)
                #expect(try await part(world, runs[2], volume) == .train)
            }
            for run in runs[0...1] {
                #expect(try await refusal { _ = try await world.checkpoint(run, 0, step: 2) } == "LA001")
            }
            _ = try await world.checkpoint(runs[2], 0, step: 2)
            let claim = try #require(
                try await world.queue("w", 600).claim(run: runs[1].run.id.rawValue))
            let again = HeldRun(
                run: runs[1].run, claim: Claim(job: JobID(claim.job), token: claim.token), rounds: runs[1].rounds)
            try await world.publish(again, 0)
            let later = try await world.checkpoint(again, 1)
            #expect(
                try await world.catalog.subject(kept).contaminated == [checkpoints[0], checkpoints[1], later],
                "it goes on from a marked one")
            let state = try await refusal {
                try await world.stage(again, 1, later, scans.q, [("spleen", 9, 0.5)])
            }
            #expect(state == "LA006")

            // New runs follow the split.
            let fresh = [try await world.start("n0", split: "cv-0"), try await world.start("n1", split: "cv-1")]
            for volume in [scans.p, scans.q] {
                #expect(try await part(world, fresh[0], volume) == .validation)
                #expect(try await part(world, fresh[1], volume) == .train)
            }
            try await expectTrueCoverage(world)
        }
    }

    @Test func aThirdNameOfThePatientFollowsAndMarksWhatHeldItBackBefore() async throws {
        try await withFolds { world, scans, runs async throws in
            let seen = try await world.checkpoint(runs[1], 0)
            let (p, q) = (try await world.catalog.subject(of: scans.p), try await world.catalog.subject(of: scans.q))
            let r = try await world.catalog.subject(of: scans.r)
            _ = try await world.catalog.joinSubjects(q, r, parameters: Self.reason)
            #expect(
                try await world.catalog.subject(q).subject.parts == ["cv-0/train", "cv-1/validation", "cv-2/train"])
            #expect(try await world.catalog.subject(q).contaminated == [seen], "it trained on r and validated on q")
            _ = try await world.catalog.joinSubjects(q, p, parameters: Self.reason)
            #expect(
                try await world.catalog.subject(p).subject.parts == ["cv-0/validation", "cv-1/train", "cv-2/train"])
            #expect(try await world.catalog.subject(p).contaminated == [seen], "the mark goes with the patient")
            #expect(try await part(world, runs[2], scans.p) == .validation)
        }
    }

    @Test func aTestedPatientIsTestedInAllFoldsAndSplitsMadeApartKeepTheStricterPart() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            var volumes: [VolumeID] = []
            for scan in 1...3 {
                volumes.append(try await catalog.add("A", scan: scan, [annotated("liver", scan)]).volume)
            }
            var subjects: [SubjectID] = []
            for volume in volumes { subjects.append(try await catalog.subject(of: volume)) }
            let folds = [
                NewSplit(name: "cv-0", members: [subjects[0]: .validation, subjects[1]: .train, subjects[2]: .test]),
                NewSplit(name: "cv-1", members: [subjects[0]: .train, subjects[1]: .validation, subjects[2]: .test]),
            ]
            try await catalog.createSplits(folds, method: "random", seed: 0)
            try await catalog.split("a", [(volumes[0], .validation), (volumes[1], .train)])
            try await catalog.split("b", [(volumes[0], .train), (volumes[1], .validation)])
            let kept = try await catalog.joinSubjects(subjects[0], subjects[1], parameters: Self.reason).after.subject
                .id
            #expect(
                try await catalog.subject(kept).subject.parts
                    == ["a/validation", "b/validation", "cv-0/validation", "cv-1/train"])
            _ = try await catalog.joinSubjects(kept, subjects[2], parameters: Self.reason)
            #expect(
                try await catalog.subject(kept).subject.parts
                    == ["a/validation", "b/validation", "cv-0/test", "cv-1/test"])
        }
    }
}
