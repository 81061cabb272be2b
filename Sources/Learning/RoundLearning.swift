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

    public init(
        _ plan: NetworkPlan, recipe: RoundRecipe, settings: LearningSettings, origin: TrainingOrigin,
        rule: KnownVoxelRule
    ) {
        (self.plan, self.recipe, self.settings) = (plan, recipe, settings)
        (self.origin, self.rule) = (origin, rule)
    }

    /// - Throws: `LearningError` for data or a checkpoint that do not fit, and `TensorError`.
    public func trainer(_ data: TrainingData, from start: TrainingStart) throws -> Trainer {
        let sampler = try Sampler(data, plan: plan, settings: settings, pseudoWeight: recipe.pseudoWeight)
        return try Trainer(
            plan, recipe: recipe, settings: settings, origin: origin, sampler: sampler, start: start)
    }

    /// Fits the confidence head under a network. Blocks.
    ///
    /// - Parameters:
    ///   - data: of the split's confidence part, or else those of training.
    ///   - step: called after every step; an error ends the fit.
    public func fitHead(
        under network: Checkpoint, _ data: TrainingData, step: () throws -> Void
    ) throws -> Checkpoint {
        let sampler = try Sampler(data, plan: plan, settings: settings)
        let trainer = try ConfidenceTrainer(
            try UNet(network), recipe: recipe, settings: settings, sampler: sampler)
        try trainer.run { _, _ in try step() }
        return try trainer.checkpoint(origin)
    }
}
