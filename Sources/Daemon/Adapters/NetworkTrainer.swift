internal import Catalog
internal import Learning
internal import Rounds

/// Trains the network of one round: with libtorch in this process, or by an outside program. Whatever comes of it is stored by the caller.
protocol NetworkTrainer: Sendable {
    /// - Throws: `CheckpointDamage` for bytes that this trainer cannot have written.
    func requireReadable(_ checkpoint: [UInt8]) async throws

    /// Trains until the round's steps are done, a plateau is reached, or `work.context.isStopping`.
    ///
    /// - Parameter report: takes what happens, in order; must return at once.
    /// - Returns: nil where it was stopped.
    /// - Throws: `RoundsError.unrecoverable` for a cause that a repetition cannot remove.
    func train(_ work: NetworkTraining, report: @escaping @Sendable (TrainingSignal) -> Void) async throws
        -> TrainingEnding?
}

/// What is to be trained.
struct NetworkTraining: Sendable {
    let context: RoundContext
    /// Those that the round before published.
    let pseudo: [RoundLabel]
    let start: Start

    enum Start: Sendable {
        case fresh
        /// The checkpoint of another round, whose weights are taken.
        case weights([UInt8])
        /// The newest checkpoint of this round, of so many steps.
        case resume([UInt8], step: Int)
    }
}

/// A step of a training.
struct TrainingStep: Sendable {
    /// Steps done, of those of the round.
    let step, steps: Int
    /// The mean of the steps since it was last read; nil where it was not read.
    let loss: MeanLoss?
    let time: StepTime
}

/// A message of a training while it runs.
enum TrainingSignal: Sendable {
    /// Volumes that are there, of those that are needed.
    case prepared(done: Int, total: Int)
    case step(TrainingStep)
    case validated(RoundValidation)
    /// `bytes` are asked for where they are stored.
    case checkpoint(bytes: @Sendable () throws -> [UInt8], step: Int)
}

/// Why the bytes of a checkpoint cannot be used.
struct CheckpointDamage: Error {
    let problem: String
}
