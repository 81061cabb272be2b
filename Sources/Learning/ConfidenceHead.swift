public import Plans
public import Tensors

/// A learned confidence in residual form: confidence logit = segmentation logit + correction, where the correction is
/// a small convolutional head on the trunk's last features and starts at zero. After ConfidNet (Corbière et al.,
/// NeurIPS 2019); the residual form is ours (`docs/method.md`, section 3).
public final class ConfidenceHead {
    public let plan: NetworkPlan
    public let width: Int
    public let parameters = Parameters()
    private let first, last: Convolution

    /// - Parameter width: hidden channels.
    public init(_ plan: NetworkPlan, width: Int, seed: UInt64) throws {
        (self.plan, self.width) = (plan, width)
        let root = ParameterScope(parameters, seed: seed)["confidence"]
        first = try Convolution(
            root["0"], dimensions: plan.dimensions, from: plan.widths[0], to: width, kernel: 3)
        last = try Convolution(
            root["1"], dimensions: plan.dimensions, from: width, to: plan.organs.count, kernel: 1,
            constantWeight: 0, constantBias: 0)
    }

    /// The head of a checkpoint made by `checkpoint()`.
    public convenience init(_ checkpoint: Checkpoint) throws {
        guard let width = checkpoint.metadata["confidence.width"].flatMap(Int.init), width > 0 else {
            throw LearningError.unfittingCheckpoint(problem: "it contains no confidence head")
        }
        try self.init(try NetworkPlan(checkpoint), width: width, seed: 0)
        try parameters.load { checkpoint[$0] }
    }

    /// The correction of the logits, [N, organs, (Z,) Y, X].
    public func correction(_ features: Tensor) throws -> Tensor {
        let hidden = try first(features)
        try hidden.applyLeakyReLU(slope: 0.01)
        return try last(hidden)
    }

    /// Weights and network plan, without what they belong to.
    public func checkpoint() throws -> Checkpoint {
        var metadata = plan.metadata
        metadata["confidence.width"] = String(width)
        return Checkpoint(metadata: metadata, tensors: try parameters.export())
    }
}

/// Trains a confidence head under a frozen network, by the squared error to the true class probability (p where the
/// organ is, 1 − p where not) on known voxels with p > 0.1. The result is a function of the recipe and the
/// cases. It is short, so it is restarted instead of resumed. Blocks, on the network's `TensorThread`.
public final class ConfidenceTrainer {
    public let head: ConfidenceHead
    private let network: UNet
    private let recipe: RoundRecipe
    private let settings: LearningSettings
    private let sampler: Sampler
    private let batch: Batch
    private let optimiser: Optimiser

    /// - Parameter sampler: over the cases of the split's confidence part, or else those of training.
    public init(_ network: UNet, recipe: RoundRecipe, settings: LearningSettings, sampler: Sampler) throws {
        (self.network, self.recipe, self.settings, self.sampler) = (network, recipe, settings, sampler)
        head = try ConfidenceHead(network.plan, width: settings.confidenceWidth, seed: recipe.seed)
        batch = try sampler.makeBatch()
        optimiser = try Optimiser(.adam, head.parameters)
    }

    /// Takes `recipe.confidenceSteps` steps.
    ///
    /// - Parameter event: called after every step with the number of steps done and the loss; an error ends the training.
    public func run(event: (_ step: Int, _ loss: Double) throws -> Void = { _, _ in }) throws {
        for step in 0..<recipe.confidenceSteps {
            try sampler.fill(batch, seed: recipe.seed, round: Self.firstRound + recipe.round, step: step)
            let loss = try takeStep()
            guard loss.isFinite else { throw LearningError.diverged(step: step) }
            try event(step + 1, loss)
        }
    }

    /// The head with the round that it belongs to.
    public func checkpoint(_ origin: TrainingOrigin) throws -> Checkpoint {
        var checkpoint = try head.checkpoint()
        checkpoint.record(recipe, settings, origin)
        checkpoint[.steps] = String(recipe.confidenceSteps)
        checkpoint[.step] = checkpoint[.steps]
        return checkpoint
    }

    /// Offset of the round in the random key, so that the batches differ from those of the network.
    private static let firstRound = 1 << 20

    private func takeStep() throws -> Double {
        let (features, logits) = try Torch.withoutGradients {
            try Torch.withBFloat16(settings.usesBFloat16) {
                let features = try network.features(batch.image)
                return (features, try network.logits(fromFeatures: features))
            }
        }
        let (truth, mask) = try targets(try logits.float32())
        head.parameters.clearGradients()
        let confidence = try (try logits.float32() + head.correction(try features.float32())).sigmoid()
        let error = try confidence - truth
        let loss = try (error * error * mask).sum()
        try loss.backward()
        try optimiser.step(learningRate: settings.confidenceLearningRate)
        return try loss.scalar()
    }

    /// The true class probability, and the weight of each voxel: 1 / their number for voxels that count, else 0.
    private func targets(_ logits: Tensor) throws -> (truth: Tensor, mask: Tensor) {
        var probability = try logits.sigmoid().floats()
        var mask = try batch.known.floats()
        let target = try batch.target.floats()
        var count: Float = 0
        for i in mask.indices {
            if probability[i] <= Float(Prediction.candidateProbability) { mask[i] = 0 }
            if target[i] == 0 { probability[i] = 1 - probability[i] }
            count += mask[i]
        }
        let factor = 1 / max(count, 1)
        for i in mask.indices { mask[i] *= factor }
        return (try Tensor(probability, shape: logits.shape), try Tensor(mask, shape: logits.shape))
    }
}
