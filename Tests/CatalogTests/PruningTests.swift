import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Which checkpoints are pruned, and that nothing is pruned that a daemon or a label needs.
@Suite struct PruningTests {
    /// Kind, step, and the reason why the checkpoint is kept, or `-` and why it is pruned.
    private func plan(_ world: World, _ scope: PruningScope = PruningScope()) async throws -> [String] {
        try await world.catalog.pruningPlan(scope).map(Self.text)
    }

    private static func text(_ plan: CheckpointPlan) -> String {
        "\(plan.run)/\(plan.round) \(plan.kind) \(plan.step) \(plan.isPruned ? "-" : "")\(plan.reason.rawValue)"
            + (plan.sharesBytes ? " shared" : "")
    }

    /// A run with labels of one volume, in training.
    private func start(_ world: World, _ name: String, blank: VolumeID) async throws -> HeldRun {
        let held = try await world.start(name)
        for step in 1...3 { _ = try await world.checkpoint(held, 0, step: step) }
        return held
    }

    private func volumes(_ world: World) async throws -> VolumeID {
        let trained = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
        let blank = try await world.catalog.add("B", scan: 2).volume
        try await world.catalog.split("s", [(trained, .train), (blank, .train)])
        return blank
    }

    @Test func anOpenRoundKeepsAllAndAClosedOneWhatWasUsed() async throws {
        try await World.with { world async throws in
            let blank = try await volumes(world)
            let held = try await start(world, "r", blank: blank)
            #expect(
                try await plan(world) == ["r/0 network 1 open", "r/0 network 2 open", "r/0 network 3 open"])
            #expect(try await world.catalog.pruneCheckpoints(PruningScope()).allSatisfy { !$0.isPruned })
            _ = try await world.checkpoint(held, 0, step: 5, kind: .confidence)
            let network = try #require(
                try await world.training.checkpoint(of: held.rounds[0].id, kind: .network))
            #expect(network.step == 3)
            try await world.stage(held, 0, network.id, blank, [("liver", 20, 0.9)])
            try await world.publish(held, 0)
            let closed = [
                "r/0 confidence 5 labels", "r/0 network 1 -intermediate", "r/0 network 2 -intermediate",
                "r/0 network 3 labels",
            ]
            #expect(try await plan(world) == closed)
            #expect(
                try await plan(world, PruningScope(kept: 1))
                    == closed.map { $0.replacing("2 -intermediate", with: "2 wanted") })
            _ = try await world.checkpoint(held, 1, step: 1)
            #expect(try await plan(world) == closed + ["r/1 network 1 open"])

            let revision = try await world.revision()
            let lineage = try await world.manager.ask("select count(*) from lacuna.lineage_edge")
            let pruned = try await world.catalog.pruneCheckpoints(PruningScope(run: "r"))
            #expect(pruned.map(Self.text) == closed + ["r/1 network 1 open"])
            #expect(try await plan(world) == [closed[0], closed[3], "r/1 network 1 open"])
            #expect(try await world.manager.ask("select count(*) from lacuna.lineage_edge") == lineage)
            #expect(try await world.revision() == revision)
            #expect(
                try await world.manager.ask(
                    """
                    select c.step, c.removal, o.purged_at is not null, a.kind, a.agent
                    from lacuna.checkpoint c join lacuna.object o on o.digest = c.object_digest
                    join lacuna.activity a on a.id = c.removed_by and a.id = o.purged_by order by c.step
                    """) == ["1|pruned|true|pruning|lacuna", "2|pruned|true|pruning|lacuna"])
            #expect(try await world.catalog.pruneCheckpoints(PruningScope(run: "r")).allSatisfy { !$0.isPruned })
        }
    }

    @Test func aCancelledRunLosesWhatNothingWasMadeWith() async throws {
        try await World.with { world async throws in
            let blank = try await volumes(world)
            let held = try await start(world, "r", blank: blank)
            let network = try #require(try await world.training.checkpoint(of: held.rounds[0].id, kind: .network))
            try await world.stage(held, 0, network.id, blank, [("liver", 20, 0.9)])
            try await world.publish(held, 0)
            for step in 1...2 { _ = try await world.checkpoint(held, 1, step: step) }
            #expect(try await world.catalog.rollBack(run: "r", organs: nil, to: nil, reason: "leaks"))
            let first = ["r/0 network 1 -intermediate", "r/0 network 2 -intermediate", "r/0 network 3 labels"]
            #expect(try await plan(world) == first + ["r/1 network 1 -intermediate", "r/1 network 2 -abandoned"])
            #expect(
                try await plan(world, PruningScope(keepsAbandoned: true))
                    == first + ["r/1 network 1 -intermediate", "r/1 network 2 wanted"])
            let next = try await world.training.startRun(world.runStart("next"))
            try await world.root.execute(
                "insert into lacuna.run_start (run_id, previous_run_id) values (\(next.id), \(held.run.id))")
            #expect(try await plan(world) == first + ["r/1 network 1 -intermediate", "r/1 network 2 start"])
        }
    }

    @Test func bytesThatAKeptCheckpointHasStay() async throws {
        try await World.with { world async throws in
            let blank = try await volumes(world)
            let held = try await start(world, "r", blank: blank)
            try await world.publish(held, 0)
            try await world.root.execute(
                """
                update lacuna.checkpoint set object_digest = (select object_digest from lacuna.checkpoint where step = 3)
                where step = 1
                """)
            #expect(
                try await plan(world) == [
                    "r/0 network 1 -intermediate shared", "r/0 network 2 -intermediate", "r/0 network 3 closed",
                ])
            _ = try await world.catalog.pruneCheckpoints(PruningScope())
            #expect(try await plan(world) == ["r/0 network 3 closed"])
            #expect(
                try await world.root.number("select count(*) from lacuna.object where purged_at is not null") == 1)
        }
    }

    /// A checkpoint that is being stored is seen, and one that waits for the pruning is recorded afterwards.
    @Test func storingAndPruningWaitForEachOther() async throws {
        try await World.with { world async throws in
            let blank = try await volumes(world)
            let held = try await start(world, "r", blank: blank)
            let (claim, round) = (held.claim, held.rounds[0].id)
            try await world.trainer.execute(
                """
                begin;
                select pg_advisory_xact_lock_shared(lacuna.object_lock());
                select lacuna.record_checkpoint(\(claim.job), \(claim.token), \(round), 'network', 'train', 4, sha256('4'), 500);
                """)
            let process = await world.manager.backendProcess
            async let pruned = world.catalog.pruneCheckpoints(PruningScope())
            try await world.root.awaitBlocked(process)
            try await world.trainer.execute("commit")
            #expect(try await pruned.map(Self.text).last == "r/0 network 4 open")

            try await world.manager.execute("begin; select from lacuna.prune_checkpoints(null, 0, false, 'p')")
            let trainer = await world.trainer.backendProcess
            async let recorded = world.checkpoint(held, 0, step: 5)
            try await world.root.awaitBlocked(trainer)
            try await world.manager.execute("commit")
            _ = try await recorded
            #expect(try await plan(world).last == "r/0 network 5 open")
        }
    }

    @Test func aDiscardedCheckpointCanBeStoredAgain() async throws {
        try await World.with { world async throws in
            let blank = try await volumes(world)
            let held = try await start(world, "r", blank: blank)
            let round = held.rounds[0].id
            let newest = try #require(try await world.training.checkpoint(of: round, kind: .network))
            try await world.training.discard(newest.id, of: round, held.claim, problem: "the object's file is missing")
            #expect(try await world.training.checkpoint(of: round, kind: .network)?.step == 2)
            #expect(
                try await world.root.ask(
                    "select bytes, purged_at is null from lacuna.object where purged_at is not null") == ["500|false"])
            let again = try await world.checkpoint(held, 0, step: 3)
            #expect(again != newest.id)
            #expect(try await world.root.number("select count(*) from lacuna.object where purged_at is not null") == 0)
            #expect(
                try await world.root.ask("select step, removal from lacuna.checkpoint order by id")
                    == ["1|-", "2|-", "3|damaged", "3|-"])
        }
    }

    @Test func everyStateOfARoundIsRecordedOnceAndForEver() async throws {
        try await World.with { world async throws in
            let blank = try await volumes(world)
            let held = try await start(world, "r", blank: blank)
            try await world.publish(held, 0)
            let history = try await world.catalog.history(of: held.rounds[0].id)
            #expect(
                history.map(\.state) == [
                    "planned", "training", "trained", "confidenceFitted", "evaluated", "relabelling", "published",
                ])
            #expect(history.map(\.worker) == [nil] + Array(repeating: "w", count: 6))
            #expect(Set(history.map(\.login)) == ["lacunad"])
            let id = held.rounds[1].id
            try await world.training.advance(
                held.claim, round: id, from: "planned", to: "failed", record: JSONText("{\"failure\": \"no loss\"}"))
            #expect(try await world.catalog.history(of: id).map(\.reason) == [nil, "no loss"])
            for change in ["delete from lacuna.round_event", "update lacuna.round_event set state = 'planned'"] {
                #expect(try await world.root.refusal(of: change) != nil)
            }
        }
    }
}
