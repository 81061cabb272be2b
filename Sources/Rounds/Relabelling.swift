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

    /// The reason as a phrase within a sentence.
    public var explanation: String {
        switch self {
        case .fewAnnotations: "annotated in too few training volumes"
        case .flooding: "predicted far larger than annotated"
        case .vanishing: "predicted far smaller than annotated"
        case .lowDice: "predicted with a Dice below run.minimumDice on validation volumes"
        case .unknownDice: "annotated in no validation volume, so that its Dice is unknown"
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
    /// The other organs of the plan, each with its reason. The publication of this round withdraws their earlier labels.
    public let withheld: [String: WithholdingReason]

    /// - Precondition: `round` is not the plan's last.
    public init(plan: RunPlan, round: Int, evaluation: Evaluation) {
        guard let gamma = plan.gamma(ofRound: round) else { preconditionFailure("the last round relabels nothing") }
        var withheld: [String: WithholdingReason] = [:]
        for organ in plan.organs {
            withheld[organ] = Self.withholdingReason(evaluation.organs[organ], plan: plan)
        }
        self.gamma = gamma
        confidentNegatives = plan.confidentNegatives(ofRound: round)
        organs = plan.organs.filter { withheld[$0] == nil }
        self.withheld = withheld
    }

    /// An organ without an annotated validation volume has neither Dice nor volume ratio; it is relabelled only where the plan
    /// requires no Dice.
    private static func withholdingReason(_ organ: OrganEvaluation?, plan: RunPlan) -> WithholdingReason? {
        guard let organ, organ.annotatedVolumes >= plan.minimumAnnotatedVolumes else { return .fewAnnotations }
        if let ratio = organ.volumeRatio {
            if ratio > plan.guardRatio { return .flooding }
            if ratio < 1 / plan.guardRatio { return .vanishing }
        }
        guard plan.minimumDice > 0 else { return nil }
        guard let dice = organ.dice else { return .unknownDice }
        return dice < plan.minimumDice ? .lowDice : nil
    }
}
