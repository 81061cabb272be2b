public import Tensors
public import System

/// What a training starts from.
public enum TrainingStart {
    /// New weights, a function of the seed.
    case fresh
    /// The weights of an earlier round, with a new optimiser.
    case weights(Checkpoint)
    /// The same round, exactly where the checkpoint was taken.
    case resume(Checkpoint)
}

/// One step done.
public struct TrainingEvent: Hashable, Sendable {
    public let round: Int
    /// Steps done, from 1 to `steps`.
    public let step: Int
    public let steps: Int
    public let loss: Double
    /// Each organ's share of the cross-entropy, then each union set's; all that were in the step.
    public let shares: [Double]
    /// Over this call of `run`.
    public let stepsPerSecond: Double
}

public enum TrainingOutcome: Hashable, Sendable {
    case finished
    /// Ended on request after this many steps of the round.
    case stopped(step: Int)
}

/// Trains one network through one round. Blocks: use it on one `TensorThread` from init to the end.
public final class Trainer {
    public let network: UNet
    public let round: Int
    /// Steps of the round, and those done.
    public let steps: Int
    public private(set) var step = 0
    private let settings: LearningSettings
    private let sampler: Sampler
    private let batch: Batch
    private let loss: KnownVoxelLoss
    private let optimiser: Optimiser
    private let lowPrecision: Bool

    /// - Parameter round: 0 before any relabelling; its steps and positive weights differ from later rounds'.
    public init(
        _ plan: NetworkPlan, settings: LearningSettings, sampler: Sampler, round: Int, start: TrainingStart = .fresh
    ) throws {
        (self.settings, self.sampler, self.round) = (settings, sampler, round)
        steps = round == 0 ? settings.initialSteps : settings.roundSteps
        network = try UNet(plan, seed: UInt64(settings.seed))
        optimiser = try Optimiser(settings.optimiser == .adam ? .adam() : .descent(), network.parameters)
        batch = try sampler.makeBatch()
        loss = try KnownVoxelLoss(
            normalisation: settings.normalisation, diceWeight: settings.diceWeight,
            positiveWeights: round == 0 ? sampler.positiveWeights() : nil, dimensions: plan.dimensions)
        lowPrecision = settings.usesBFloat16
        switch start {
        case .fresh: break
        case .weights(let checkpoint): try network.parameters.load { checkpoint[$0] }
        case .resume(let checkpoint): try resume(checkpoint)
        }
    }

    /// Goes on until the round's steps are done or `stop` is raised, checked between steps.
    ///
    /// - Parameters:
    ///   - checkpoint: called every `checkpointSteps` steps, and at the end of the call, with the state to resume from.
    ///   - event: called after every step, on this thread.
    public func run(
        stop: StopFlag = StopFlag(), checkpoint: (Checkpoint) throws -> Void = { _ in },
        event: (TrainingEvent) throws -> Void = { _ in }
    ) throws -> TrainingOutcome {
        let clock = ContinuousClock()
        let (began, first) = (clock.now, step)
        while step < steps {
            if stop.isRaised {
                try checkpoint(try self.checkpoint())
                return .stopped(step: step)
            }
            let (value, shares) = try takeStep()
            let seconds = (clock.now - began) / .seconds(1)
            try event(
                TrainingEvent(
                    round: round, step: step, steps: steps, loss: value, shares: shares,
                    stepsPerSecond: Double(step - first) / max(seconds, 1e-9)))
            if step < steps, step % settings.checkpointSteps == 0 { try checkpoint(try self.checkpoint()) }
        }
        try checkpoint(try self.checkpoint())
        return .finished
    }

    /// One optimisation step; returns the loss and its shares.
    func takeStep() throws -> (loss: Double, shares: [Double]) {
        try sampler.fill(batch, round: round, step: step)
        network.parameters.clearGradients()
        let logits = try Torch.withBFloat16(lowPrecision) { try network(batch.image) }
        let loss = try self.loss(logits, batch)
        try loss.total.backward()
        let value = try loss.total.scalar()
        guard value.isFinite else { throw LearningError.diverged(step: step) }
        try optimiser.step(learningRate: learningRate)
        step += 1
        return (value, loss.shares)
    }

    /// Weights, optimiser and position; bytes that differ only where the state does.
    public func checkpoint() throws -> Checkpoint {
        var metadata = network.plan.metadata
        metadata["training.round"] = String(round)
        metadata["training.step"] = String(step)
        metadata["training.steps"] = String(steps)
        metadata["training.seed"] = String(settings.seed)
        metadata["training.libtorch"] = Torch.version
        return Checkpoint(metadata: metadata, tensors: try network.parameters.export() + optimiser.export())
    }

    private func resume(_ checkpoint: Checkpoint) throws {
        let metadata = checkpoint.metadata
        guard metadata["training.round"] == String(round), metadata["training.seed"] == String(settings.seed),
            metadata["training.steps"] == String(steps), try NetworkPlan(checkpoint) == network.plan,
            let step = metadata["training.step"].flatMap(Int.init), (0...steps).contains(step)
        else {
            throw LearningError.unfittingCheckpoint(
                problem: "its network, round, seed or number of steps is another one")
        }
        try network.parameters.load { checkpoint[$0] }
        try optimiser.load(steps: step) { checkpoint[$0] }
        self.step = step
    }

    private var learningRate: Double {
        switch settings.learningRateSchedule {
        case .constant: settings.learningRate
        case .polynomial: settings.learningRate * power(1 - Double(step) / Double(steps), 0.9)
        }
    }
}

extension LearningSettings {
    /// Whether convolutions run in bfloat16 on this machine.
    var usesBFloat16: Bool {
        switch precision {
        case .float32: false
        case .bfloat16: true
        case .auto: Torch.hasFastBFloat16
        }
    }
}
