internal import Catalog
internal import Domain
internal import Learning
internal import Plans
internal import Rounds
internal import Synchronization
internal import System
internal import Trainers

/// Trains by an outside program.
struct OutsideNetworkTrainer: NetworkTrainer {
    let trainer: OutsideTrainer
    let library: CaseLibrary
    let rule: KnownVoxelRule

    /// Known to the program alone.
    func requireReadable(_ checkpoint: [UInt8]) async throws {
        if checkpoint.isEmpty { throw CheckpointDamage(problem: "the checkpoint is empty") }
    }

    func train(_ work: NetworkTraining, report: @escaping @Sendable (TrainingSignal) -> Void) async throws
        -> TrainingEnding?
    {
        let context = work.context
        let files = try await library.trainingFiles(
            in: .train, rule, pseudo: work.pseudo, progress: { report(.prepared(done: $0, total: $1)) },
            checkStop: { try context.checkStop() })
        defer { withExtendedLifetime(files) {} }  // the files stay in the cache while the program runs
        let course = TrainingCourse(
            steps: context.plan.steps(inRound: context.round.number), start: work.start, report: report)
        do {
            return try await trainer.run(
                { try makeJob(work, files, $0) }, isStopping: context.isStopping,
                progress: { progress, folder in try course.take(progress, in: folder) }
            ) { ending, _ in
                switch ending {
                case .done: try course.finish()
                case .stopped: nil
                }
            }
        } catch let error as TrainerError where !error.isTransient {
            throw RoundsError.unrecoverable(reason: error.description)
        }
    }

    private func makeJob(_ work: NetworkTraining, _ files: TrainingFiles, _ folder: JobFolder) throws -> TrainerJob {
        let (plan, number) = (work.context.plan, work.context.round.number)
        let checkpoints = try folder.makeFolder(TrainingCourse.checkpoints)
        let names = library.organs.map(\.rawValue)
        return TrainerJob(
            stage: .train, run: plan.name, round: number, seed: plan.seed, organs: names,
            exclusions: rule.exclusions(of: library.organs),
            composites: files.compositeSets.map { $0.map { names[$0] } }, cases: files.cases,
            training: TrainerJob.Training(
                steps: plan.steps(inRound: number), pseudoWeight: plan.pseudoWeight,
                missingAsBackground: library.settings.missingAsBackground, start: try work.start.file(in: folder),
                checkpoints: checkpoints))
    }
}

extension NetworkTraining.Start {
    /// As a file that an outside program reads; nil for new weights.
    func file(in folder: JobFolder) throws -> TrainerJob.Start? {
        switch self {
        case .fresh: nil
        case .weights(let bytes):
            TrainerJob.Start(kind: .weights, checkpoint: try folder.write(bytes, to: "start.checkpoint"), step: 0)
        case .resume(let bytes, let step):
            TrainerJob.Start(kind: .resume, checkpoint: try folder.write(bytes, to: "start.checkpoint"), step: step)
        }
    }
}

/// What an outside program has reported of a training.
final class TrainingCourse: Sendable {
    static let checkpoints = "checkpoints"

    private struct State {
        var step: Int
        var stored: Int
        var last = ContinuousClock.now
    }

    private let steps: Int
    private let report: @Sendable (TrainingSignal) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - steps: of the whole round.
    ///   - report: takes steps and checkpoints, in order.
    init(steps: Int, start: NetworkTraining.Start, report: @escaping @Sendable (TrainingSignal) -> Void) {
        let first = if case .resume(_, let step) = start { step } else { 0 }
        (self.steps, self.report) = (steps, report)
        state = Mutex(State(step: first, stored: first))
    }

    /// Reports a step, and a checkpoint with the bytes of its file, which is removed.
    ///
    /// - Throws: `TrainerError`.
    func take(_ progress: TrainerProgress, in folder: JobFolder) throws {
        let line = "step \(progress.step) of \(progress.steps)"
        try state.withLock { state in
            guard progress.steps == steps else {
                throw TrainerError.progress(line: line, problem: "is not of the \(steps) steps of the job")
            }
            guard progress.step >= state.step else {
                throw TrainerError.progress(line: line, problem: "comes after step \(state.step)")
            }
            state.step = progress.step
            if let loss = progress.loss {
                let now = ContinuousClock.now
                let time = StepTime(duration: now - state.last)
                report(
                    .step(
                        TrainingStep(
                            step: progress.step, steps: steps, loss: MeanLoss(value: loss, steps: 1), time: time)))
                state.last = now
            }
            if let name = progress.checkpoint { try store(name, &state, folder) }
        }
    }

    /// A checkpoint of a step of which there is one already, as a program may write when it is asked to end, says nothing new.
    private func store(_ name: String, _ state: inout State, _ folder: JobFolder) throws {
        let bytes = try folder.takeCheckpoint(name, from: Self.checkpoints)
        guard state.step > state.stored else { return }
        state.stored = state.step
        report(.checkpoint(bytes: { bytes }, step: state.step))
    }

    /// - Throws: `TrainerError.incomplete` where the checkpoint of the last step is missing.
    func finish() throws -> TrainingEnding {
        let stored = state.withLock { $0.stored }
        guard stored == steps else { throw TrainerError.incomplete(step: stored, steps: steps) }
        return .steps
    }
}
