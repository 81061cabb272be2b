public import Plans

/// A condition that an organ must fulfil before its labels are published.
public enum OrganGuard: String, Sendable, Hashable, CaseIterable, Codable {
    /// Training volumes in which the organ is annotated.
    case annotatedVolumes
    /// Predicted over annotated voxels on validation volumes.
    case volumeRatio
    /// Mean Dice on validation volumes.
    case dice
    /// Validation volumes with a Dice.
    case validationVolumes
    /// By how much the mean Dice is below that of the round before, on the validation volumes of both.
    case diceLoss
}

/// What became of a guard.
public enum OrganGuardOutcome: String, Sendable, Hashable, CaseIterable, Codable {
    case passed, failed
    /// There are too few validation volumes to decide.
    case undecided
}

/// A guard of an organ with its figures.
public struct GuardResult: Sendable, Hashable, Codable {
    public let kind: OrganGuard
    /// Nil where nothing was measured.
    public let value: Double?
    /// The value up to which, or from which on, it passes.
    public let limit: Double
    public let outcome: OrganGuardOutcome
    /// Why the organ is withheld because of it; nil where it is not.
    public let reason: WithholdingReason?
}

extension OrganEvaluation {
    /// The guards that a plan sets, in the order of `OrganGuard`. A Dice is required only where the plan has a minimum.
    public func guards(_ plan: RunPlan) -> [GuardResult] {
        let basic = [annotations(plan)] + ratio(plan)
        return plan.minimumDice > 0 ? basic + [minimum(plan), decidability(plan)] + loss(plan) : basic
    }

    private func annotations(_ plan: RunPlan) -> GuardResult {
        let isEnough = annotatedVolumes >= plan.minimumAnnotatedVolumes
        return GuardResult(
            kind: .annotatedVolumes, value: Double(annotatedVolumes), limit: Double(plan.minimumAnnotatedVolumes),
            outcome: isEnough ? .passed : .failed, reason: isEnough ? nil : .fewAnnotations)
    }

    private func ratio(_ plan: RunPlan) -> [GuardResult] {
        guard let volumeRatio else { return [] }
        let isLarge = volumeRatio > plan.guardRatio
        let isSmall = volumeRatio < 1 / plan.guardRatio
        return [
            GuardResult(
                kind: .volumeRatio, value: volumeRatio, limit: volumeRatio < 1 ? 1 / plan.guardRatio : plan.guardRatio,
                outcome: isLarge || isSmall ? .failed : .passed,
                reason: isLarge ? .flooding : isSmall ? .vanishing : nil)
        ]
    }

    private func decidability(_ plan: RunPlan) -> GuardResult {
        let isEnough = diceVolumes >= plan.minimumValidationVolumes
        return GuardResult(
            kind: .validationVolumes, value: Double(diceVolumes), limit: Double(plan.minimumValidationVolumes),
            outcome: isEnough ? .passed : .undecided,
            reason: isEnough || plan.publishUndecided ? nil : .fewValidationVolumes)
    }

    private func minimum(_ plan: RunPlan) -> GuardResult {
        guard let dice else {
            return GuardResult(
                kind: .dice, value: nil, limit: plan.minimumDice, outcome: .undecided,
                reason: plan.publishUndecided ? nil : .unknownDice)
        }
        let passes = dice >= plan.minimumDice
        return GuardResult(
            kind: .dice, value: dice, limit: plan.minimumDice, outcome: passes ? .passed : .failed,
            reason: passes ? nil : .lowDice)
    }

    private func loss(_ plan: RunPlan) -> [GuardResult] {
        guard let diceLoss else { return [] }
        let passes = diceLoss.mean <= plan.maximumDiceLoss
        let isDecided = diceLoss.volumes >= plan.minimumValidationVolumes
        return [
            GuardResult(
                kind: .diceLoss, value: diceLoss.mean, limit: plan.maximumDiceLoss,
                outcome: passes ? .passed : isDecided ? .failed : .undecided,
                reason: passes || (!isDecided && plan.publishUndecided) ? nil : .diceLoss)
        ]
    }
}
