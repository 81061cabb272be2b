internal import Glibc
package import Plans

/// The learning rate of each step of a round as a share of the initial one.
package struct LearningRateCourse {
    private let schedule: LearningRateSchedule
    private let warmUpSteps, steps: Int

    package init(_ settings: LearningSettings, steps: Int) {
        (schedule, warmUpSteps, self.steps) = (settings.learningRateSchedule, settings.warmUpSteps, steps)
    }

    /// - Parameter step: steps that are done, from 0 on.
    package func share(after step: Int) -> Double {
        let warmth = warmUpSteps > 0 ? min(1, Double(step + 1) / Double(warmUpSteps)) : 1
        let progress = Double(step) / Double(steps)
        switch schedule {
        case .constant: return warmth
        case .polynomial: return warmth * power(1 - progress, 0.9)
        case .cosine: return warmth * (1 + cos(.pi * progress)) / 2
        }
    }
}
