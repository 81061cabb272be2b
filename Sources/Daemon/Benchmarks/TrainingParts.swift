internal import Batches
internal import Learning
internal import Plans
internal import System
internal import Tensors

/// Batches and steps alone, and together as in a training.
struct TrainingParts: Sendable {
    struct Result: Sendable {
        let step: StepBenchmark.Result
        let batches: BatchBenchmark.Result
        /// Of one batch.
        let batchSeconds: Double
        let together: TrainingBenchmark.Result

        /// Of the step alone in one beside which batches are cut out.
        var share: Double { step.medianSeconds / together.medianSeconds }
    }

    private let settings: LearningSettings
    private let plan: NetworkPlan
    private let threads: Int

    /// - Parameters:
    ///   - settings: of three dimensions, with cubic patches.
    ///   - threads: of libtorch.
    init(_ settings: LearningSettings, organs: [String], threads: Int) {
        (self.settings, self.threads) = (settings, threads)
        plan = settings.plan(organs: organs)
    }

    func run(_ steps: Int) async throws -> Result {
        let (settings, plan) = (settings, plan)
        let batches = BatchBenchmark(
            organs: plan.organs.count, edge: settings.patch[0], batch: settings.batch, threads: settings.loaders,
            settings: settings)
        let alone = try await BlockingWork().run { try batches.run(batches: max(4, steps)) }
        let thread = TensorThread(threads: threads)
        let together = try await thread.run {
            try TrainingBenchmark(plan: plan, settings: settings).run(steps: steps)
        }
        let step = try await thread.run {
            try StepBenchmark(plan: plan, batch: settings.batch, patch: settings.patch)
                .run(steps: steps, precision: settings.precision)
        }
        return Result(
            step: step, batches: alone, batchSeconds: Double(settings.batch) / alone.patchesPerSecond,
            together: together)
    }
}
