import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// Withdrawn data are in no later result, and a restoration brings all of them back.
@Suite struct WithdrawalTests {
    @Test func aRemovedDatasetCountsNowhereAndTheOtherKeepsItsLabels() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let shared = try await catalog.add("A", scan: 1, [annotated("liver", 1), annotated("spleen", 2)]).volume
            try await catalog.add("B", scan: 1, [annotated("liver", 3, origin: .assisted), shipped("stomach", 4)])
            let own = try await catalog.add("A", scan: 2, [annotated("liver", 5), absent("pancreas")]).volume
            let before = (try await world.states(), try await world.revision())
            let a = try await catalog.dataset(named: "A")

            #expect(try await catalog.withdraw(.dataset(a), recalling: true, reason: "consent"))
            #expect(try await world.revision() == before.1 + 1)
            #expect(
                try await world.plainStates() == [
                    "\(shared)|liver|annotated|assisted", "\(shared)|stomach|pseudo|model",
                ])
            #expect(try await world.states(before.1) == before.0, "the revision before stays as it was")
            #expect(try await catalog.volumes().map(\.id) == [shared])
            #expect(try await catalog.volumes(withheld: true).map(\.withheld) == [nil, "removed: consent"])
            #expect(try await catalog.volume(named: "A/case2").id == own)
            try await expectTrueCoverage(world)

            #expect(try await !catalog.withdraw(.dataset(a), recalling: true, reason: "again"), "it is so already")
            let refused = try await refusal { try await catalog.add("A", scan: 3) }
            #expect(refused == "LA010")

            #expect(try await catalog.restore(.dataset(a), reason: "consent was given again"))
            // As before, but for what names revisions: the labels are those of then.
            #expect(try await world.states() == before.0)
            try await expectTrueCoverage(world)
        }
    }

    @Test func aRemovedSubjectGoesFromEveryDatasetAndFromWhatIsImportedLater() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            try await catalog.add("A", scan: 1, subject: "p", [annotated("liver", 1)])
            try await catalog.add("B", scan: 1, subject: "x", [annotated("liver", 2)])
            let other = try await catalog.add("A", scan: 2, subject: "q", [annotated("liver", 3)]).volume
            let subject = try await catalog.subject(named: "B/x")
            #expect(try await catalog.subject(named: "A/p") == subject)
            #expect(try await catalog.withdraw(.subject(subject), recalling: true, reason: "consent"))
            #expect(try await world.plainStates() == ["\(other)|liver|annotated|expert"])
            try await expectTrueCoverage(world)
            // A new scan of the patient, a new label of the old one, and the old one in a third dataset.
            try await catalog.add("A", scan: 3, subject: "p", [annotated("liver", 4), shipped("spleen", 5)])
            try await catalog.add("A", scan: 1, subject: "p", file: 1, [annotated("liver", 6), shipped("spleen", 7)])
            try await catalog.add("C", scan: 1, subject: "z", [annotated("spleen", 8)])
            #expect(try await world.plainStates() == ["\(other)|liver|annotated|expert"])
            #expect(try await catalog.coverage().map(\.volumes) == [1])
            try await expectTrueCoverage(world)
            #expect(try await catalog.restore(.subject(subject), reason: "error"))
            #expect(try await world.plainStates().count == 5)
            #expect(
                try await catalog.coverage(by: .dataset).filter { $0.organ == "liver" }.map(\.volumes) == [3, 1, 1])
            try await expectTrueCoverage(world)
        }
    }

    @Test func anExcludedVolumeComesBackWithAllItHad() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, [annotated("liver", 1), shipped("spleen", 2)]).volume
            try await catalog.add("A", scan: 2)
            let before = try await world.states()
            #expect(try await catalog.withdraw(.volume(volume), recalling: false, reason: "motion"))
            #expect(try await world.states() == [])
            #expect(try await catalog.volume(named: "A/case1").withheld == "excluded: motion")
            await #expect(throws: CatalogError.withheldVolume(volume, reason: "motion")) {
                _ = try await catalog.maskLocation(volume: volume, organ: "liver")
            }
            try await expectTrueCoverage(world)
            // Its dataset goes and comes back meanwhile; the exclusion stands.
            let a = try await catalog.dataset(named: "A")
            #expect(try await catalog.withdraw(.dataset(a), recalling: true, reason: "licence"))
            #expect(try await catalog.volumes() == [])
            #expect(try await catalog.restore(.dataset(a), reason: "licence"))
            #expect(try await catalog.volume(named: "A/case1").withheld == "excluded: motion")
            try await expectTrueCoverage(world)
            #expect(try await catalog.restore(.volume(volume), reason: "looked again"))
            #expect(try await world.states() == before)
            try await expectTrueCoverage(world)
        }
    }

    @Test func theTrainerSeesNothingOfWhatIsWithheld() async throws {
        try await withRun { world, held, volumes async throws in
            let run = held.run.id
            #expect(try await world.trainer.number("select count(*) from lacuna.run_labels(\(run))") == 3)
            let subject = try await world.catalog.subject(of: volumes[0])
            #expect(try await world.catalog.withdraw(.subject(subject), recalling: false, reason: "consent"))
            let seen = "select distinct volume_id from lacuna.run_labels(\(run)) order by 1"
            #expect(try await world.trainer.ask(seen) == volumes.dropFirst().map(\.description))
            #expect(
                try await world.trainer.ask("select volume_id from lacuna.run_volumes(\(run))")
                    == volumes.dropFirst().map(\.description))
            for table in ["withdrawal", "withheld_volume", "contaminated_round", "contaminated_checkpoint"] {
                #expect(try await world.trainer.refusal(of: "select * from lacuna.\(table)") == "42501", "\(table)")
            }
            // Its daemon lost the run, and a new one may go on without the volume.
            let lost = try await refusal { _ = try await world.checkpoint(held, 1) }
            #expect(lost == "LA001")
            let claimed = try #require(
                try await world.queue("w2", 600).claim(run: run.rawValue))
            let again = HeldRun(
                run: held.run, claim: Claim(job: JobID(claimed.job), token: claimed.token), rounds: held.rounds)
            let checkpoint = try await world.checkpoint(again, 1)
            let staged = try await refusal {
                try await world.stage(again, 1, checkpoint, volumes[0], [("spleen", 70, 0.5)])
            }
            #expect(staged == "LA010")
            // And so the checkpoints of the run stay marked.
            #expect(
                try await world.manager.number("select count(distinct round_id) from lacuna.contaminated_checkpoint")
                    == 2)
        }
    }

    @Test func theEvaluationOfAWithheldVolumeIsLeftOut() async throws {
        try await World.with { world async throws in
            let trained = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let held = try await world.catalog.add("A", scan: 2, [annotated("liver", 2)]).volume
            try await world.catalog.split("s", [(trained, .train), (held, .validation)])
            let run = try await world.start("r")
            try await world.reach("confidenceFitted", run, 0)
            #expect(try await world.catalog.withdraw(.volume(held), recalling: false, reason: "motion"))
            try await world.evaluate(
                run, 0,
                [
                    EvaluationRecord(
                        volume: held, organ: "liver", dice: 1, predictedMillilitres: 1, referenceMillilitres: 1)
                ])
            #expect(try await world.manager.number("select count(*) from lacuna.evaluation") == 0)
        }
    }

    @Test func aRecalledRunShowsNothingAndGoesNoFurther() async throws {
        try await withRun { world, held, volumes async throws in
            let shown = try await world.plainStates()
            #expect(shown.contains("\(volumes[2])|spleen|pseudo|model"))
            let a = try await world.catalog.dataset(named: "A")
            let plan = try await world.catalog.removalPlan(.dataset(a))
            let listed = plan.filter { $0.kind == "checkpoint" }.compactMap(\.id)
            let derived = try await world.catalog.lineage(of: .volume(volumes[0]), forward: true)
            #expect(Set(listed) == Set(derived.filter { $0.kind == "checkpoint" }.map(\.id)))
            #expect(plan.filter { $0.kind == "derived pseudo label" }.map(\.count) == [1])
            #expect(plan.filter { $0.kind == "pseudo label" }.map(\.count) == [1])
            #expect(plan.filter { $0.kind == "unfinished run" }.map(\.label) == ["r"])

            #expect(try await world.catalog.withdraw(.dataset(a), recalling: true, reason: "consent"))
            #expect(try await world.plainStates() == ["\(volumes[2])|liver|annotated|expert"])
            try await expectTrueCoverage(world)
            #expect(try await world.trainer.ask("select * from lacuna.round_labels(\(held.rounds[0].id))") == [])
            let stopped = try await refusal {
                _ = try await world.queue("w2", 600).claim(run: held.run.id.rawValue)
            }
            #expect(stopped == "LA013")
            let shownAgain = try await refusal {
                try await world.catalog.rollBack(run: "r", organs: nil, to: 0, reason: "x")
            }
            #expect(shownAgain == "LA010")
            let marked = try await world.catalog.lineage(of: .checkpoint(CheckpointID(listed[0])), forward: false)
            #expect(marked[0].label.hasSuffix("contaminated"))
            #expect(try await world.catalog.rounds(run: "r").map(\.isContaminated) == [true, false, false])

            #expect(try await world.catalog.restore(.dataset(a), reason: "consent was given again"))
            #expect(try await world.plainStates() == shown)
            #expect(try await world.catalog.rounds(run: "r").map(\.isContaminated) == [false, false, false])
            try await expectTrueCoverage(world)
        }
    }

    /// The removal of the merged subject goes on as one of the kept subject, whose restoration ends both.
    @Test(arguments: [false, true])
    func recalledLabelsComeBackAfterAMerge(removedIsKept: Bool) async throws {
        try await withRun { world, _, volumes async throws in
            let catalog = world.catalog
            let before = try await world.plainStates()
            let removed = try await catalog.subject(of: volumes[1])
            // The older of two is kept.
            let other = try await catalog.subject(of: volumes[removedIsKept ? 2 : 0])
            #expect(try await catalog.withdraw(.subject(removed), recalling: true, reason: "consent"))
            #expect(try await !world.plainStates().contains { $0.contains("spleen") }, "the run learned from it")
            let kept = removedIsKept ? removed : other
            _ = try await catalog.joinSubjects(removed, other, parameters: JSONText(#"{"reason": "one patient"}"#))
            try await expectTrueCoverage(world)
            #expect(try await catalog.restore(.subject(kept), reason: "consent was given again"))
            #expect(try await world.plainStates() == before)
            #expect(try await catalog.rounds().allSatisfy { !$0.isRecalled && !$0.isContaminated })
            try await expectTrueCoverage(world)
        }
    }

    /// Two removals recall the same labels. They come back with the last of the two to be restored, whichever that is.
    @Test(arguments: [false, true])
    func labelsThatTwoRemovalsRecallComeBackWithTheLast(inOrder: Bool) async throws {
        try await withRun { world, _, volumes async throws in
            let catalog = world.catalog
            let before = try await world.plainStates()
            var removals: [Withdrawable] = [.subject(try await catalog.subject(of: volumes[1]))]
            removals.append(.subject(try await catalog.subject(of: volumes[2])))
            for removal in removals {
                #expect(try await catalog.withdraw(removal, recalling: true, reason: "consent"))
            }
            if inOrder { removals.reverse() }
            #expect(try await catalog.restore(removals[1], reason: "given again"))
            #expect(try await !world.plainStates().contains { $0.contains("spleen") })
            #expect(try await catalog.restore(removals[0], reason: "given again"))
            #expect(try await world.plainStates() == before)
            try await expectTrueCoverage(world)
        }
    }

    @Test func aRolledBackRoundStaysSoAfterARestoration() async throws {
        try await withRun { world, _, volumes async throws in
            let subject = try await world.catalog.subject(of: volumes[1])
            _ = try await world.catalog.rollBack(run: "r", organs: nil, to: nil, reason: "wrong")
            #expect(try await world.catalog.withdraw(.subject(subject), recalling: true, reason: "consent"))
            #expect(try await world.catalog.restore(.subject(subject), reason: "given again"))
            #expect(try await !world.plainStates().contains { $0.contains("spleen") })
        }
    }

    @Test func aVolumeThatJoinsARemovedSubjectIsWithheld() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let removed = try await catalog.add("B", scan: 2, subject: "q", [annotated("liver", 2)]).volume
            let volume = try await catalog.add("A", scan: 1, subject: "p", [annotated("liver", 1)]).volume
            let subject = try await catalog.subject(of: volume)
            #expect(try await catalog.withdraw(.subject(subject), recalling: true, reason: "consent"))
            #expect(try await world.plainStates() == ["\(removed)|liver|annotated|expert"])
            // B's patient q turns out to own A's scan 1.
            try await catalog.add("B", scan: 1, subject: "q")
            #expect(try await world.plainStates() == [])
            try await expectTrueCoverage(world)
        }
    }

    @Test func onlyBytesThatNothingElseNamesArePurged() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            try await catalog.add("A", scan: 1, [annotated("liver", 1)])
            try await catalog.add("A", scan: 2, [annotated("liver", 2)])
            // B says the same of its scan: one object for two rows.
            try await catalog.add("B", scan: 3, [annotated("liver", 2)])
            let a = try await catalog.dataset(named: "A")
            let early = try await refusal { _ = try await catalog.purge(.dataset(a), reason: "x") }
            #expect(early == "LA010")
            _ = try await catalog.withdraw(.dataset(a), recalling: true, reason: "consent")
            let plan = try await catalog.purgePlan(.dataset(a))
            #expect(plan.map(\.digest) == [mask(1).object, mask(2).object].sorted { $0.description < $1.description })
            let kept = plan.first { $0.digest == mask(2).object }
            #expect(kept?.users == ["the annotation of liver in B/case3"], "\(String(describing: kept))")
            let record = try await catalog.purge(.dataset(a), reason: "consent").record
            #expect(record.reason == "consent" && !record.login.isEmpty && record.time.hasSuffix("Z"))
            let purged = try await catalog.purgePlan(.dataset(a)).filter { $0.purged?.activity == record.activity }
            #expect(purged.map(\.digest) == [mask(1).object])
            #expect(try await catalog.objects().filter(\.isPurged).map(\.digest) == [mask(1).object])
            let restored = try await refusal { _ = try await catalog.restore(.dataset(a), reason: "x") }
            #expect(restored == "LA010")
            // The same bytes stored again are no tombstone.
            try await catalog.add("C", scan: 1, [annotated("liver", 1)])
            #expect(try await catalog.objects().filter(\.isPurged) == [])
            try await expectTrueCoverage(world)
        }
    }

    /// A trainer that could record one object for two subjects would keep the bytes of one from its purge.
    @Test func aTrainerSharesNoObjectBetweenSubjects() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let leaving = try await catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let staying = try await catalog.add("B", scan: 2, [annotated("liver", 2)]).volume
            try await catalog.split("s", [(leaving, .train), (staying, .train)])
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, leaving, [("spleen", 50, 0.9)])
            let shared = try await refusal {
                try await world.stage(held, 0, checkpoint, staying, [("spleen", 50, 0.9)])
            }
            #expect(shared == "LA011")
            let subject = try await catalog.subject(of: leaving)
            _ = try await catalog.withdraw(.subject(subject), recalling: true, reason: "consent")
            _ = try await catalog.purge(.subject(subject), reason: "consent")
            let plan = try await catalog.purgePlan(.subject(subject))
            #expect(Set(plan.map(\.digest)) == [mask(1).object, digest(5_000_050)])
            #expect(plan.allSatisfy { $0.purged != nil })
        }
    }

    @Test func onlyAPurgeDeletesDescriptors() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let volume = try await catalog.add("A", scan: 1, []).volume
            try await world.root.execute(
                "insert into lacuna.image_descriptor (volume_id, version, descriptor) values (\(volume), 1, 'abc')")
            let deletion = "delete from lacuna.image_descriptor"
            #expect(try await world.root.refusal(of: deletion) == "LA002")
            #expect(try await world.manager.refusal(of: deletion) == "42501")
            let subject = try await catalog.subject(of: volume)
            _ = try await catalog.withdraw(.subject(subject), recalling: true, reason: "consent")
            let gone = try await catalog.purge(.subject(subject), reason: "consent").descriptors
            #expect(gone.map(\.bytes) == [3] && gone.map(\.volume) == [volume])
            #expect(try await world.root.number("select count(*) from lacuna.image_descriptor") == 0)
            #expect(try await catalog.purge(of: volume) != nil)
            // A subject without a mask is purged too: it is neither restored nor imported again.
            let restored = try await refusal { _ = try await catalog.restore(.subject(subject), reason: "x") }
            #expect(restored == "LA010")
            await #expect(throws: CatalogError.self) { try await catalog.add("C", scan: 1, [annotated("liver", 1)]) }
        }
    }

    // MARK: -

    /// Volumes 1 and 2 of A, 3 of B, liver annotated, spleen relabelled and published in 1 and 3 by round 0.
    private func withRun(_ body: (World, HeldRun, [VolumeID]) async throws -> Void) async throws {
        try await World.with { world async throws in
            var volumes: [VolumeID] = []
            for (dataset, scan) in [("A", 1), ("A", 2), ("B", 3)] {
                volumes.append(try await world.catalog.add(dataset, scan: scan, [annotated("liver", scan)]).volume)
            }
            try await world.catalog.split("s", volumes.map { ($0, .train) })
            let held = try await world.start("r")
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volumes[0], [("spleen", 50, 0.9)])
            try await world.stage(held, 0, checkpoint, volumes[2], [("spleen", 51, 0.9)])
            try await world.publish(held, 0)
            try await body(world, held, volumes)
        }
    }
}
