public import Batches
public import Plans
public import System
public import Tensors

/// What a training starts from.
public enum TrainingStart: Sendable {
    /// New weights, a function of the seed.
    case fresh
    /// The weights of an earlier round, with a new optimiser.
    case weights(Checkpoint)
    /// The same round, from the step at which the checkpoint was taken.
    case resume(Checkpoint)
}

/// A finished step.
public struct TrainingEvent: Hashable, Sendable {
    /// Steps done, from 1 to `steps`.
    public let step: Int
    public let steps: Int
    /// Since the reading before; nil where the step did not read it.
    public let loss: MeanLoss?
    /// Of the whole step. Where a device works while this program goes on, a step that reads the loss takes the time of those before it.
    public let duration: Duration
    /// The part of it in which the step waited for its batch.
    public let loaderWait: Duration
}

/// How a call of `Trainer.run` ended.
public enum TrainingOutcome: Hashable, Sendable {
    /// All steps of the round are done.
    case finished
    /// Ended after this many steps of the round, because the mean Dice on held-out volumes no longer grows.
    case plateau(step: Int)
    /// An evaluation of the network after this many steps is due: the caller passes its result to `record` and calls `run` again.
    case validationDue(step: Int)
    /// Ended on request after this many steps of the round.
    case stopped(step: Int)
}

/// Trains one network through one round. Blocks: use it on one `TensorThread` from `init` on.
public final class Trainer {
    public let network: UNet
    /// Steps of the round that are done.
    public internal(set) var step = 0
    /// The evaluations of the round so far.
    public internal(set) var validations = ValidationHistory()
    let recipe: RoundRecipe
    let settings: LearningSettings
    let origin: TrainingOrigin
    let optimiser: Optimiser
    /// nil without `learning.averageWeights`.
    private(set) var average: WeightAverage?
    private let sampler: Sampler
    private var feed: BatchFeed?
    private let loss: DeepSupervision
    private let course: LearningRateCourse
    private let lowPrecision: Bool
    /// How many processes trained the round together, in order, where the number changed between two starts.
    var processes: [Int]
    /// nil: this process alone.
    let group: ProcessGroup?
    /// The last batch that was sent to the device of the network.
    private var sent: SentBatch?
    private var meter: LossMeter

    /// - Parameters:
    ///   - sampler: of this process's share of each batch.
    ///   - start: the same in all processes.
    ///   - group: the processes that train the network together.
    /// - Throws: `LearningError.unfittingCheckpoint` where `start` is of another training, and `TensorError`.
    public init(
        _ plan: NetworkPlan, recipe: RoundRecipe, settings: LearningSettings, origin: TrainingOrigin, sampler: Sampler,
        start: TrainingStart = .fresh, group: ProcessGroup? = nil
    ) throws {
        self.group = group
        processes = [group?.size ?? 1]
        (self.recipe, self.settings, self.origin, self.sampler) = (recipe, settings, origin, sampler)
        let device = try settings.usedDevice()
        network = try UNet(plan, seed: recipe.seed &+ UInt64(recipe.round), device: device)
        optimiser = try Optimiser(settings.optimiser == .adam ? .adam : .sgd, network.parameters)
        loss = DeepSupervision(
            KnownVoxelLoss(
                normalisation: settings.normalisation, diceWeight: settings.diceWeight,
                positiveWeights: recipe.isFresh ? sampler.positiveWeights() : nil))
        meter = try LossMeter(device)
        course = LearningRateCourse(settings, steps: recipe.steps)
        lowPrecision = settings.usesBFloat16(on: device)
        if settings.averageWeights > 0 { average = try WeightAverage(of: network, decay: settings.averageWeights) }
        switch start {
        case .fresh: break
        case .weights(let checkpoint): try self.start(from: checkpoint)
        case .resume(let checkpoint): try resume(checkpoint)
        }
        try requireEqualStart()
    }

    /// The network whose predictions count: that of the averaged weights where there are some.
    public var predictingNetwork: UNet { average?.network ?? network }

    /// Trains until the round's steps are done, an evaluation is due, the evaluations show a plateau, or `stop` is raised, which is
    /// checked between steps.
    ///
    /// - Parameters:
    ///   - requests: asks for a checkpoint after the step in progress.
    ///   - checkpoint: called every `checkpointSteps` steps, on request, and at the end of the call, with the state to resume from. In a group
    ///     of processes by the first one alone.
    ///   - event: called after every step, on this thread.
    public func run(
        stop: StopFlag = StopFlag(), requests: CheckpointRequest = CheckpointRequest(),
        checkpoint: (Checkpoint) throws -> Void = { _ in },
        event: (TrainingEvent) throws -> Void = { _ in }
    ) throws -> TrainingOutcome {
        while step < recipe.steps, !hasReachedPlateau {
            if try isAnywhere(stop.isRaised) {
                try hand(to: checkpoint)
                return .stopped(step: step)
            }
            if isValidationDue { return .validationDue(step: step) }
            let start = ContinuousClock.now
            let loaderWait = try takeStep()
            let isDue = try isAnywhere(requests.take()) || step % settings.checkpointSteps == 0
            let isRead = isDue || isValidationDue || step % settings.logSteps == 0 || step == recipe.steps
            let loss = isRead ? try meter.take(after: step) : nil
            try event(
                TrainingEvent(
                    step: step, steps: recipe.steps, loss: loss, duration: ContinuousClock.now - start,
                    loaderWait: loaderWait))
            if isDue, step < recipe.steps { try hand(to: checkpoint) }
        }
        try hand(to: checkpoint)
        return step < recipe.steps ? .plateau(step: step) : .finished
    }

