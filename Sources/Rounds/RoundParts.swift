public import Domain
public import Plans

/// Stores runs durably, under a lease. Every write throws `leaseLost` once another daemon has taken over the run.
public protocol RoundStore: Sendable {
    /// Claims the run of this name and returns its stored rounds. Creates a new run with all rounds planned.
    /// - Throws: `otherPlan` where it exists with another plan, `leaseLost` where another daemon holds it.
    func open(_ plan: RunPlan) async throws -> RunRecord

    /// Stores the action's result and the round's next state in one transaction, as `RoundRecord.applying` defines them.
    /// - Throws: `illegal` where the stored state is no longer `state`.
    func advance(_ run: RunID, round: Int, from state: RoundState, by action: RoundAction) async throws -> RoundRecord

    /// Releases the lease; called once after `open`, also after an error.
    func release(_ run: RunID) async
}

/// Learns weights and confidence. Checkpoints are stored by (run, round), so that a call after a kill continues from the newest
/// one and a repeated call ends with the same weights.
public protocol RoundTrainer: Sendable {
    /// Trains for `plan.steps(inRound:)` steps, or up to the plateau that the plan describes: in round 0 from scratch on known voxels, later from the weights of
    /// `previous` on annotations and published labels as of `round.trainedOn`.
    /// - Returns: the stored weights; nil where it stopped early because of `isStopping`, after storing a checkpoint.
    func train(_ context: RoundContext, observer: any RoundObserver) async throws -> StoredWeights?

    /// Fits the confidence of `round.weights` on the split's confidence part.
    func fitConfidence(_ context: RoundContext, observer: any RoundObserver) async throws -> ConfidenceFit
}

/// Measures `round.weights` on the validation part.
public protocol RoundEvaluator: Sendable {
    func evaluate(_ context: RoundContext, observer: any RoundObserver) async throws -> Evaluation
}

/// Predicts and stages labels, which are not visible until they are published.
public protocol RoundRelabeller: Sendable {
    /// Predicts with `round.weights`, ranks and stages the labels of every volume of the train part that lacks the annotation of an
    /// organ in `round.relabelling`. The labels of a volume are staged in one transaction; a repeated call continues with the
    /// volumes that are not staged.
    /// - Returns: whether all are staged; false where it stopped early because of `isStopping`.
    func relabel(_ context: RoundContext, observer: any RoundObserver) async throws -> Bool
}

/// Makes a round's staged labels visible.
public protocol RoundPublisher: Sendable {
    /// In one transaction under the run's lease: every relabelled organ of the run points at this round, a withheld organ stays
    /// where it was, and the round becomes `published` at one new revision. After a kill all of it is stored, or none.
    func publish(_ context: RoundContext) async throws -> RoundRecord
}

/// Receives the events of a run from the driver and the workers, in order within a round; must return at once.
public protocol RoundObserver: Sendable {
    func observe(_ event: RoundEvent)
}

/// An event of a run.
public enum RoundEvent: Sendable, Hashable {
    /// The run was claimed. `round`: the first that is not closed, nil where all are; `isNew`: no round has begun.
    case opened(run: RunID, round: Int?, isNew: Bool)
    case began(RoundWork, round: Int)
    /// `done` of the `total` volumes that the training of a round needs are in the cache and can be drawn from; steps may be taken meanwhile.
    case prepared(round: Int, done: Int, total: Int)
    /// `step` of `steps` optimiser steps of the round are done. `loss`: the mean of the steps since it was read last; nil where this step
    /// did not read it.
    case step(round: Int, step: Int, steps: Int, loss: Double?, StepTime)
    /// The network was evaluated on the validation part after `step` steps of the round; `dice` is the mean over the organs.
    case validated(round: Int, step: Int, dice: Double?)
    /// A checkpoint is stored from which the round continues after a kill.
    case saved(round: Int, step: Int)
    /// A checkpoint of the round could not be read; the work since the one before is repeated.
    case discarded(round: Int, step: Int, problem: String)
    case trained(round: Int, StoredWeights)
    case confidenceFitted(round: Int, ConfidenceFit)
    case evaluated(round: Int, Evaluation)
    case withheld(round: Int, organ: String, WithholdingReason)
    /// `done` of `total` volumes are staged, `volume` last, or others where it is nil.
    case staged(round: Int, volume: VolumeID?, done: Int, total: Int)
    case published(round: Int, Publication)
    case closed(round: Int)
    case failed(round: Int, reason: String)
    case ended(RunOutcome)
}

/// How long a training step took.
public struct StepTime: Sendable, Hashable {
    public let duration: Duration
    /// The part of it in which the step waited for its batch.
    public let loaderWait: Duration

    public init(duration: Duration = .zero, loaderWait: Duration = .zero) {
        (self.duration, self.loaderWait) = (duration, loaderWait)
    }
}

/// How a call of the driver ended without an error.
public enum RunOutcome: Sendable, Hashable {
    /// Every round is published.
    case finished
    /// It was asked to stop; the next call continues in this round.
    case stopped(round: Int)
}
