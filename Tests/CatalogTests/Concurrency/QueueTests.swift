import Catalog
import Domain
import Jobs
import Postgres
import TestSupport
import Testing

/// Jobs of volumes: claims by priority, attempts, dead letters, and what a manager does with them.
@Suite struct QueueTests {
    @Test func eachJobIsClaimedOnceByWhoeverComesFirst() async throws {
        try await withRound { world, held, volumes async throws in
            #expect(try await enqueue(world, held, volumes) == volumes.count)
            #expect(try await enqueue(world, held, volumes) == 0, "a repeated call creates nothing")
            let other = JobQueue(try await world.connect(as: "lacunad"), worker: "b", leaseSeconds: 60)
            var claimed: [Int64?] = []
            for queue in [world.jobs, other, world.jobs] {
                claimed += try await queue.claim([.run, .predict, .relabel]).map(\.volume)
            }
            #expect(claimed == volumes.map { $0.rawValue })
            #expect(try await other.claim([.predict]).isEmpty)
        }
    }

    @Test func aHigherPriorityComesFirstAndALaterDueTimeWaits() async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, volumes)
            try await world.root.execute(
                """
                update lacuna.job set priority = 5 where volume_id = \(volumes[2]);
                update lacuna.job set due = clock_timestamp() + interval '1 h' where volume_id = \(volumes[0]);
                """)
            var claimed: [Int64?] = []
            while let job = try await world.jobs.claim([.predict]).first { claimed.append(job.volume) }
            #expect(claimed == [volumes[2].rawValue, volumes[1].rawValue])
        }
    }

    @Test func attemptsAreCountedUntilTheJobIsDead() async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, [volumes[0]])
            for attempt in 1...3 {
                let job = try #require(try await world.jobs.claim([.predict]).first)
                #expect(job.attempt == attempt && job.maxAttempts == 3)
                let state = try await world.jobs.fail(job.claim, reason: "no memory", pause: 0)
                #expect(state == (attempt < 3 ? .waiting : .dead))
            }
            #expect(try await world.jobs.claim([.predict]).isEmpty)
            let register = JobRegister(world.manager)
            let dead = try #require(try await register.jobs(in: [.dead], limit: 10).first)
            #expect(dead.reason == "no memory" && dead.worker == "w" && dead.attempts == 3 && dead.run == "r")
            try await register.retry(dead.id)
            #expect(try await world.jobs.claim([.predict]).first?.attempt == 1)
            #expect(try await refusal { try await register.retry(dead.id) } == "LA005")
        }
    }

    @Test func aReleasedClaimIsNoAttemptAndAnExpiredOneIs() async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, [volumes[0]])
            let first = try #require(try await world.jobs.claim([.predict]).first)
            try await world.jobs.release(first.claim)
            let second = try #require(try await world.jobs.claim([.predict]).first)
            #expect(second.attempt == 1)
            #expect(try await world.jobs.expireLeases() == 0)
            try await world.root.execute(
                "update lacuna.job set lease_until = clock_timestamp() - interval '1 s' where kind = 'predict'")
            #expect(try await world.jobs.expireLeases() == 1)
            #expect(try await refusal { try await world.jobs.complete(second.claim) } == "LA001")
            #expect(try await !world.jobs.heartbeat(second.claim))
            #expect(try await world.jobs.claim([.predict]).first?.attempt == 2)
        }
    }

    @Test func aCancelledJobIsLostToItsDaemon() async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, [volumes[0]])
            let job = try #require(try await world.jobs.claim([.predict]).first)
            let register = JobRegister(world.manager)
            try await register.cancel(job.claim.job, reason: "wrong split")
            #expect(try await refusal { try await world.jobs.complete(job.claim) } == "LA001")
            let row = try #require(try await register.job(job.claim.job))
            #expect(row.state == .cancelled && row.reason == "cancelled by lacuna: wrong split")
            #expect(try await refusal { try await register.cancel(job.claim.job, reason: "again") } == "LA005")
            #expect(try await refusal { try await register.cancel(-1, reason: "x") } == "LA004")
            #expect(try await refusal { try await register.retry(-1) } == "LA004")
            #expect(try await register.job(-1) == nil)
        }
    }

    @Test func jobsOfVolumesThatLeftTheRunAreRemoved() async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, volumes)
            let done = try #require(try await world.jobs.claim([.predict]).first)
            try await world.jobs.complete(done.claim, result: #"{"x": 1}"#)
            _ = try await enqueue(world, held, [volumes[0], volumes[2]])
            let left = try await world.jobs.volumeJobs(.predict, ofRound: held.rounds[0].id.rawValue)
            #expect(left.map(\.volume) == [volumes[0].rawValue, volumes[2].rawValue])
            #expect(left[0].result == #"{"x": 1}"# && left[0].state == .done)
            let counts = try await world.jobs.volumeCounts(.predict, ofRound: held.rounds[0].id.rawValue)
            #expect(counts.done == 1 && counts.open == 1 && counts.dead == 0)
        }
    }

    /// A relabelling is written under its own claim, for its own volume only.
    @Test func aRelabellingIsStagedUnderItsOwnClaim() async throws {
        try await withRound { world, held, volumes async throws in
            let checkpoint = try await world.checkpoint(held, 0)
            try await world.reach("relabelling", held, 0)
            _ = try await world.jobs.enqueue(
                .relabel, volumes: volumes.map(\.rawValue), ofRound: held.rounds[0].id.rawValue, under: run(held))
            let helper = JobQueue(try await world.connect(as: "lacunad"), worker: "b", leaseSeconds: 60)
            let job = try #require(try await helper.claim([.relabel]).first)
            let own = HeldRun(
                run: held.run, claim: Claim(job: JobID(job.claim.job), token: job.claim.token), rounds: held.rounds)
            try await world.stage(own, 0, checkpoint, VolumeID(try #require(job.volume)), [("spleen", 40, 0.5)])
            let foreign = try await refusal {
                try await world.stage(own, 0, checkpoint, volumes[1], [("spleen", 41, 0.5)])
            }
            #expect(foreign == "LA003")
            #expect(try await refusal { try await world.publish(held, 0) } == "LA005", "volumes are not relabelled yet")
            try await helper.complete(job.claim)
            while let next = try await helper.claim([.relabel]).first { try await helper.complete(next.claim) }
            try await world.publish(held, 0)
        }
    }

    // MARK: - World

    private func run(_ held: HeldRun) -> JobClaim { JobClaim(job: held.claim.job.rawValue, token: held.claim.token) }

    private func enqueue(_ world: World, _ held: HeldRun, _ volumes: [VolumeID]) async throws -> Int {
        try await world.reach("trained", held, 0)
        return try await world.jobs.enqueue(
            .predict, volumes: volumes.map(\.rawValue), ofRound: held.rounds[0].id.rawValue, under: run(held))
    }

    /// A run of three training volumes without annotations of the spleen.
    private func withRound(_ body: (World, HeldRun, [VolumeID]) async throws -> Void) async throws {
        try await World.with { world async throws in
            var volumes: [VolumeID] = []
            for scan in 1...3 {
                volumes.append(try await world.catalog.add("A", scan: scan, [annotated("liver", scan)]).volume)
            }
            try await world.catalog.split("s", volumes.map { ($0, .train) })
            try await body(world, try await world.start("r", organs: ["liver", "spleen"]), volumes)
        }
    }
}
