internal import Batches
internal import Domain
public import Plans
internal import System

/// Measures a training as a run makes it: batches are filled on threads of their own while steps are taken.
public struct TrainingBenchmark: Hashable, Sendable {
    public let plan: NetworkPlan
    public let settings: LearningSettings

    /// - Precondition: settings of the plan's network, with cubic patches.
    public init(plan: NetworkPlan, settings: LearningSettings) {
        precondition(
            settings.dimensions == plan.dimensions && settings.widths == plan.widths, "settings of the network")
        (self.plan, self.settings) = (plan, settings)
    }

    public struct Result: Hashable, Sendable {
        /// Seconds of each step after the warm-up, and the part of it in which the step waited for its batch.
        public let steps, waits: [Double]
        /// Threads that filled batches.
        public let loaders: Int
        /// The most bytes that the process has held in memory.
        public let peakBytes: Int?

        public var medianSeconds: Double { steps.sorted()[steps.count / 2] }
        /// The waiting in the time of all steps, 0 to 1.
        public var waitShare: Double { waits.reduce(0, +) / steps.reduce(0, +) }
    }

    /// Blocks; to be run on a `TensorThread` whose number of threads is set.
    ///
    /// - Precondition: at least one step.
    public func run(steps: Int, warmUp: Int = 2) throws -> Result {
        precondition(steps > 0, "at least one step")
        let sampler = try Sampler(
            [.forBenchmark(edge: settings.patch[0], organs: plan.organs.count)], settings: settings,
            rule: KnownVoxelRule(organCount: plan.organs.count, exclusions: []))
        let recipe = RoundRecipe(
            round: 0, isFresh: true, seed: 1, steps: warmUp + steps, learningRate: 1e-3, pseudoWeight: 0.5,
            confidence: .probability, confidenceSteps: 1)
        let trainer = try Trainer(
            plan, recipe: recipe, settings: settings,
            origin: TrainingOrigin(configuration: "", revision: 0, program: ""), sampler: sampler)
        var events: [TrainingEvent] = []
        _ = try trainer.run(event: { events.append($0) })
        let measured = events.dropFirst(warmUp)
        return Result(
            steps: measured.map { $0.duration / .seconds(1) }, waits: measured.map { $0.loaderWait / .seconds(1) },
            loaders: settings.loaderThreads, peakBytes: Memory.peak)
    }
}
