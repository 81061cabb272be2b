import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// A person decides about the masks of round 0, and the labels follow.
@Suite struct ReviewTests {
    @Test func anAcceptedMaskBecomesAnAnnotation() async throws {
        try await withPublishedRound { world, _, volumes async throws in
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
        try await withPublishedRound { world, held, volumes async throws in
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
        try await withPublishedRound { world, _, volumes async throws in
            try await world.catalog.add("B", scan: 2, [shipped("liver", 60)])
            #expect(try await world.refusal(.reject, volumes[1], "liver", world.target(volumes[1], "liver")) == nil)
            #expect(try await world.shown() == ["2|liver|60|-", "2|spleen|11|r/0", "3|liver|12|r/0"])
            try await expectTrueCoverage(world)
            try await world.catalog.add("C", scan: 2, [shipped("liver", 61)])
            try await expectTrueCoverage(world)
        }
    }

    /// The next round proposes another mask; a round that keeps the rejected one, and a rollback to it, show nothing.
    @Test func aRejectionHoldsForTheMaskInEveryRound() async throws {
        try await withPublishedRound { world, held, volumes async throws in
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
        try await withPublishedRound { world, _, volumes async throws in
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
        try await withPublishedRound { world, _, volumes async throws in
            _ = try await world.decide(.absent, volumes[1], "liver", world.target(volumes[1], "liver"))
            let label = try #require(try await world.catalog.labels(volume: volumes[1], organ: "liver").first)
            #expect(label.status == .absent && label.origin == .reviewed)
            #expect(try await world.reviews() == ["2|liver|absent|ann"])
            #expect(try await world.refusal(.accept, volumes[1], "liver", nil) == "LA017")
            try await expectTrueCoverage(world)
        }
    }

    @Test func aSkipAndAnAssignmentChangeNoLabel() async throws {
        try await withPublishedRound { world, _, volumes async throws in
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
        try await withPublishedRound { world, _, volumes async throws in
            _ = try await world.decide(
                .accept, volumes[1], "liver", world.target(volumes[1], "liver"), making: 100)
            let edited = try await world.draw(volumes[1], "liver", 101, by: "bob")
            #expect(try await world.reviews() == ["2|liver|in_review|bob"])
            #expect(try await world.refusal(.reject, volumes[1], "liver", edited) == "LA017")
            let revision = try await world.revision()
            _ = try await world.decide(.accept, volumes[1], "liver", edited)
            #expect(try await world.revision() == revision, "the label is the same")
            #expect(try await world.reviews() == ["2|liver|accepted|ann"])
            #expect(try await world.refusal(.accept, volumes[1], "liver", edited) == "LA017")
            _ = try await world.draw(volumes[1], "liver", 102, by: "bob")
            #expect(try await world.reviews() == ["2|liver|in_review|bob"])
            try await expectTrueCoverage(world)
        }
    }

    /// A submission after a decision is an edit of it, and replaces the annotation of another person.
    @Test func aSecondSubmissionWaitsToBeAccepted() async throws {
        try await withPublishedRound { world, _, volumes async throws in
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
        try await withPublishedRound { world, _, volumes async throws in
            let looked = try await world.target(volumes[1], "liver")
            _ = try await world.decide(.accept, volumes[1], "liver", looked, making: 100)
            _ = try await world.catalog.setLabel(
                .unlabelled, volume: volumes[1], organ: "liver", parameters: JSONText("{}"))
            #expect(try await world.reviews() == ["2|liver|proposed|ann"])
            #expect(try await world.target(volumes[1], "liver") == looked)
            #expect(try await world.refusal(.absent, volumes[1], "liver", looked) == nil)
            try await expectTrueCoverage(world)
        }
    }

    @Test func decisionsAreCountedByOrganAndPerson() async throws {
        try await withPublishedRound { world, _, volumes async throws in
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

    // MARK: - Two readers

    /// The first of two decisions changes no label, and neither does a second one that does not agree.
    @Test func twoReadersDecideTogether() async throws {
        try await withPublishedRound { world, _, volumes async throws in
            let looked = try await world.target(volumes[1], "liver")
            try await world.askTwo(volumes[1], "liver", looked)
            let states = try await world.states()
            _ = try await world.decide(.accept, volumes[1], "liver", looked)
            #expect(try await world.reviews() == ["2|liver|in_review|ann"])
            let first = try #require(try await world.opinion(volumes[1], "liver", looked, for: "bob"))
            #expect(first.action == .accept && first.person == "ann" && first.mask == looked)
            #expect(try await world.opinion(volumes[1], "liver", looked, for: "ann") == nil)
            let unaware = World.call(volumes[1], "'liver'", "'reject'", "\(first.mask ?? MaskID(0))", person: "'bob'")
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
        try await withPublishedRound { world, _, volumes async throws in
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

    // MARK: - Refusals

    @Test func aMaskThatIsNotProposedAnyMoreIsRefused() async throws {
        try await withPublishedRound { world, held, volumes async throws in
            let old = try await world.target(volumes[1], "liver")
            try await world.stage(held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5)])
            try await world.publish(held, 1, withheld: ["spleen"])
            let before = try await world.trace()
            for action in [ReviewAction.accept, .reject, .submit, .absent, .skip, .assign] {
                #expect(try await world.refusal(action, volumes[1], "liver", old) == "LA017", "\(action)")
            }
            #expect(try await world.refusal(.reject, volumes[1], "liver", nil) == "LA017", "nothing was looked at")
            #expect(try await world.refusal(.reject, volumes[0], "liver", old) == "LA017", "of another volume")
            #expect(try await world.trace() == before)
        }
    }

    @Test func somebodyDecidedMeanwhile() async throws {
        try await withPublishedRound { world, _, volumes async throws in
            let (liver, spleen) = (
                try await world.target(volumes[1], "liver"), try await world.target(volumes[1], "spleen")
            )
            _ = try await world.decide(.accept, volumes[1], "liver", liver, making: 100)
            _ = try await world.decide(.reject, volumes[1], "spleen", spleen)
            let before = try await world.trace()
            for action in [ReviewAction.accept, .reject, .submit, .absent] {
                #expect(try await world.refusal(action, volumes[1], "liver", liver) == "LA017", "\(action)")
                #expect(try await world.refusal(action, volumes[1], "spleen", spleen) == "LA017", "\(action)")
            }
            #expect(try await world.trace() == before)
        }
    }

    @Test func volumesThatAreNotInUseAreRefused() async throws {
        try await withPublishedRound { world, _, volumes async throws in
            let looked = try #require(try await world.target(volumes[1], "liver"))
            let subject = Withdrawable.subject(try await world.catalog.subject(of: volumes[1]))
            #expect(try await world.catalog.withdraw(subject, recalling: false, reason: "consent"))
            let before = try await world.trace()
            await #expect(throws: CatalogError.self) {
                _ = try await world.decide(.reject, volumes[1], "liver", looked)
            }
            let script = World.call(volumes[1], "'liver'", "'reject'", looked.description)
            #expect(try await world.manager.refusal(of: script) == "LA010")
            #expect(try await world.trace() == before)
            #expect(try await world.catalog.reviewCandidates().map(\.volume) == [volumes[2]])
        }
    }

    /// The second of two decisions at one moment waits for the first, and is refused.
    @Test func twoPersonsDecideAtOnce() async throws {
        try await withPublishedRound { world, _, volumes async throws in
            let looked = try #require(try await world.target(volumes[1], "liver")).description
            let other = try await world.connect(as: "lacuna")
            let first = World.call(volumes[1], "'liver'", "'reject'", looked, person: "'bob'")
            try await other.execute("begin; \(first)")
            let process = await world.manager.backendProcess
            async let second = world.manager.refusal(of: World.call(volumes[1], "'liver'", "'reject'", looked))
            try await world.root.awaitBlocked(process)
            try await other.execute("commit")
            let state = try await second
            #expect(state == "LA017")
            #expect(try await world.reviews() == ["2|liver|rejected|bob"])
            try await expectTrueCoverage(world)
            await other.close()
        }
    }

    /// A publication waits for a decision, and proposes its own mask afterwards.
    @Test func aRoundIsPublishedDuringADecision() async throws {
        try await withPublishedRound { world, held, volumes async throws in
            let looked = try #require(try await world.target(volumes[1], "liver")).description
            try await world.stage(held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5)])
            let other = try await world.connect(as: "lacuna")
            let decision = World.call(volumes[1], "'liver'", "'reject'", looked, person: "'bob'")
            try await other.execute("begin; \(decision)")
            let process = await world.trainer.backendProcess
            async let published: Void = world.publish(held, 1, withheld: ["spleen"])
            try await world.root.awaitBlocked(process)
            try await other.execute("commit")
            try await published
            #expect(try await world.shown() == ["2|liver|20|r/1", "2|spleen|11|r/0"])
            #expect(try await world.reviews() == ["2|liver|proposed|bob"])
            try await expectTrueCoverage(world)
            await other.close()
        }
    }

    /// Calls with wrong arguments, and of logins that may not.
    @Test func nothingElseIsRecorded() async throws {
        try await withPublishedRound { world, _, volumes async throws in
            let looked = try #require(try await world.target(volumes[1], "liver")).description
            let before = try await world.trace()
            for (organ, action, person, tail, state) in [
                ("'heart'", "'reject'", "'ann'", "", "LA004"), ("null", "'reject'", "'ann'", "", "LA004"),
                ("'liver'", "null", "'ann'", "", "LA004"), ("'liver'", "'edit'", "'ann'", "", "LA004"),
                ("'liver'", "'reject'", "null", "", "LA004"), ("'liver'", "'reject'", "' '", "", "LA004"),
                ("'liver'", "'reject'", "'a/b'", "", "LA004"), ("'liver'", "'accept'", "'ann'", "", "LA004"),
                ("'liver'", "'submit'", "'ann'", "", "LA004"),
                ("'liver'", "'reject'", "'ann'", ", sha256('x'), sha256('y'), 0, 1, 1", "LA004"),
                ("'liver'", "'accept'", "'ann'", ", sha256('x'), sha256('y'), 0, 1, 1, null, '{0,0,0,1,1,1}'", "23503"),
            ] {
                let script = World.call(volumes[1], organ, action, looked, person: person, tail: tail)
                #expect(try await world.manager.refusal(of: script) == state, "\(script)")
            }
            let wild = World.call(VolumeID(99), "'liver'", "'reject'", looked)
            #expect(try await world.manager.refusal(of: wild) == "LA004")
            for minutes in ["0", "-1", "1e9", "'nan'"] {
                let script = World.call(volumes[1], "'liver'", "'reject'", looked, minutes: minutes)
                #expect(try await world.manager.refusal(of: script) == "23514", "\(minutes)")
            }
            let stranger = try await world.connect(as: "lacuna_stranger")
            for connection in [world.trainer, stranger] {
                let script = World.call(volumes[1], "'liver'", "'reject'", looked)
                #expect(try await connection.refusal(of: script) == "42501")
            }
            for script in [
                "insert into lacuna.review (volume_id) values (1)", "insert into lacuna.rejected_mask values (1, 1)",
                "update lacuna.review set person = 'x'", "delete from lacuna.rejected_mask",
            ] {
                #expect(try await world.manager.refusal(of: script) == "42501", "\(script)")
                if !script.hasPrefix("insert") {
                    #expect(try await world.root.refusal(of: script) == "LA002", "\(script)")
                }
            }
            #expect(try await world.trace() == before)
        }
    }

    /// Round 0 has published liver and spleen of the second volume, and the liver of the third.
    private func withPublishedRound(_ body: (World, HeldRun, [VolumeID]) async throws -> Void) async throws {
        try await World.withWithholdingRun { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(
                held, 0, checkpoint, volumes[1], [("liver", 10, 0.5), ("spleen", 11, 0.6)], quality: World.quality)
            try await world.stage(held, 0, checkpoint, volumes[2], [("liver", 12, 0.7)])
            try await world.publish(held, 0)
            try await body(world, held, volumes)
        }
    }
}

extension World {
    /// The label states of every revision.
    fileprivate func history(upTo count: Int? = nil) async throws -> [[String]] {
        var all: [[String]] = []
        let newest = try await revision()
        for revision in 1...(count ?? newest) { all.append(try await states(revision)) }
        return all
    }

    /// The mask to decide about.
    fileprivate func target(_ volume: VolumeID, _ organ: OrganKey) async throws -> MaskID? {
        try await catalog.reviewTarget(volume: volume, organ: organ)?.mask?.mask
    }

    @discardableResult
    fileprivate func decide(
        _ action: ReviewAction, _ volume: VolumeID, _ organ: OrganKey, _ looked: MaskID?, by person: String = "ann",
        making n: Int? = nil, agreement: ReaderAgreement? = nil
    ) async throws -> RecordedReview {
        var decision = ReviewDecision(
            volume: volume, organ: organ, action: action, mask: looked, person: person)
        decision.agreement = agreement
        guard let n else { return try await catalog.decide(decision) }
        return try await catalog.decide(decision) { AnnotationContent(mask: mask(n)) }
    }

    /// Assigns a mask to two readers.
    fileprivate func askTwo(_ volume: VolumeID, _ organ: OrganKey, _ looked: MaskID?) async throws {
        for person in ["ann", "bob"] {
            var assignment = ReviewDecision(
                volume: volume, organ: organ, action: .assign, mask: looked, person: person)
            assignment.readers = 2
            _ = try await catalog.decide(assignment)
        }
    }

    /// The decision of another reader that waits for one of this person.
    fileprivate func opinion(
        _ volume: VolumeID, _ organ: OrganKey, _ looked: MaskID?, for person: String
    ) async throws -> ReviewReaders.Opinion? {
        try await catalog.reviewReaders(volume: volume, organ: organ, mask: looked, person: person).opinion
    }

    /// The SQLSTATE of a refusal.
    fileprivate func refusal(
        _ action: ReviewAction, _ volume: VolumeID, _ organ: OrganKey, _ looked: MaskID?
    ) async throws -> String? {
        let n = action == .accept || action == .submit ? 900 : nil
        do {
            try await decide(action, volume, organ, looked, making: n)
            return nil
        } catch let error as PostgresError {
            return error.sqlState ?? "none"
        }
    }

    /// A person's mask.
    fileprivate func draw(_ volume: VolumeID, _ organ: OrganKey, _ n: Int, by rater: String) async throws -> MaskID? {
        let annotation = PersonalAnnotation(volume: volume, organ: organ, rater: rater, origin: .expert)
        return try await catalog.record(annotation, kind: .correction, parameters: JSONText("{}")) { _ in
            AnnotationContent(mask: mask(n))
        }.mask
    }

    /// Volume, organ, state and person of every review.
    fileprivate func reviews() async throws -> [String] {
        try await catalog.reviews().map { "\($0.volume)|\($0.organ)|\($0.state.rawValue)|\($0.person)" }
    }

    /// What a refused decision must not change.
    fileprivate func trace() async throws -> [String] {
        let rows = try await root.ask(
            """
            select (select count(*) from lacuna.review), (select count(*) from lacuna.annotation), (select count(*) from lacuna.mask),
                (select count(*) from lacuna.rejected_mask), (select count(*) from lacuna.object), lacuna.current_revision()
            """)
        return rows + (try await states())
    }

    fileprivate static func call(
        _ volume: VolumeID, _ organ: String, _ action: String, _ looked: String, person: String = "'ann'",
        minutes: String = "null", tail: String = ""
    ) -> String {
        "select lacuna.decide_review(\(volume), \(organ), \(action), \(looked), \(person), null, \(minutes), null, 'x'\(tail))"
    }
}
