internal import Batches
internal import Catalog
internal import Domain
internal import Hashing
internal import Learning
internal import Plans
internal import Rounds
internal import System
internal import Tensors

/// Trains with libtorch.
struct BuiltInTrainer: NetworkTrainer {
    let library: CaseLibrary
    /// Without its recipe, which the round decides.
    let learning: @Sendable (RoundContext) -> RoundLearning
    let thread: TensorThread
    /// Asks for a checkpoint before it is due.
    let requests: CheckpointRequest
    /// The processes that train together; nil: this one alone.
    let group: RunGroup?
    let tell: @Sendable (RunNotice) -> Void

    func requireReadable(_ checkpoint: [UInt8]) async throws {
        do {
            try await thread.run { _ = try Checkpoint(bytes: checkpoint) }
        } catch let error as TensorError {
            guard case .damagedCheckpoint = error else { throw error }
            throw CheckpointDamage(problem: error.problem)
        }
    }

    func train(_ work: NetworkTraining, report: @escaping @Sendable (TrainingSignal) -> Void) async throws
        -> TrainingEnding?
    {
        let (context, stop) = (work.context, StopFlag())
        let learning = learning(context)
        let preparation = await library.training(in: .train, learning.rule, pseudo: work.pseudo)
        let start = try await start(work.start)
        let observer = RoundTraining.Observer(
            prepared: { report(.prepared(done: $0, total: $1)) },
            step: { event in
                report(.step(TrainingStep(event)))
                if context.isStopping() { stop.raise() }
            },
            checkpoint: { checkpoint, step in report(.checkpoint(bytes: { checkpoint.bytes() }, step: step)) },
            validated: { result in
                report(.validated(result))
                if context.isStopping() { stop.raise() }
            })
        warn(of: start)
        try await group?.order(.train(Self.order(work, preparation)))
        let outcome = try await RoundsError.finalDivergence {
            let training = try await RoundTraining(
                learning, preparation, from: start, library: library, onePart: context.plan.organsKeptInOnePart,
                thread: thread, group: group)
            // The scope that awaits this may be left by an error, and would wait for all of the round's steps.
            return try await withTaskCancellationHandler {
                try await training.run(
                    stop: stop, requests: requests, isStopping: context.isStopping, observer: observer)
            } onCancel: {
                stop.raise()
            }
        }
        group?.wait()
        return TrainingEnding(outcome)
    }

    private func warn(of start: TrainingStart) {
        guard case .resume(let checkpoint) = start, let before = checkpoint.processes.last else { return }
        let now = group?.size ?? 1
        if before != now { tell(.processesChanged(before: before, now: now)) }
    }

    /// What the other processes of the group need to know.
    private static func order(_ work: NetworkTraining, _ preparation: TrainingPreparation) -> GroupTraining {
        let start: GroupTraining.Start =
            switch work.start {
            case .fresh: .fresh
            case .weights(let bytes): .weights(SHA256.digest(of: bytes))
            case .resume(let bytes, _): .resume(SHA256.digest(of: bytes))
            }
        return GroupTraining(round: work.context.round.number, start: start, data: preparation.digest)
    }

    private func start(_ start: NetworkTraining.Start) async throws -> TrainingStart {
        try await thread.run {
            switch start {
            case .fresh: .fresh
            case .weights(let bytes): .weights(try Checkpoint(bytes: bytes))
            case .resume(let bytes, _): .resume(try Checkpoint(bytes: bytes))
            }
        }
    }
}

extension TrainingStep {
    fileprivate init(_ event: TrainingEvent) {
        self.init(
            step: event.step, steps: event.steps, loss: event.loss,
            time: StepTime(duration: event.duration, loaderWait: event.loaderWait))
    }
}

extension TrainingEnding {
    /// Nil for a training that goes on.
    fileprivate init?(_ outcome: TrainingOutcome) {
        switch outcome {
        case .finished: self = .steps
        case .plateau: self = .plateau
        case .stopped, .validationDue: return nil
        }
    }
}

extension RoundsError {
    /// Runs `body`; a loss that is not finite would recur at the same step, so the round has failed.
    static func finalDivergence<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as LearningError {
            guard case .diverged = error else { throw error }
            throw RoundsError.unrecoverable(reason: error.description)
        }
    }
}