    /// Takes the result of the evaluation that is due.
    /// - Parameter dice: the mean over the organs, 0 to 1; nil where no organ has a Dice. In a group of processes that of the first one
    ///   counts, for which the others wait.
    /// - Throws: `TensorError.processLost`.
    public func record(validationDice dice: Double?) throws {
        precondition(isValidationDue, "an evaluation is due")
        let known = try group?.ofLeader([dice ?? .nan])[0] ?? dice ?? .nan
        validations.append(ValidationPoint(step: step, dice: known.isNaN ? nil : known))
    }

    /// - Throws: `LearningError.diverged` where the loss of a step that was not read yet is not finite.
    func requireFiniteLoss() throws { try meter.requireFinite(after: step) }

    /// - Throws: the same where a value of the checkpoint is not finite.
    func requireFinite(_ checkpoint: Checkpoint) throws {
        try requireFiniteLoss()
        guard checkpoint.tensors.allSatisfy(\.isFinite) else { throw LearningError.diverged(steps: step...step) }
    }

    private var isValidationDue: Bool {
        guard let validation = recipe.validation, step > 0, step % validation.every == 0 else { return false }
        return validations.points.last?.step != step
    }

    private var hasReachedPlateau: Bool {
        recipe.validation?.plateau.map(validations.hasReached) ?? false
    }

    /// Takes one optimiser step, with the mean gradient of its batches.
    ///
    /// - Returns: the time for which it waited for them.
    private func takeStep() throws -> Duration {
        var loaderWait = Duration.zero
        network.parameters.clearGradients()
        for _ in 0..<settings.accumulation {
            let began = ContinuousClock.now
            try sent?.waitUntilCopied()
            let batch = try SentBatch(try nextBatch(), to: network.device)
            sent = batch
            loaderWait += ContinuousClock.now - began
            try addGradients(of: batch)
        }
        try group?.sumGradients(of: network.parameters)
        try shapeGradients()
        try optimiser.step(learningRate: recipe.learningRate * course.share(after: step))
        step += 1
        try average?.add(network.parameters, after: step)
        meter.endStep()
        return loaderWait
    }

    /// Where one of several processes no longer waits for its volumes, all of them give the step up.
    ///
    /// - Throws: `CancellationError` for that, and the reason why a volume cannot be had.
    private func nextBatch() throws -> Batch {
        var batch: Batch?
        do {
            batch = try openFeed().next().batch
        } catch is CancellationError {}
        guard try !isAnywhere(batch == nil), let batch else { throw CancellationError() }
        return batch
    }

    /// The batches of the steps that are left, from the first step on.
    private func openFeed() throws -> BatchFeed {
        if let feed { return feed }
        let opened = try BatchFeed(
            sampler, recipe.course, steps: recipe.batches(from: step, settings), plan: network.plan,
            settings: settings, pseudoWeight: recipe.pseudoWeight)
        feed = opened
        return opened
    }

    /// Adds the gradients of a batch to those of the parameters, and its loss to that of the step.
    private func addGradients(of batch: SentBatch) throws {
        let outputs = try Torch.withBFloat16(lowPrecision, on: network.device) { try network.outputs(batch.image) }
        let loss = try self.loss(outputs, batch.targets, of: group)
        try meter.add(loss.total, share: 1 / Double(settings.accumulation))
        try loss.backward()
    }

    /// Makes sums of gradients means, and scales them down to the largest norm that the settings allow, as PyTorch's `clip_grad_norm_`.
    private func shapeGradients() throws {
        guard settings.accumulation > 1 || settings.maximumGradientNorm > 0 else { return }
        let share = 1 / Double(settings.accumulation)
        var factor = try Tensor(filledWith: share, shape: []).moved(to: network.device)
        if settings.maximumGradientNorm > 0 {
            let norm = try network.parameters.gradientNorm() * share
            try meter.watch(norm)
            let limit = try Tensor(filledWith: settings.maximumGradientNorm, shape: []).moved(to: network.device)
            factor = try factor * (limit / (norm + 1e-6)).clamped(to: 1)
        }
        try network.parameters.scaleGradients(by: factor)
    }
}
