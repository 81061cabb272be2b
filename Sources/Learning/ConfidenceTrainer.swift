public import Batches
internal import Domain
public import Plans
public import Tensors

/// Trains a confidence head under a frozen network on the known voxels that it predicts as positive, those that are ranked:
/// by the squared error to the true class probability (p where the organ is, 1 − p where not), or by the cross-entropy to the
/// label. The result is a function of the recipe and the cases. It is short, so it is restarted instead of resumed. Blocks, on
/// the network's `TensorThread`.
public final class ConfidenceTrainer {
    public let head: ConfidenceHead
    private let network: UNet
    private let recipe: RoundRecipe
    private let settings: LearningSettings
    private let sampler: Sampler
    private let optimiser: Optimiser

    /// - Parameter sampler: over the cases of the split's confidence part, or else those of training.
    public init(_ network: UNet, recipe: RoundRecipe, settings: LearningSettings, sampler: Sampler) throws {
        (self.network, self.recipe, self.settings, self.sampler) = (network, recipe, settings, sampler)
        head = try ConfidenceHead(
            network.plan, method: recipe.confidence, width: settings.confidenceWidth, seed: recipe.seed,
            device: network.device)
        optimiser = try Optimiser(.adam, head.parameters)
    }

    /// Takes `recipe.confidenceSteps` steps.
    ///
    /// - Parameter event: called after every step with the number of steps done and the loss; an error ends the training.
    public func run(event: (_ step: Int, _ loss: Double) throws -> Void = { _, _ in }) throws {
        let feed = try BatchFeed(
            sampler, recipe.confidenceCourse, steps: 0..<recipe.confidenceSteps, plan: network.plan, settings: settings)
        for step in 0..<recipe.confidenceSteps {
            let loss = try takeStep(try feed.next().batch)
            guard loss.isFinite else { throw LearningError.diverged(steps: step + 1...step + 1) }
            try event(step + 1, loss)
        }
    }

    /// The head with the round that it belongs to.
    public func checkpoint(_ origin: TrainingOrigin) throws -> Checkpoint {
        var checkpoint = try head.checkpoint()
        checkpoint.record(recipe, settings, origin, on: network.device)
        checkpoint[.steps] = String(recipe.confidenceSteps)
        checkpoint[.step] = checkpoint[.steps]
        return checkpoint
    }

    private func takeStep(_ batch: Batch) throws -> Double {
        let device = network.device
        let image = try batch.image.moved(to: device)
        let (features, logits) = try Torch.withoutGradients {
            try Torch.withBFloat16(settings.usesBFloat16(on: device), on: device) {
                let features = try network.features(image)
                return (features, try network.logits(fromFeatures: features))
            }
        }
        let target = try target(of: try logits.float32(), batch)
        head.parameters.clearGradients()
        let confidence = try head.confidence(features: try features.float32(), logits: logits)
        let loss = try loss(confidence, target)
        try loss.backward()
        try optimiser.step(learningRate: settings.confidenceLearningRate)
        return try loss.scalar()
    }

    private func loss(_ confidence: Tensor, _ target: Target) throws -> Tensor {
        if recipe.confidence == .correctness {
            return try confidence.binaryCrossEntropy(target: target.value, weight: target.weight).sum()
        }
        let error = try confidence.sigmoid() - target.value
        return try (error * error * target.weight).sum()
    }

    /// What the confidence of each voxel should be, and the weight of the voxel: 1 / their number for voxels that count, else 0.
    private struct Target {
        let value, weight: Tensor
    }

    private func target(of logits: Tensor, _ batch: Batch) throws -> Target {
        var value = try logits.sigmoid().floats()
        var weight = Array(repeating: Float(0), count: value.count)
        let isLabel = recipe.confidence == .correctness
        try batch.states.withMutableBytes { states in
            for i in value.indices {
                let isPositive = VoxelKnowledge.truth(states[i]) == VoxelKnowledge.positive
                if value[i] > 0.5 { weight[i] = batch.weight(of: states[i]) }
                value[i] = isLabel ? (isPositive ? 1 : 0) : isPositive ? value[i] : 1 - value[i]
            }
        }
        let count = weight.reduce(0, +)
        let factor = 1 / max(count, 1)
        for i in weight.indices { weight[i] *= factor }
        return Target(
            value: try Tensor(value, shape: logits.shape).moved(to: logits.device),
            weight: try Tensor(weight, shape: logits.shape).moved(to: logits.device))
    }
}
