public import Plans

/// Why an organ is withheld in a round: learned, but not relabelled.
public enum WithholdingReason: String, Sendable, Hashable, CaseIterable, Codable {
    /// Annotated in fewer training volumes than the plan requires.
    case fewAnnotations
    /// Predicted far larger than annotated on the validation volumes.
    case flooding
    /// Predicted far smaller than annotated on the validation volumes.
    case vanishing
    /// Predicted with a smaller mean Dice on the validation volumes than the plan requires.
    case lowDice
    /// Annotated in no validation volume, so that its Dice is unknown.
    case unknownDice
    /// Annotated in fewer validation volumes than a decision takes.
    case fewValidationVolumes
    /// Predicted worse than by the round before.
    case diceLoss

    /// The reason as a phrase within a sentence.
    public var explanation: String {
        switch self {
        case .fewAnnotations: "annotated in too few training volumes"
        case .flooding: "predicted far larger than annotated"
        case .vanishing: "predicted far smaller than annotated"
        case .lowDice: "predicted with a Dice below run.minimumDice on validation volumes"
        case .unknownDice: "annotated in no validation volume, so that its Dice is unknown"
        case .fewValidationVolumes: "annotated in too few validation volumes to decide"
        case .diceLoss: "predicted worse than by the round before"
        }
    }
}

/// What a round relabels. It follows from the plan and the round's validation results alone and is stored before relabelling
/// begins.
public struct Relabelling: Sendable, Hashable, Codable {
    /// Accepted share of the ranked positives, in (0, 1].
    public let gamma: Double
    /// Accepted share of the predicted negatives, in [0, 1).
    public let confidentNegatives: Double
    /// Keys of the organs relabelled, in the plan's order.
    public let organs: [String]
    /// The other organs of the plan, each with its reason. They keep the labels that they have.
    public let withheld: [String: WithholdingReason]
    /// The guards of each organ with their figures.
    public let guards: [String: [GuardResult]]

    /// - Precondition: `round` is not the plan's last.
    public init(plan: RunPlan, round: Int, evaluation: Evaluation) {
        guard let gamma = plan.gamma(ofRound: round) else { preconditionFailure("the last round relabels nothing") }
        let none = OrganEvaluation(dice: nil, volumeRatio: nil, validationVolumes: 0, annotatedVolumes: 0)
        guards = Dictionary(
            uniqueKeysWithValues: plan.organs.map { ($0, (evaluation.organs[$0] ?? none).guards(plan)) })
        let withheld = guards.compactMapValues { $0.lazy.compactMap(\.reason).first }
        self.gamma = gamma
        confidentNegatives = plan.confidentNegatives(ofRound: round)
        organs = plan.organs.filter { withheld[$0] == nil }
        self.withheld = withheld
    }
}
