import Catalog
import Domain
import Postgres
import TestSupport
import Testing

@testable import Jobs

/// Leases, claims and the atomic publication of rounds.
@Suite struct ClaimTests {
    @Test func aSecondDaemonGetsARunOnlyWhenTheLeaseIsOver() async throws {
        try await withRun { world, held, _ async throws in
            #expect(try await world.queue("b", 60).claim(run: held.run.id.rawValue) == nil)
            #expect(try await world.jobs.holder(run: held.run.id.rawValue)?.worker == "w")
            try await expire(world)
            #expect(try await world.jobs.holder(run: held.run.id.rawValue) == nil)
            let taken = try #require(
                try await world.queue("b", 60).claim(run: held.run.id.rawValue))
            #expect(taken.token == held.claim.token + 1)
        }
    }

    @Test func everyWriteOfTheOldHolderIsFencedOff() async throws {
        try await withRun { world, held, volume async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await expire(world)
            _ = try await world.queue("b", 60).claim(run: held.run.id.rawValue)
            let round = held.rounds[0].id
            let states = [
                try await refusal { try await world.stage(held, 0, checkpoint, volume, [("liver", 11, 0.9)]) },
                try await refusal { _ = try await world.checkpoint(held, 0, step: 2) },
                try await refusal { try await world.publish(held, 0) },
                try await refusal { try await world.training.recordEvaluation(held.claim, round: round, []) },
                try await refusal {
                    try await world.training.advance(
                        held.claim, round: round, from: "planned", to: "trained", record: JSONText("{}"))
                },
                try await refusal { try await finish(held, world) },
            ]
            #expect(states == Array(repeating: "LA001", count: 6))
            let error = await #expect(throws: PostgresError.self) { try await finish(held, world) }
            #expect(error?.description.contains("the claim on run r is lost") == true)
            let old = JobClaim(job: held.claim.job.rawValue, token: held.claim.token)
            #expect(try await world.jobs.heartbeat(old) == .lost)
            try await world.jobs.release(old)
            #expect(try await world.jobs.holder(run: held.run.id.rawValue)?.worker == "b")
        }
    }

    @Test func aHeartbeatPassesAWriterAndATakeoverDoesNot() async throws {
        try await withRun { world, held, _ async throws in
            let beating = JobQueue(try await world.connect(as: "lacunad"), worker: "b", leaseSeconds: 600)
            try await beating.connection.execute("set lock_timeout = '5s'")
            try await world.trainer.execute(
                "begin; select lacuna.hold_claim(\(held.claim.job), \(held.claim.token), \(held.rounds[0].id))")
            let claim = JobClaim(job: held.claim.job.rawValue, token: held.claim.token)
            #expect(try await beating.heartbeat(claim) == .held)
            try await expire(world)
            #expect(try await beating.claim(run: held.run.id.rawValue) == nil)
            try await world.trainer.execute("commit")
            #expect(try await beating.claim(run: held.run.id.rawValue) != nil)
        }
    }

    /// A removal locks the jobs of all open runs, of those that do not train on the data too.
    @Test func aHeartbeatDoesNotWaitForARemoval() async throws {
        try await withRun { world, held, _ async throws in
            let daemon = JobQueue(try await world.connect(as: "lacunad"), worker: "w", leaseSeconds: 600)
            try await daemon.connection.execute("set lock_timeout = '5s'")
            let claim = JobClaim(job: held.claim.job.rawValue, token: held.claim.token)
            try await expire(world)
            try await world.manager.execute("begin; select lacuna.withdraw(1, null, null, true, true, 'consent', 'x')")
            #expect(try await daemon.heartbeat(claim) == .locked)
            #expect(try await daemon.expireLeases() == [])
            #expect(try await daemon.claim(run: held.run.id.rawValue) == nil)
            try await world.manager.execute("commit")
            #expect(try await daemon.heartbeat(claim) == .held)
            #expect(try await daemon.holder(run: held.run.id.rawValue)?.worker == "w")
        }
    }

    /// A job that ended while it was locked is not asked for again.
    @Test func aHeartbeatBehindACancellationFindsTheClaimLost() async throws {
        try await withRun { world, held, _ async throws in
            let claim = JobClaim(job: held.claim.job.rawValue, token: held.claim.token)
            try await world.manager.execute("begin; select lacuna.cancel_job(\(claim.job), 'x')")
            #expect(try await world.jobs.heartbeat(claim) == .locked)
            try await world.manager.execute("commit")
            #expect(try await world.jobs.heartbeat(claim) == .lost)
        }
    }

    @Test func aKilledPublicationLeavesNothing() async throws {
        try await withRun { world, held, volume async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volume, [("liver", 11, 0.9)])
            let before = try await world.revision()
            let doomed = try await world.connect(as: "lacunad")
            try await doomed.execute(
                """
                begin; select lacuna.publish_round(\(held.claim.job), \(held.claim.token), \(held.rounds[0].id), 'relabelling',
                    'published', '{}', '{}')
                """)
            #expect(try await world.states() == [])
            _ = try await world.root.ask("select pg_terminate_backend(\(await doomed.backendProcess), 60000)")
            await #expect(throws: PostgresError.self) { try await doomed.execute("commit") }
            #expect(try await world.revision() == before)
            #expect(try await world.states() == [])
            #expect(try await world.catalog.rounds().map(\.state) == ["relabelling", "planned", "planned"])
            #expect(try await world.manager.number("select count(*) from lacuna.round_pointer") == 0)
            try await world.publish(held, 0)
            #expect(try await world.plainStates() == ["\(volume)|liver|pseudo|model"])
            try await expectTrueCoverage(world)
        }
    }

    @Test func aRollbackCancelsTheOpenRunThatTrainsOnTheLabels() async throws {
        try await withRun { world, held, volume async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volume, [("liver", 11, 0.9)])
            try await world.publish(held, 0)
            try await world.reach("training", held, 1)
            #expect(try await world.catalog.rollBack(run: "r", organs: ["liver"], to: nil, reason: "leaks"))
            let claim = JobClaim(job: held.claim.job.rawValue, token: held.claim.token)
            let states = [
                try await refusal { _ = try await world.checkpoint(held, 1) },
                try await refusal { try await world.publish(held, 1) },
                try await refusal { _ = try await world.jobs.heartbeat(claim) },
                try await refusal {
                    _ = try await world.queue("b", 60).claim(run: held.run.id.rawValue)
                },
            ]
            #expect(states == Array(repeating: "LA013", count: 4))
            #expect(try await world.plainStates() == [])
        }
    }

    @Test func aRollbackOfAFinishedRunCancelsNothing() async throws {
        try await withRun { world, held, volume async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volume, [("liver", 11, 0.9)])
            for round in 0..<2 { try await world.publish(held, round) }
            try await world.close(held, 2)
            #expect(try await world.catalog.rollBack(run: "r", organs: nil, to: 0, reason: "drift"))
            #expect(
                try await world.root.ask("select finished, cancelled_change_id is null from lacuna.run") == [
                    "true|true"
                ])
        }
    }

    @Test func aRoundIsPublishedOnceAndIsFinalThen() async throws {
        try await withRun { world, held, volume async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.stage(held, 0, checkpoint, volume, [("liver", 11, 0.9)])
            try await world.publish(held, 0)
            let states = [
                try await refusal { try await world.stage(held, 0, checkpoint, volume, [("spleen", 12, 0.9)]) },
                try await refusal {
                    try await world.training.advance(
                        held.claim, round: held.rounds[0].id, from: "published", to: "planned", record: JSONText("{}"))
                },
            ]
            #expect(states == ["LA005", "LA005"])
            let revision = try await world.revision()
            try await world.publish(held, 0)
            #expect(try await world.revision() == revision, "a repeated publication is the same one")
        }
    }

    @Test func whatMayNotBeRelabelledIsRefused() async throws {
        try await World.with { world async throws in
            let known = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let validation = try await world.catalog.add("A", scan: 2).volume
            let test = try await world.catalog.add("A", scan: 3).volume
            let loose = try await world.catalog.add("A", scan: 4).volume
            try await world.catalog.split("s", [(known, .train), (validation, .validation), (test, .test)])
            let held = try await world.start("r")
            let other = try await world.start("other")
            let checkpoint = try await world.checkpoint(held, 0)
            let foreign = try await world.checkpoint(other, 0)
            let states = [
                try await refusal { try await world.stage(held, 0, checkpoint, known, [("liver", 9, 0.5)]) },
                try await refusal { try await world.stage(held, 0, checkpoint, validation, [("liver", 9, 0.5)]) },
                try await refusal { try await world.stage(held, 0, checkpoint, test, [("liver", 9, 0.5)]) },
                try await refusal { try await world.stage(held, 0, checkpoint, loose, [("liver", 9, 0.5)]) },
                try await refusal { try await world.stage(held, 0, foreign, known, [("spleen", 9, 0.5)]) },
                try await refusal {
                    try await world.stage(
                        HeldRun(run: held.run, claim: held.claim, rounds: other.rounds), 0, checkpoint, known,
                        [("spleen", 9, 0.5)])
                },
                try await refusal {
                    let none = Claim(job: JobID(0), token: 0)
                    try await world.stage(
                        HeldRun(run: held.run, claim: none, rounds: held.rounds), 0, checkpoint, known,
                        [("spleen", 9, 0.5)])
                },
            ]
            #expect(states == ["LA007", "LA006", "LA006", "LA006", "LA003", "LA003", "LA001"])
            #expect(try await world.manager.number("select count(*) from lacuna.pseudo_label") == 0)
        }
    }

    // MARK: -

    /// A run of one unlabelled training volume.
    private func withRun(_ body: (World, HeldRun, VolumeID) async throws -> Void) async throws {
        try await World.with { world async throws in
            let volume = try await world.catalog.add("A", scan: 1).volume
            try await world.catalog.split("s", [(volume, .train)])
            try await body(world, world.start("r"), volume)
        }
    }

    private func finish(_ held: HeldRun, _ world: World) async throws {
        try await world.trainer.execute("select lacuna.finish_run(\(held.claim.job), \(held.claim.token))")
    }

    private func expire(_ world: World) async throws {
        try await world.root.execute("update lacuna.job set lease_until = clock_timestamp() - interval '1 second'")
    }
}
