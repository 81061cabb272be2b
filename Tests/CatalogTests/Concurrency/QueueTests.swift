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
            let again = await #expect(throws: PostgresError.self) { try await register.retry(dead.id) }
            guard case .server(let refused)? = again else {
                Issue.record("a job that runs is not retried")
                return
            }
            #expect(refused.sqlState == "LA005" && refused.hint?.contains("lacuna job cancel") == true)
        }
    }

    @Test func aReleasedClaimIsNoAttemptAndAnExpiredOneIs() async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, [volumes[0]])
            let first = try #require(try await world.jobs.claim([.predict]).first)
            try await world.jobs.release(first.claim)
            let second = try #require(try await world.jobs.claim([.predict]).first)
            #expect(second.attempt == 1)
            #expect(try await world.jobs.expireLeases() == [])
            try await world.root.execute(
                "update lacuna.job set lease_until = clock_timestamp() - interval '1 s' where kind = 'predict'")
            let expired = try await world.jobs.expireLeases()
            #expect(expired.map(\.job) == [second.claim.job] && expired.map(\.state) == [.waiting])
            #expect(try await refusal { try await world.jobs.complete(second.claim) } == "LA001")
            #expect(try await world.jobs.heartbeat(second.claim) == .lost)
            #expect(try await world.jobs.claim([.predict]).isEmpty, "it waits after the end of a lease")
            #expect(
                try await world.root.ask(
                    "select round(extract(epoch from due - now()))::int between 5 and 10 from lacuna.job where kind = 'predict'"
                ) == ["true"])
            try await world.root.execute("update lacuna.job set due = now() where kind = 'predict'")
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
            let left = try await world.manager.ask(
                "select volume_id, state from lacuna.job where kind = 'predict' order by 1")
            #expect(left == ["\(volumes[0].rawValue)|done", "\(volumes[2].rawValue)|waiting"])
            #expect(try await results(world, held) == [#"\#(volumes[0]) {"x": 1}"#])
            let counts = try await world.jobs.volumeCounts(.predict, ofRound: held.rounds[0].id.rawValue)
            #expect(counts.done == 1 && counts.open == 1 && counts.dead == 0)
        }
    }

    /// Each result is read once, however the batches divide them; jobs that are not done have none.
    @Test(arguments: [1, 2, 3, 100])
    func resultsAreReadInBatches(of size: Int) async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, volumes)
            for number in 0..<volumes.count {
                let job = try #require(try await world.jobs.claim([.predict]).first)
                if number == 1 { continue }
                try await world.jobs.complete(job.claim, result: #"{"x": \#(job.volume ?? 0)}"#)
            }
            let done = volumes.enumerated().filter { $0.offset != 1 }.map(\.element.rawValue)
            let expected = done.map { #"\#($0) {"x": \#($0)}"# }
            #expect(try await results(world, held, batch: size) == expected)
            #expect(try await world.jobs.stoppedVolume(.predict, ofRound: held.rounds[0].id.rawValue) == nil)
        }
    }

    /// Volume and result of each.
    private func results(_ world: World, _ held: HeldRun, batch: Int = 100) async throws -> [String] {
        try await world.jobs.combineResults(.predict, ofRound: held.rounds[0].id.rawValue, into: [], batch: batch) {
            $0.append("\($1.volume) \($1.result)")
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

    /// Work that ends its daemons waits longer each time; a run is taken over at once, but not again and again.
    @Test func theWaitAfterALeaseGrowsToAnHour() async throws {
        try await World.with { world async throws in
            let waits = try await world.root.ask(
                """
                select k, string_agg(extract(epoch from lacuna.pause_after_expiry(k, n))::int::text, ' ' order by n)
                from unnest(array['run', 'relabel']::lacuna.job_kind[]) k, unnest(array[1, 2, 3, 4, 5, 6, 2000000000]) n group by k order by k
                """)
            #expect(waits == ["run|0 40 160 640 2560 3600 3600", "relabel|10 40 160 640 2560 3600 3600"])
        }
    }

    @Test func aRunThatComesFurtherHasAllItsAttempts() async throws {
        try await withRound { world, held, _ async throws in
            let attempts = "select attempts from lacuna.job where id = \(held.claim.job)"
            func tireOut() async throws {
                try await world.root.execute("update lacuna.job set attempts = 5 where id = \(held.claim.job)")
            }
            try await tireOut()
            try await world.reach("training", held, 0)
            #expect(try await world.root.number(attempts) == 5, "a round that only begins is no progress")
            _ = try await world.checkpoint(held, 0, step: 5)
            #expect(try await world.root.number(attempts) == 1)
            try await tireOut()
            _ = try await world.checkpoint(held, 0, step: 5)
            _ = try await world.checkpoint(held, 0, step: 2)
            #expect(try await world.root.number(attempts) == 5, "no later step")
            try await world.reach("trained", held, 0)
            #expect(try await world.root.number(attempts) == 1)
            for (from, to) in [
                ("trained", "failed"), ("failed", "planned"), ("planned", "training"), ("training", "trained"),
            ] {
                try await tireOut()
                try await world.training.advance(
                    held.claim, round: held.rounds[0].id, from: from, to: to, record: JSONText("{}"))
                #expect(try await world.root.number(attempts) == 5, "\(to) is reached again")
            }
        }
    }

    /// A prediction has measurements of bounded size, a relabelling may have some, and they go with the publication.
    @Test func resultsAreOfPredictionsUntilTheRoundIsPublished() async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, [volumes[0]])
            let job = try #require(try await world.jobs.claim([.predict]).first)
            let large = #"{"x": "\#(String(repeating: "y", count: 4 << 20))"}"#
            for result in [nil, "null", "[1]", "3", large] as [String?] {
                let state = try await refusal { try await world.jobs.complete(job.claim, result: result) }
                #expect(state == "LA004", "\(result?.prefix(9) ?? "nil")")
            }
            try await world.jobs.complete(job.claim, result: #"{"x": 1}"#)
            _ = try await world.jobs.enqueue(
                .relabel, volumes: [volumes[0].rawValue], ofRound: held.rounds[0].id.rawValue, under: run(held))
            let other = try #require(try await world.jobs.claim([.relabel]).first)
            #expect(try await refusal { try await world.jobs.complete(other.claim, result: "[]") } == "LA004")
            try await world.jobs.complete(other.claim)
            let results = "select count(*) from lacuna.job where result is not null"
            #expect(try await world.root.number(results) == 1)
            try await world.publish(held, 0)
            #expect(try await world.root.number(results) == 0)
        }
    }

    @Test func aJobThatItsRoundDoesNotNeedIsNotRetried() async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, [volumes[0]])
            let register = JobRegister(world.manager)
            let job = try #require(try await world.jobs.claim([.predict]).first).claim
            #expect(try await world.jobs.fail(job, reason: "x", pause: 0, final: true) == .dead)
            try await register.retry(job.job)
            try await register.cancel(job.job, reason: "x")
            try await world.training.advance(
                held.claim, round: held.rounds[0].id, from: "relabelling", to: "failed", record: JSONText("{}"))
            #expect(try await refusal { try await register.retry(job.job) } == "LA005")
            #expect(try await register.job(job.job)?.state == .cancelled)
        }
    }

    @Test func aCancelledRunTakesTheJobsOfItsVolumesAlong() async throws {
        try await withRound { world, held, volumes async throws in
            _ = try await enqueue(world, held, volumes)
            let done = try #require(try await world.jobs.claim([.predict]).first).claim
            try await world.jobs.complete(done, result: "{}")
            let running = try #require(try await world.jobs.claim([.predict]).first).claim
            let register = JobRegister(world.manager)
            try await register.cancel(held.claim.job.rawValue, reason: "wrong split")
            #expect(try await refusal { try await world.jobs.complete(running, result: "{}") } == "LA001")
            let rows = try await register.jobs(in: [.waiting, .running, .cancelled], kinds: [.predict], limit: 10)
            #expect(rows.map(\.state) == [.cancelled, .cancelled])
            #expect(rows.allSatisfy { $0.reason == "the job of run r was cancelled by lacuna: wrong split" })
            #expect(try await register.job(held.claim.job.rawValue)?.reason == "cancelled by lacuna: wrong split")
            #expect(try await register.job(done.job)?.state == .done)
        }
    }

    // MARK: - World

    private func run(_ held: HeldRun) -> JobClaim { JobClaim(job: held.claim.job.rawValue, token: held.claim.token) }

    private func enqueue(_ world: World, _ held: HeldRun, _ volumes: [VolumeID]) async throws -> Int {
        try await world.reach("relabelling", held, 0)
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
