internal import Batches
internal import Catalog
internal import Domain
internal import Learning
internal import Plans
internal import System
internal import Tensors
internal import Workflows

/// The training of one round, with the evaluations on the validation part that its recipe asks for: for a run, and for a repetition.
final class RoundTraining: Sendable {
    private let library: CaseLibrary
    private let settings: LearningSettings
    private let rule: KnownVoxelRule
    private let onePart: Set<Int>
    private let thread: TensorThread
    /// Nil: this process alone.
    private let group: RunGroup?
    private let held: HeldTrainer
    private let preparation: TrainingPreparation
    /// The volumes that the training needs, in this order.
    private let order: [Int]

    /// - Parameters:
    ///   - preparation: of the volumes from which it learns.
    ///   - library: of the volumes on which it is evaluated.
    ///   - onePart: indices of the organs of whose predicted masks the largest part alone is kept.
    ///   - thread: for all work on the network.
    ///   - group: the processes that train together, all of which have the order to do so.
    /// - Throws: as `RoundLearning.trainer`.
    init(
        _ learning: RoundLearning, _ preparation: TrainingPreparation, from start: TrainingStart, library: CaseLibrary,
        onePart: Set<Int>, thread: TensorThread, group: RunGroup? = nil
    ) async throws {
        (self.library, self.thread, self.onePart, self.group) = (library, thread, onePart, group)
        (settings, rule) = (learning.settings, learning.rule)
        self.preparation = preparation
        let sampler = try learning.sampler(preparation.data, rank: group?.rank ?? 0, ranks: group?.size ?? 1)
        let (held, step) = try await thread.run {
            let trainer = try learning.trainer(sampler, from: start, in: group?.processes)
            return (HeldTrainer(trainer), trainer.step)
        }
        self.held = held
        order = sampler.volumes(
            for: learning.recipe.batches(from: step, learning.settings), of: learning.recipe.course)
    }

    /// What a training reports, in the order in which it happens; steps and checkpoints on the thread of the network.
    struct Observer: Sendable {
        /// Volumes that are there, of those that are needed. Called on any thread.
        var prepared: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
        var step: @Sendable (TrainingEvent) -> Void = { _ in }
        var checkpoint: @Sendable (Checkpoint, _ step: Int) -> Void = { _, _ in }
        var validated: @Sendable (RoundValidation) -> Void = { _ in }
    }

    /// Trains until the round's steps are done, a plateau is reached or `stop` is raised, which ends an evaluation, too: it is made
    /// again by the next call for the same steps.
    ///
    /// - Parameter isStopping: ends an evaluation as well.
    /// - Returns: no `validationDue`.
    func run(
        stop: StopFlag = StopFlag(), requests: CheckpointRequest = CheckpointRequest(),
        isStopping: @escaping @Sendable () -> Bool = { false }, observer: Observer
    ) async throws -> TrainingOutcome {
        let isEnding: @Sendable () -> Bool = { isStopping() || stop.isRaised }
        let progress: @Sendable (Int) -> Void = { [order] in observer.prepared($0, order.count) }
        do {
            return try await preparation.making(order, isStopping: isEnding, progress: progress) {
                try await self.train(stop, requests, isStopping, observer)
            }
        } catch is CancellationError where isEnding() || group != nil {
            // It, or another process, waited for a volume. The network is as after the last step.
            return try await thread.run { [held] in
                try held.trainer.hand { observer.checkpoint($0, held.trainer.step) }
                return .stopped(step: held.trainer.step)
            }
        }
    }

    private func train(
        _ stop: StopFlag, _ requests: CheckpointRequest, _ isStopping: @escaping @Sendable () -> Bool,
        _ observer: Observer
    ) async throws -> TrainingOutcome {
        while true {
            let outcome = try await thread.run { [held] in
                try held.trainer.run(
                    stop: stop, requests: requests,
                    checkpoint: { observer.checkpoint($0, held.trainer.step) }, event: observer.step)
            }
            guard case .validationDue(let step) = outcome else { return outcome }
            try await evaluate(step, stop, isStopping, observer)
        }
    }

    /// Makes the evaluation that is due. Of several processes the first one does, for which the others wait.
    private func evaluate(
        _ step: Int, _ stop: StopFlag, _ isStopping: @escaping @Sendable () -> Bool, _ observer: Observer
    ) async throws {
        if let group, !group.isLeader {
            guard case .goOn(let isEvaluated) = try await group.nextOrder(stop: stop) else {
                throw LearningError.processesDiffer
            }
            if isEvaluated { try await record(nil) }
            return
        }
        group?.wait()
        do {
            let result = try await validate(step) { isStopping() || stop.isRaised }
            try await group?.order(.goOn(isEvaluated: true))
            observer.validated(result)
            try await record(result.meanDice)
        } catch is CancellationError {
            stop.raise()
            try await group?.order(.goOn(isEvaluated: false))
        }
    }

    private func record(_ dice: Double?) async throws {
        try await thread.run { [held] in try held.trainer.record(validationDice: dice) }
    }

    func checkpoint() async throws -> Checkpoint { try await thread.run { [held] in try held.trainer.checkpoint() } }

    /// Predicts the validation part, volume by volume, and compares as the evaluation of a round does.
    ///
    /// - Throws: `CancellationError` where it is stopped.
    private func validate(_ step: Int, isStopping: @escaping @Sendable () -> Bool) async throws -> RoundValidation {
        var overlaps: [[OverlapCounts]] = library.organs.map { _ in [] }
        for volume in library.snapshot.volumes(in: .validation) {
            let (item, truth) = (try await library.unlabelledCase(volume), try await library.truth(of: volume))
            let grid = library.grid(of: volume)
            let counts = try await thread.run { [held, settings, rule, onePart] in
                let predictor = Predictor(held.trainer.predictingNetwork, confidence: .probability, settings: settings)
                var collector = HeldOutCollector(item, rule: rule, threads: settings.threadLimit)
                try predictor.predict(item, into: &collector) { if isStopping() { throw CancellationError() } }
                let masks = collector.results(keepingLargestPartOf: onePart).masks
                return Evaluator.overlaps(truth, shape: volume.shape) { grid.up(masks[$0]) }
            }
            for (organ, found) in counts.enumerated() { if let found { overlaps[organ].append(found) } }
        }
        return RoundValidation(
            step: step,
            organs: zip(library.organs, overlaps).map { organ, own in
                ValidationRecord(
                    organ: organ, dice: Evaluator.meanDice(own), volumes: own.count { $0.dice != nil })
            })
    }
}

/// A trainer between two calls. `@unchecked Sendable`: it is made and used on the tensor thread of its training alone.
private final class HeldTrainer: @unchecked Sendable {
    let trainer: Trainer

    init(_ trainer: Trainer) { self.trainer = trainer }
}
