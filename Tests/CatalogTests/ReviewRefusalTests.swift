import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Decisions that are refused, and leave nothing.
@Suite struct ReviewRefusalTests {
    @Test func aMaskThatIsNotProposedAnyMoreIsRefused() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            let old = try await world.target(volumes[1], "liver")
            try await world.stage(held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5)])
            try await world.publish(held, 1, withheld: ["spleen"])
            let before = try await world.reviewTrace()
            for action in [ReviewAction.accept, .reject, .submit, .absent, .skip, .assign] {
                #expect(try await world.refusalOfDecision(action, volumes[1], "liver", old) == "LA017", "\(action)")
            }
            #expect(
                try await world.refusalOfDecision(.reject, volumes[1], "liver", nil) == "LA017", "nothing was looked at"
            )
            #expect(
                try await world.refusalOfDecision(.reject, volumes[0], "liver", old) == "LA017", "of another volume")
            #expect(try await world.reviewTrace() == before)
        }
    }

    /// An annotation without a voxel would be neither a mask nor an absence.
    @Test func anEmptyMaskIsNotAccepted() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let looked = try #require(try await world.target(volumes[1], "liver"))
            try await world.root.execute(
                "begin; set local session_replication_role = replica; update lacuna.mask set voxels = 0 where id = \(looked); commit"
            )
            let before = try await world.reviewTrace()
            #expect(try await world.refusalOfDecision(.accept, volumes[1], "liver", looked) == "LA004")
            #expect(try await world.reviewTrace() == before)
            #expect(try await world.refusalOfDecision(.absent, volumes[1], "liver", looked) == nil)
        }
    }

    /// A visible label is proposed before a newer mask that was withheld, without the reason of that one.
    @Test func theReasonIsThatOfTheMaskThatIsProposed() async throws {
        try await World.withPublishedRound { world, held, volumes async throws in
            let label = try await world.target(volumes[1], "liver")
            try await world.stage(
                held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5)], withheld: ["liver"],
                quality: World.quality)
            try await world.publish(held, 1, withheld: ["spleen"])
            let candidates = try await world.catalog.reviewCandidates(of: "liver")
            let candidate = try #require(candidates.first { $0.volume == volumes[1] })
            #expect(candidate.mask == label && candidate.withheld == nil)
        }
    }

    @Test func somebodyDecidedMeanwhile() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let (liver, spleen) = (
                try await world.target(volumes[1], "liver"), try await world.target(volumes[1], "spleen")
            )
            _ = try await world.decide(.accept, volumes[1], "liver", liver, making: 100)
            _ = try await world.decide(.reject, volumes[1], "spleen", spleen)
            let before = try await world.reviewTrace()
            for action in [ReviewAction.accept, .reject, .submit, .absent] {
                #expect(try await world.refusalOfDecision(action, volumes[1], "liver", liver) == "LA017", "\(action)")
                #expect(try await world.refusalOfDecision(action, volumes[1], "spleen", spleen) == "LA017", "\(action)")
            }
            #expect(try await world.reviewTrace() == before)
        }
    }

    @Test func volumesThatAreNotInUseAreRefused() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let looked = try #require(try await world.target(volumes[1], "liver"))
            let subject = Withdrawable.subject(try await world.catalog.subject(of: volumes[1]))
            #expect(try await world.catalog.withdraw(subject, recalling: false, reason: "consent"))
            let before = try await world.reviewTrace()
            await #expect(throws: CatalogError.self) {
                _ = try await world.decide(.reject, volumes[1], "liver", looked)
            }
            let script = World.decisionCall(volumes[1], "'liver'", "'reject'", looked.description)
            #expect(try await world.manager.refusal(of: script) == "LA010")
            #expect(try await world.reviewTrace() == before)
            #expect(try await world.catalog.reviewCandidates().map(\.volume) == [volumes[2]])
        }
    }

    /// The second of two decisions at one moment waits for the first, and is refused.
    @Test func twoPersonsDecideAtOnce() async throws {
        try await World.withPublishedRound { world, _, volumes async throws in
            let looked = try #require(try await world.target(volumes[1], "liver")).description
            let other = try await world.connect(as: "lacuna")
            let first = World.decisionCall(volumes[1], "'liver'", "'reject'", looked, person: "'bob'")
            try await other.execute("begin; \(first)")
            let process = await world.manager.backendProcess
            async let second = world.manager.refusal(of: World.decisionCall(volumes[1], "'liver'", "'reject'", looked))
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
        try await World.withPublishedRound { world, held, volumes async throws in
            let looked = try #require(try await world.target(volumes[1], "liver")).description
            try await world.stage(held, 1, try await world.checkpoint(held, 1), volumes[1], [("liver", 20, 0.5)])
            let other = try await world.connect(as: "lacuna")
            let decision = World.decisionCall(volumes[1], "'liver'", "'reject'", looked, person: "'bob'")
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
        try await World.withPublishedRound { world, _, volumes async throws in
            let looked = try #require(try await world.target(volumes[1], "liver")).description
            let before = try await world.reviewTrace()
            for (organ, action, person, tail, state) in [
                ("'heart'", "'reject'", "'ann'", "", "LA004"), ("null", "'reject'", "'ann'", "", "LA004"),
                ("'liver'", "null", "'ann'", "", "LA004"), ("'liver'", "'edit'", "'ann'", "", "LA004"),
                ("'liver'", "'reject'", "null", "", "LA004"), ("'liver'", "'reject'", "' '", "", "LA004"),
                ("'liver'", "'reject'", "'a/b'", "", "LA004"), ("'liver'", "'accept'", "'ann'", "", "LA004"),
                ("'liver'", "'submit'", "'ann'", "", "LA004"),
                ("'liver'", "'reject'", "'ann'", ", sha256('x'), sha256('y'), 0, 1, 1", "LA004"),
                ("'liver'", "'accept'", "'ann'", ", sha256('x'), sha256('y'), 0, 1, 1, null, '{0,0,0,1,1,1}'", "23503"),
            ] {
                let script = World.decisionCall(volumes[1], organ, action, looked, person: person, tail: tail)
                #expect(try await world.manager.refusal(of: script) == state, "\(script)")
            }
            let wild = World.decisionCall(VolumeID(99), "'liver'", "'reject'", looked)
            #expect(try await world.manager.refusal(of: wild) == "LA004")
            for minutes in ["0", "-1", "1e9", "'nan'"] {
                let script = World.decisionCall(volumes[1], "'liver'", "'reject'", looked, minutes: minutes)
                #expect(try await world.manager.refusal(of: script) == "23514", "\(minutes)")
            }
            let stranger = try await world.connect(as: "lacuna_stranger")
            for connection in [world.trainer, stranger] {
                let script = World.decisionCall(volumes[1], "'liver'", "'reject'", looked)
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
            #expect(try await world.reviewTrace() == before)
        }
    }
}
