internal import Domain
internal import Imaging
internal import Learning
internal import Phantoms
internal import Plans
internal import Synchronization
internal import System
internal import Trainers

/// Tests whether an outside program keeps to `docs/outside-trainers.md`, on phantoms, without a catalogue.
struct TrainerCheck: Sendable {
    /// What was tested.
    enum Test: String, CaseIterable, Sendable {
        /// A training from new weights.
        case train
        /// A training from the weights of another round, with pseudo labels.
        case start = "start from weights"
        /// A training that gets SIGTERM after its first step.
        case stop
        /// The same training, continued from the checkpoint that it stored then.
        case resume
        /// The logits of two volumes of different shapes.
        case predict
    }

    struct Result: Sendable {
        let test: Test
        /// Nil where the program conforms, or was not tested.
        let problem: String?
        /// Why it was not tested.
        var skipped: String?
        let seconds: Double
    }

    private let trainer: OutsideTrainer
    private let steps: Int
    private let cases: PhantomFiles

    /// - Parameters:
    ///   - steps: of each training.
    ///   - folder: for everything that the test writes, removed afterwards by the caller.
    init(_ command: TrainerCommand, steps: Int, in folder: String) throws {
        (trainer, self.steps) = (OutsideTrainer(command, jobs: "\(folder)/jobs"), steps)
        cases = try PhantomFiles(in: "\(folder)/cache")
    }

    /// Runs the tests in their order. One that needs what an earlier one did not give is skipped.
    ///
    /// - Parameter isStopping: ends the running program.
    /// - Throws: `CancellationError`.
    func run(
        isStopping: @escaping @Sendable () -> Bool, report: (Result) -> Void
    ) async throws {
        let checkpoints = FoundCheckpoints()
        for test in Test.allCases {
            let start = ContinuousClock.now
            var (problem, skipped) = (String?.none, checkpoints.obstacle(to: test, steps: steps))
            if skipped == nil {
                do {
                    try await run(test, checkpoints, isStopping)
                } catch let error as TrainerError {
                    problem = error.problem
                }
            }
            if isStopping() { throw CancellationError() }
            report(
                Result(
                    test: test, problem: problem, skipped: skipped,
                    seconds: (ContinuousClock.now - start) / .seconds(1)))
        }
    }

    private func run(_ test: Test, _ found: FoundCheckpoints, _ isStopping: @escaping @Sendable () -> Bool) async throws
    {
        switch test {
        case .train: found.trained = try await train(nil, isStopping)
        case .start:
            _ = try await train(found.trained.map { .weights($0.bytes) } ?? .fresh, round: 1, isStopping)
        case .stop: found.stopped = try await stop(isStopping)
        case .resume:
            _ = try await train(found.stopped.map { .resume($0.bytes, step: $0.step) } ?? .fresh, isStopping)
        case .predict: try await predict(found.trained?.bytes ?? [], isStopping)
        }
    }

    // MARK: - Tests

    private func train(
        _ start: NetworkTraining.Start?, round: Int = 0, _ isStopping: @escaping @Sendable () -> Bool
    ) async throws -> TrainedCheckpoint? {
        let last = LastCheckpoint()
        let course = TrainingCourse(steps: steps, start: start ?? .fresh, report: last.take)
        try await trainer.run(
            { try job(start ?? .fresh, round, $0) }, isStopping: isStopping, progress: { try course.take($0, in: $1) }
        ) { ending, _ in if ending == .done { _ = try course.finish() } }
        return last.value
    }

    /// Asks the program to stop after its first step.
    private func stop(_ isStopping: @escaping @Sendable () -> Bool) async throws -> TrainedCheckpoint {
        let (last, first) = (LastCheckpoint(), StopFlag())
        let course = TrainingCourse(steps: steps, start: .fresh, report: last.take)
        let grace = trainer.command.grace
        try await trainer.run(
            { try job(.fresh, 0, $0) }, isStopping: { isStopping() || first.isRaised },
            progress: { progress, folder in
                try course.take(progress, in: folder)
                if progress.step > 0 { first.raise() }
            }
        ) { ending, _ in
            if case .stopped(isKilled: true) = ending {
                throw TrainerError.deaf(seconds: grace)
            }
        }
        guard let checkpoint = last.value else {
            throw TrainerError.checkpoint(name: "after SIGTERM", problem: "is missing: none was reported")
        }
        return checkpoint
    }

    private func predict(_ checkpoint: [UInt8], _ isStopping: @escaping @Sendable () -> Bool) async throws {
        try await trainer.run(
            { folder in
                var job = try job(.fresh, 0, folder)
                (job.stage, job.training) = (.predict, nil)
                job.checkpoint = try folder.write(checkpoint, to: "round.checkpoint")
                for i in job.cases.indices {
                    job.cases[i].labels = nil
                    job.cases[i].logits = "\(folder.path)/\(job.cases[i].volume).logits"
                }
                return job
            }, isStopping: isStopping
        ) { ending, job in
            guard ending == .done else { return }
            for item in job.cases { try Self.read(item, organs: job.organs.count) }
        }
    }

    private static func read(_ item: TrainerJob.Case, organs: Int) throws {
        let shape = GridShape(item.shape[0], item.shape[1], item.shape[2])
        let file = try LogitsFile(
            item.logits ?? "", volume: item.volume, shape: shape, organs: organs,
            stepsPerLogit: Prediction.stepsPerLogit)
        for z in 0..<shape.z { _ = try file.slice(z, volume: item.volume) }
    }

    private func job(_ start: NetworkTraining.Start, _ round: Int, _ folder: JobFolder) throws -> TrainerJob {
        TrainerJob(
            stage: .train, run: "check", round: round, seed: 1, organs: cases.organs.map(\.rawValue),
            exclusions: cases.rule.exclusions(of: cases.organs), composites: cases.composites,
            cases: round == 0 ? cases.annotated : cases.withPseudo,
            training: TrainerJob.Training(
                steps: steps, pseudoWeight: 0.5, missingAsBackground: false, start: try start.file(in: folder),
                checkpoints: try folder.makeFolder(TrainingCourse.checkpoints)))
    }
}

/// What the trainings of a test stored.
private final class FoundCheckpoints {
    var trained, stopped: TrainedCheckpoint?

    /// Why a test cannot be run; nil where it can.
    func obstacle(to test: TrainerCheck.Test, steps: Int) -> String? {
        switch test {
        case .train, .stop: nil
        case .start, .predict: trained == nil ? "there is no checkpoint of a whole training" : nil
        case .resume:
            if let stopped {
                stopped.step < steps ? nil : "the training ended before SIGTERM; give more --steps"
            } else {
                "there is no checkpoint of a stopped training"
            }
        }
    }
}

/// A checkpoint of a training.
private struct TrainedCheckpoint: Sendable {
    let bytes: [UInt8]
    let step: Int
}

/// The last checkpoint that was reported.
private final class LastCheckpoint: Sendable {
    private let found = Mutex<TrainedCheckpoint?>(nil)

    var value: TrainedCheckpoint? { found.withLock { $0 } }

    @Sendable func take(_ signal: TrainingSignal) {
        guard case .checkpoint(let bytes, let step) = signal, let bytes = try? bytes() else { return }
        found.withLock { $0 = TrainedCheckpoint(bytes: bytes, step: step) }
    }
}
