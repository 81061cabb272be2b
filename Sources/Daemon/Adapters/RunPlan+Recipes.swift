internal import Learning
internal import Plans
internal import Rounds

extension RunPlan {
    /// What a round of this plan learns.
    func recipe(ofRound round: Int) -> RoundRecipe {
        RoundRecipe(
            round: round, seed: UInt64(seed), steps: steps(inRound: round), confidence: confidence,
            confidenceSteps: confidenceSteps)
    }

    /// What a round of this plan accepts of its predictions.
    func recipe(of relabelling: Relabelling) -> RelabellingRecipe {
        RelabellingRecipe(
            organs: Set(organs.indices.filter { relabelling.organs.contains(organs[$0]) }), gamma: relabelling.gamma,
            confidentNegatives: relabelling.confidentNegatives,
            minimumConfidence: minimumConfidence)
    }
}
