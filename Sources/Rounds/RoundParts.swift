public import Domain

/// Keeps runs durably, under a lease. Every write is refused with `leaseLost` once another daemon has taken the run over.
public protocol RoundStore: Sendable {
    /// Claims the run of this name and returns what is stored of it; creates it, all rounds planned, where it is new.
    /// - Throws: `otherPlan` where it exists with another plan, `leaseLost` where another daemon holds it.
    func open(_ plan: RunPlan) async throws -> RunRecord

    /// Stores the action's result and the round's next state in one transaction, as `RoundRecord.applying` says.
    /// - Throws: `illegal` where the stored state is no longer `state`.
    func advance(_ run: RunID, round: Int, from state: RoundState, by action: RoundAction) async throws -> RoundRecord

    /// Gives the lease back; called once after `open`, also after an error.
    func release(_ run: RunID) async
}

/// Learns weights and confidence. What it stores on the way is named by (run, round), so that a call after a kill goes on
/// from there and a repeated call ends with the same weights.
public protocol RoundTrainer: Sendable {
    /// Trains for `plan.steps(inRound:)` steps: in round 0 from scratch on known voxels, later from the weights of
    /// `previous` on annotations and published labels as of `round.trainedOn`.
    /// - Returns: the stored weights; nil where it stopped early because of `isStopping`, after storing where it was.
    func train(_ context: RoundContext, observer: any RoundObserver) async throws -> StoredWeights?

    /// Fits the confidence of `round.weights` on the split's confidence part.
    func calibrate(_ context: RoundContext, observer: any RoundObserver) async throws -> Calibration
}

/// Measures `round.weights` on the validation part.
public protocol RoundEvaluator: Sendable {
    func evaluate(_ context: RoundContext, observer: any RoundObserver) async throws -> Evaluation
}

/// Predicts and stages labels, visible to nobody until they are published.
public protocol RoundRelabeller: Sendable {
    /// Volumes of the train part that lack the annotation of an organ in `round.relabelling` and are not staged yet for
    /// this round, in a fixed order.
    func pending(_ context: RoundContext) async throws -> [VolumeID]

    /// Predicts one volume with `round.weights`, ranks, and stages its labels, all organs in one transaction; a repeated
    /// call replaces them.
    /// - Returns: the number of organs staged.
    func relabel(_ volume: VolumeID, _ context: RoundContext) async throws -> Int
}

/// Makes a round's staged labels visible.
public protocol RoundPublisher: Sendable {
    /// In one transaction under the run's lease: every organ of the run points at this round, held-back organs at
    /// nothing, one revision is drawn, and the round is `published` with it. A kill leaves all of it or none.
    func publish(_ context: RoundContext) async throws -> RoundRecord
}

/// Hears of progress. Called from the driver and the workers, in order within a round; must return at once.
public protocol RoundObserver: Sendable {
    func observe(_ event: RoundEvent)
}

/// What a run tells of itself.
public enum RoundEvent: Sendable, Hashable {
    /// The run was claimed; its first round that is not closed, or nil where all are; new: none was begun.
    case opened(run: RunID, round: Int?, isNew: Bool)
    case began(RoundWork, round: Int)
    /// `step` of `steps` optimiser steps of the round are done; the loss is that of the step.
    case step(round: Int, step: Int, steps: Int, loss: Double)
    case trained(round: Int, StoredWeights)
    case calibrated(round: Int, Calibration)
    case evaluated(round: Int, Evaluation)
    case withheld(round: Int, organ: String, WithholdingReason)
    /// `done` of `total` pending volumes are staged.
    case staged(round: Int, volume: VolumeID, done: Int, total: Int)
    case published(round: Int, Publication)
    case closed(round: Int)
    case failed(round: Int, reason: String)
    case ended(RunOutcome)
}

/// How a call of the driver ended, other than by an error.
public enum RunOutcome: Sendable, Hashable {
    /// Every round is published.
    case finished
    /// It was asked to stop; the next call goes on in this round.
    case stopped(round: Int)
}
