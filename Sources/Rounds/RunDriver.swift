public import Plans

/// Takes a run through its rounds, from the stored state.
///
/// The driver keeps no state of its own between two steps: it does the work that is due in a round's stored state and
/// stores the result with the next state. A kill loses at most the step in progress, which is repeated.
public struct RunDriver: Sendable {
    private let store: any RoundStore
    private let trainer: any RoundTrainer
    private let evaluator: any RoundEvaluator
    private let relabeller: any RoundRelabeller
    private let publisher: any RoundPublisher
    private let observer: any RoundObserver
    private let stop: @Sendable () -> Bool

    /// - Parameter isStopping: becomes true when the run should end after the current step; a cancelled task counts as well.
    public init(
        store: any RoundStore, trainer: any RoundTrainer, evaluator: any RoundEvaluator,
        relabeller: any RoundRelabeller, publisher: any RoundPublisher, observer: any RoundObserver,
        isStopping: @escaping @Sendable () -> Bool = { false }
    ) {
        self.store = store
        self.trainer = trainer
        self.evaluator = evaluator
        self.relabeller = relabeller
        self.publisher = publisher
        self.observer = observer
        stop = { isStopping() || Task.isCancelled }
    }

    /// Runs `plan` to its end, or until it is asked to stop.
    ///
    /// - Parameter retryingFailed: restarts a failed round instead of throwing.
    /// - Throws: `SettingError` for an invalid plan, `RoundsError`, and the errors of the parts; the next call continues from the
    ///   stored state.
    public func run(_ plan: RunPlan, retryingFailed: Bool = false) async throws -> RunOutcome {
        try plan.validate()
        let run = try await store.open(plan)
        do {
            let outcome = try await drive(run, plan, retryingFailed)
            await store.release(run.id)
            observer.observe(.ended(outcome))
            return outcome
        } catch {
            await store.release(run.id)
            throw error
        }
    }

    private func drive(_ run: RunRecord, _ plan: RunPlan, _ retryingFailed: Bool) async throws -> RunOutcome {
        precondition(run.rounds.map(\.number) == Array(0...plan.rounds), "a run has all rounds of its plan")
        observer.observe(
            .opened(
                run: run.id, round: run.rounds.first { $0.state != .published }?.number,
                isNew: run.rounds.allSatisfy { $0.state == .planned }))
        var previous: RoundRecord?
        for stored in run.rounds {
            var round = try await resume(stored, run, retryingFailed)
            while round.state.isOpen {
                let context = RoundContext(run: run.id, plan: plan, round: round, previous: previous, isStopping: stop)
                guard !stop(), let next = try await failing(context, step) else {
                    return .stopped(round: round.number)
                }
                round = next
            }
            previous = round
        }
        return .finished
    }

    /// A failed round ends the run, unless it is to be retried.
    private func resume(_ round: RoundRecord, _ run: RunRecord, _ retryingFailed: Bool) async throws -> RoundRecord {
        switch round.state {
        case .failed where retryingFailed:
            return try await store.advance(run.id, round: round.number, from: .failed, by: .retry)
        case .failed: throw RoundsError.failed(round: round.number, reason: round.failure ?? "")
        default: return round
        }
    }

    /// Only an unrecoverable error marks the round as failed; after any other error the next call continues.
    private func failing(
        _ context: RoundContext, _ step: (RoundContext) async throws -> RoundRecord?
    ) async throws -> RoundRecord? {
        do {
            return try await step(context)
        } catch RoundsError.unrecoverable(let reason) {
            _ = try await advance(context, by: .fail(reason: reason))
            observer.observe(.failed(round: context.round.number, reason: reason))
            throw RoundsError.unrecoverable(reason: reason)
        }
    }

    // MARK: - Steps: each ends with one durable write, or returns nil where it stopped before

    private func step(_ context: RoundContext) async throws -> RoundRecord? {
        let number = context.round.number
        if let work = context.round.state.work { observer.observe(.began(work, round: number)) }
        switch context.round.state {
        case .planned: return try await advance(context, by: .startTraining)
        case .training: return try await train(context)
        case .trained:
            let fit = try await trainer.fitConfidence(context, observer: observer)
            observer.observe(.confidenceFitted(round: number, fit))
            return try await advance(context, by: .finishConfidence(fit))
        case .confidenceFitted:
            let evaluation = try await evaluator.evaluate(context, observer: observer)
            observer.observe(.evaluated(round: number, evaluation))
            return try await advance(context, by: .finishEvaluation(evaluation))
        case .evaluated: return try await afterEvaluation(context)
        case .relabelling: return try await relabel(context)
        case .published, .failed: preconditionFailure("no work is due in a closed round")
        }
    }

    private func train(_ context: RoundContext) async throws -> RoundRecord? {
        guard let weights = try await trainer.train(context, observer: observer) else { return nil }
        observer.observe(.trained(round: context.round.number, weights))
        return try await advance(context, by: .finishTraining(weights))
    }

    private func afterEvaluation(_ context: RoundContext) async throws -> RoundRecord {
        let number = context.round.number
        if context.plan.isLast(number) {
            let round = try await advance(context, by: .close)
            observer.observe(.closed(round: number))
            return round
        }
        guard let evaluation = context.round.evaluation else { preconditionFailure("an evaluated round has results") }
        let relabelling = Relabelling(plan: context.plan, round: number, evaluation: evaluation)
        for (organ, reason) in relabelling.withheld.sorted(by: { $0.key < $1.key }) {
            observer.observe(.withheld(round: number, organ: organ, reason))
        }
        return try await advance(context, by: .startRelabelling(relabelling))
    }

    private func relabel(_ context: RoundContext) async throws -> RoundRecord? {
        let number = context.round.number
        guard try await relabeller.relabel(context, observer: observer), !stop() else { return nil }
        let round = try await publisher.publish(context)
        if let publication = round.publication { observer.observe(.published(round: number, publication)) }
        return round
    }

    private func advance(_ context: RoundContext, by action: RoundAction) async throws -> RoundRecord {
        try await store.advance(context.run, round: context.round.number, from: context.round.state, by: action)
    }
}
