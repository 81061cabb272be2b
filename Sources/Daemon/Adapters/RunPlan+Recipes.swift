internal import Domain
internal import Learning
internal import Plans
internal import Rounds

extension RunPlan {
    /// What a round of this plan learns.
    func recipe(ofRound round: Int, _ settings: LearningSettings) -> RoundRecipe {
        RoundRecipe(
            round: round, isFresh: round == 0 || student == .fresh, seed: UInt64(seed), steps: steps(inRound: round),
            learningRate: settings.learningRate(inRound: round), pseudoWeight: pseudoWeight, confidence: confidence,
            confidenceSteps: confidenceSteps, validation: validation)
    }

    private var validation: ValidationRecipe? {
        guard validateEvery > 0 else { return nil }
        return ValidationRecipe(
            every: validateEvery, plateau: plateauSteps > 0 ? .init(gain: plateauGain, steps: plateauSteps) : nil)
    }

    /// What a round of this plan accepts of its predictions.
    func recipe(of relabelling: Relabelling) -> RelabellingRecipe {
        RelabellingRecipe(
            organs: Set(organs.indices.filter { relabelling.organs.contains(organs[$0]) }),
            withheld: Set(organs.indices.filter { relabelling.withheld[organs[$0]] != nil }), gamma: relabelling.gamma,
            confidentNegatives: relabelling.confidentNegatives,
            minimumConfidence: minimumConfidence, keepsLargestPart: organsKeptInOnePart)
    }
}
