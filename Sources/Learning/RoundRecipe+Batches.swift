public import Batches
public import Plans

extension RoundRecipe {
    /// Of the batches that the network learns from.
    public var course: Sampler.Course { Sampler.Course(seed: seed, round: round) }

    /// Of those that the confidence head learns from, which differ from the network's.
    public var confidenceCourse: Sampler.Course { Sampler.Course(seed: seed, round: (1 << 20) + round) }

    /// The numbers of the batches that the steps from `step` on take.
    public func batches(from step: Int, _ settings: LearningSettings) -> Range<Int> {
        step * settings.accumulation..<steps * settings.accumulation
    }
}
