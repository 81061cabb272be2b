import Domain
import Plans
import Rounds
import Synchronization
import Testing

@Suite struct RunDriverTests {
    @Test func aRunGoesThroughAllItsRounds() async throws {
        let world = World()
        #expect(try await world.driver().run(.small) == .finished)
        let end = world.durable
        #expect(end.rounds.map(\.state) == [.published, .published, .published])
        #expect(end.rounds.map { $0.publication?.labels } == [3, 3, nil])
        #expect(end.rounds.map { $0.publication?.revision } == [41, 42, nil])
        #expect(end.rounds.map { $0.relabelling?.gamma } == [0.5, 1, nil])
        #expect(end.rounds.map { $0.trainedOn?.number } == [40, 41, 42])
        #expect(end.rounds.map { $0.weights?.steps } == [3, 5, 7])
        #expect(end.rounds[0].relabelling?.withheld == ["pancreas": .flooding])
        #expect(end.visible == ["liver": 1])
        #expect(end.publications == 2)
    }

    @Test func aRunWithoutRelabellingTrainsOnceAndPublishesNothing() async throws {
        let world = World()
        var plan = RunPlan.small
        plan.setRounds(0)
        #expect(try await world.driver().run(plan) == .finished)
        let end = world.durable
        #expect(end.rounds.map(\.state) == [.published])
        #expect(end.rounds[0].publication == nil && end.rounds[0].evaluation != nil)
        #expect(end.publications == 0 && end.visible.isEmpty)
    }

    @Test func eventsComeInOrder() async throws {
        let world = World()
        _ = try await world.driver().run(.small)
        let work = world.events.compactMap { event -> String? in
            switch event {
            case .opened(_, let round, _): "opened \(round ?? -1)"
            case .began(let work, let round): "\(work) \(round)"
            case .published(let round, _): "published \(round)"
            case .closed(let round): "closed \(round)"
            case .ended: "ended"
            case .prepared, .step, .saved, .validated, .trained, .discarded, .confidenceFitted, .evaluated, .withheld,
                .staged,
                .failed:
                nil
            }
        }
        #expect(
            work == [
                "opened 0", "train 0", "fitConfidence 0", "evaluate 0", "relabel 0", "published 0", "train 1",
                "fitConfidence 1",
                "evaluate 1", "relabel 1", "published 1", "train 2", "fitConfidence 2", "evaluate 2", "closed 2",
                "ended",
            ])
    }

    @Test func aKillAtAnyDurableWriteChangesNothingInTheEnd() async throws {
        let calm = World()
        _ = try await calm.driver().run(.small)
        let writes = calm.writes
        #expect(writes > 20)
        for write in 1...writes {
            for after in [false, true] {
                let world = World()
                world.arm(before: after ? .max : write, after: after ? write : .max)
                await #expect(throws: Killed.self) { try await world.driver().run(.small) }
                world.arm()
                #expect(try await world.driver().run(.small) == .finished)
                #expect(world.durable == calm.durable, "killed \(after ? "after" : "before") durable write \(write)")
            }
        }
    }

    @Test func aRunKilledAgainAndAgainEndsTheSame() async throws {
        let calm = World()
        _ = try await calm.driver().run(.small)
        let world = World()
        var kills = 0
        while true {
            // The opening is a write too: two writes per start are one step of progress.
            world.arm(after: 2)
            do {
                _ = try await world.driver().run(.small)
                break
            } catch is Killed {
                kills += 1
            }
        }
        #expect(kills == calm.writes - 1)
        #expect(world.durable == calm.durable)
    }

    @Test func stoppingEndsAfterTheStepAndTheNextCallContinues() async throws {
        let calm = World()
        _ = try await calm.driver().run(.small)
        for limit in 1..<calm.writes {
            let world = World()
            let outcome = try await world.driver(isStopping: { world.writes >= limit }).run(.small)
            #expect(outcome != .finished)
            #expect(world.writes <= limit + 1, "at most the step in hand is finished")
            #expect(world.fuse.withLock(\.calls) == ["release"])
            #expect(try await world.driver().run(.small) == .finished)
            #expect(world.durable == calm.durable, "stopped after write \(limit)")
        }
    }

    @Test func aCancelledTaskStops() async throws {
        let world = World()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await world.driver().run(.small)
        }
        #expect(try await task.value == .stopped(round: 0))
        #expect(world.durable.rounds[0].state == .planned)
    }

    @Test func theDaemonThatLostItsLeaseWritesNothingMore() async throws {
        let world = World()
        let (first, second) = (WorldStore(world), WorldStore(world))
        let workers = WorldWorkers(world: world, store: first)
        let thief = Thief(store: second, workers: workers)
        let driver = RunDriver(
            store: first, trainer: thief, evaluator: workers, relabeller: workers, publisher: workers, observer: workers
        )
        await #expect(throws: RoundsError.leaseLost(run: "run")) { try await driver.run(.small) }
        #expect(world.durable.rounds[0].state == .training)
        #expect(try await world.driver().run(.small) == .finished)
    }

    @Test func anUnrecoverableErrorFailsTheRoundUntilItIsRetried() async throws {
        let world = World()
        let driver = world.driver { $0.loss = .nan }
        let error = RoundsError.unrecoverable(reason: "the loss is not a number")
        await #expect(throws: error) { try await driver.run(.small) }
        #expect(world.durable.rounds[0].state == .failed)
        await #expect(throws: RoundsError.failed(round: 0, reason: "the loss is not a number")) {
            try await world.driver().run(.small)
        }
        #expect(try await world.driver().run(.small, retryingFailed: true) == .finished)
        #expect(world.durable.rounds[0].failure == nil)
    }

    @Test func anotherPlanUnderTheSameNameIsRefused() async throws {
        let world = World()
        _ = try await world.driver().run(.small)
        var other = RunPlan.small
        other.seed = 2
        await #expect(throws: RoundsError.otherPlan(run: "small")) { try await world.driver().run(other) }
        #expect(try await world.driver().run(.small) == .finished, "a finished run runs again without any effect")
        #expect(world.durable.publications == 2)
    }
}

/// Opens the run for another daemon while the first one trains.
private struct Thief: RoundTrainer {
    let store: WorldStore
    let workers: WorldWorkers

    func train(_ context: RoundContext, observer: any RoundObserver) async throws -> StoredWeights? {
        _ = try await store.open(context.plan)
        return try await workers.train(context, observer: observer)
    }

    func fitConfidence(_ context: RoundContext, observer: any RoundObserver) async throws -> ConfidenceFit {
        try await workers.fitConfidence(context, observer: observer)
    }
}
