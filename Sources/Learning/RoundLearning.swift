public import Batches
public import Domain
public import Plans
public import Tensors

/// What a round learns with, beside its data. The networks that it makes belong on one `TensorThread`.
public struct RoundLearning: Sendable {
    public let plan: NetworkPlan
    public let recipe: RoundRecipe
    public let settings: LearningSettings
    public let origin: TrainingOrigin
    public let rule: KnownVoxelRule
    /// For flips from left to right.
    public let mirror: ChannelMirror

    public init(
        _ plan: NetworkPlan, recipe: RoundRecipe, settings: LearningSettings, origin: TrainingOrigin,
        rule: KnownVoxelRule, mirror: ChannelMirror
    ) {
        (self.plan, self.recipe, self.settings) = (plan, recipe, settings)
        (self.origin, self.rule, self.mirror) = (origin, rule, mirror)
    }

    /// - Parameter rank, ranks: which of the processes that train together this is, each on its part of every batch.
    /// - Throws: `BatchError.nothingToLearn`.
    public func sampler(_ data: TrainingData, rank: Int = 0, ranks: Int = 1) throws -> Sampler {
        try Sampler(
            data, organs: plan.organs.count, settings: settings, mirror: mirror, rank: rank, ranks: ranks)
    }

    /// - Parameters:
    ///   - sampler: of this process's part of each batch.
    ///   - group: the processes that train together.
    /// - Throws: `LearningError` for a checkpoint that does not fit, and `TensorError`.
    public func trainer(
        _ sampler: Sampler, from start: TrainingStart, in group: ProcessGroup? = nil
    ) throws -> Trainer {
        try Trainer(
            plan, recipe: recipe, settings: settings, origin: origin, sampler: sampler, start: start, group: group)
    }

    /// Fits the confidence head under a network. Blocks.
    ///
    /// - Parameters:
    ///   - sampler: of the split's confidence part, or else of training.
    ///   - step: called after every step; an error ends the fit.
    public func fitHead(
        under network: Checkpoint, _ sampler: Sampler, step: () throws -> Void
    ) throws -> Checkpoint {
        let trainer = try ConfidenceTrainer(
            try UNet(network, device: try settings.usedDevice()), recipe: recipe, settings: settings, sampler: sampler)
        try trainer.run { _, _ in try step() }
        return try trainer.checkpoint(origin)
    }
}
