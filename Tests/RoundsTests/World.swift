import Domain
import Plans
import Rounds
import Synchronization

/// A kill as the driver under test sees it.
struct Killed: Error {}

/// Everything durable in a small catalogue of values, and a fuse that kills before or after a chosen durable write.
final class World: Sendable {
    struct State: Equatable {
        var plan: RunPlan?
        var rounds: [RoundRecord] = []
        var revision: Int64 = 40
        /// Optimiser steps done, per round.
        var progress: [Int: Int] = [:]
        var staged: [Int: [VolumeID]] = [:]
        /// The round whose labels are visible.
        var visible: [String: Int] = [:]
        var publications = 0
    }
    struct Fuse {
        var writes = 0
        var killBefore = Int.max
        var killAfter = Int.max
        var token = 0
        var events: [RoundEvent] = []
        var calls: [String] = []
    }

    let state = Mutex(State())
    let fuse = Mutex(Fuse())
    static let volumes = (1...3).map { VolumeID($0) }

    func arm(before: Int = .max, after: Int = .max) {
        fuse.withLock { ($0.writes, $0.killBefore, $0.killAfter) = (0, before, after) }
    }

    var writes: Int { fuse.withLock(\.writes) }
    var durable: State { state.withLock { $0 } }
    var events: [RoundEvent] { fuse.withLock(\.events) }

    /// One transaction: all of `change` or, where the fuse kills before it or `change` throws, nothing.
    func write<Result: Sendable>(_ change: (inout State) throws -> Result) throws -> Result {
        let number = fuse.withLock { fuse in
            fuse.writes += 1
            return fuse.writes
        }
        if number == fuse.withLock(\.killBefore) { throw Killed() }
        let result = try state.withLock { state in
            var draft = state
            let result = try change(&draft)
            state = draft
            return result
        }
        if number == fuse.withLock(\.killAfter) { throw Killed() }
        return result
    }

    func note(_ call: String) { fuse.withLock { $0.calls.append(call) } }
}

/// The store as one daemon sees it: the token grows with each opening, and an older token cannot write.
final class WorldStore: RoundStore {
    let world: World
    private let token = Mutex(0)

    init(_ world: World) { self.world = world }

    func open(_ plan: RunPlan) async throws -> RunRecord {
        let record = try world.write { state in
            if let stored = state.plan, stored != plan { throw RoundsError.otherPlan(run: plan.name) }
            if state.plan == nil { state.rounds = (0...plan.rounds).map { RoundRecord(number: $0) } }
            state.plan = plan
            return RunRecord(id: RunID(1), rounds: state.rounds)
        }
        let mine = world.fuse.withLock { fuse in
            fuse.token += 1
            return fuse.token
        }
        token.withLock { $0 = mine }
        return record
    }

    func checkLease() throws {
        guard token.withLock({ $0 }) == world.fuse.withLock(\.token) else { throw RoundsError.leaseLost(run: "run") }
    }

    func advance(_ run: RunID, round: Int, from state: RoundState, by action: RoundAction) async throws -> RoundRecord {
        try checkLease()
        return try world.write { world in
            guard world.rounds[round].state == state else {
                throw RoundsError.illegal(action: "advance", state: world.rounds[round].state)
            }
            world.rounds[round] = try world.rounds[round].applying(action, revision: Revision(world.revision))
            return world.rounds[round]
        }
    }

    func release(_ run: RunID) async { world.note("release") }
}

/// Workers whose results are functions of their inputs, so that a wrong resumption changes the final state.
struct WorldWorkers: RoundTrainer, RoundEvaluator, RoundRelabeller, RoundPublisher, RoundObserver {
    let world: World
    let store: WorldStore
    var loss = 0.5
    var evaluation = Evaluation(organs: [
        "liver": OrganEvaluation(dice: 0.8, volumeRatio: 1.1, validationVolumes: 6, annotatedVolumes: 5),
        "pancreas": OrganEvaluation(dice: 0.4, volumeRatio: 2.5, validationVolumes: 6, annotatedVolumes: 5),
    ])

    func train(_ context: RoundContext, observer: any RoundObserver) async throws -> StoredWeights? {
        guard loss.isFinite else { throw RoundsError.unrecoverable(reason: "the loss is not a number") }
        let number = context.round.number
        let steps = context.plan.steps(inRound: number)
        while world.durable.progress[number, default: 0] < steps {
            if context.isStopping() { return nil }
            let step = try world.write { state in
                state.progress[number, default: 0] += 1
                return state.progress[number]!
            }
            observer.observe(.step(round: number, step: step, steps: steps, loss: loss, StepTime()))
        }
        var bytes = context.previous?.weights?.object.bytes ?? [UInt8](repeating: 0, count: 32)
        bytes[number] = UInt8(truncatingIfNeeded: (context.round.trainedOn?.number ?? 0) + Int64(context.plan.seed))
        return StoredWeights(
            object: Digest(bytes: bytes), size: 1, steps: (context.previous?.weights?.steps ?? 0) + steps, loss: loss)
    }

    func fitConfidence(_ context: RoundContext, observer: any RoundObserver) async throws -> ConfidenceFit {
        ConfidenceFit(weights: nil, byConfidence: ["liver": 0.76], byProbability: ["liver": 0.75])
    }

    func evaluate(_ context: RoundContext, observer: any RoundObserver) async throws -> Evaluation { evaluation }

    func relabel(_ context: RoundContext, observer: any RoundObserver) async throws -> Bool {
        let number = context.round.number
        for volume in World.volumes where !world.durable.staged[number, default: []].contains(volume) {
            if context.isStopping() { return false }
            let done = try world.write { state in
                state.staged[number, default: []].append(volume)
                return state.staged[number, default: []].count
            }
            observer.observe(.staged(round: number, volume: volume, done: done, total: World.volumes.count))
        }
        return true
    }

    func publish(_ context: RoundContext) async throws -> RoundRecord {
        try store.checkLease()
        let number = context.round.number
        return try world.write { state in
            let relabelled = context.round.relabelling!.organs
            let labels = state.staged[number, default: []].count * relabelled.count
            state.revision += 1
            state.publications += 1
            state.visible = Dictionary(uniqueKeysWithValues: relabelled.map { ($0, number) })
            let publication = Publication(revision: Revision(state.revision), labels: labels)
            state.rounds[number] = try state.rounds[number].applying(
                .publish(publication), revision: Revision(state.revision))
            return state.rounds[number]
        }
    }

    func observe(_ event: RoundEvent) { world.fuse.withLock { $0.events.append(event) } }
}

extension World {
    func driver(
        _ change: (inout WorldWorkers) -> Void = { _ in }, isStopping: @escaping @Sendable () -> Bool = { false }
    ) -> RunDriver {
        let store = WorldStore(self)
        var workers = WorldWorkers(world: self, store: store)
        change(&workers)
        return RunDriver(
            store: store, trainer: workers, evaluator: workers, relabeller: workers, publisher: workers,
            observer: workers, isStopping: isStopping)
    }
}

extension RunPlan {
    /// Two relabellings, few steps.
    static var small: RunPlan {
        var plan = RunPlan(name: "small", organs: ["liver", "pancreas"], split: "default")
        plan.setRounds(2)
        (plan.stepsInRoundZero, plan.stepsPerRound) = (3, 2)
        return plan
    }
}
