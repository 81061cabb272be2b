public import Domain
public import Plans
public import Tensors

/// What a round learns with, beside its cases. The networks that it makes belong on one `TensorThread`.
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

    /// - Throws: `LearningError` for cases or a checkpoint that do not fit, and `TensorError`.
    public func trainer(_ cases: [TrainingCase], from start: TrainingStart) throws -> Trainer {
        let sampler = try Sampler(
            cases, plan: plan, settings: settings, rule: rule, pseudoWeight: recipe.pseudoWeight)
        return try Trainer(
            plan, recipe: recipe, settings: settings, origin: origin, sampler: sampler, start: start)
    }

    /// Fits the confidence head under a network. Blocks.
    ///
    /// - Parameters:
    ///   - cases: of the split's confidence part, or else those of training.
    ///   - step: called after every step; an error ends the fit.
    public func fitHead(
        under network: Checkpoint, _ cases: [TrainingCase], step: () throws -> Void
    ) throws -> Checkpoint {
        let sampler = try Sampler(cases, plan: plan, settings: settings, rule: rule)
        let trainer = try ConfidenceTrainer(
            try UNet(network), recipe: recipe, settings: settings, sampler: sampler)
        try trainer.run { _, _ in try step() }
        return try trainer.checkpoint(origin)
    }
}
