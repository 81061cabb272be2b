public import Domain
public import Plans

/// A run as it is stored.
public struct RunRecord: Sendable, Hashable {
    public let id: RunID
    /// Rounds 0 to `plan.rounds`, in order; all exist, as `planned`, from the run's first opening.
    public var rounds: [RoundRecord]

    public init(id: RunID, rounds: [RoundRecord]) { (self.id, self.rounds) = (id, rounds) }
}

/// A round as it is stored; a result is nil until the round has it.
public struct RoundRecord: Sendable, Hashable {
    public let number: Int
    public var state: RoundState
    /// The revision whose labels the round trains on, recorded at its first `startTraining`.
    public var trainedOn: Revision?
    public var weights: StoredWeights?
    public var confidenceFit: ConfidenceFit?
    public var evaluation: Evaluation?
    public var relabelling: Relabelling?
    /// Nil for the last round, too.
    public var publication: Publication?
    /// Why the round failed; nil unless it is `failed`.
    public var failure: String?

    public init(number: Int, state: RoundState = .planned) { (self.number, self.state) = (number, state) }

    /// The record after `action`, as every store keeps it.
    ///
    /// - Parameter revision: the catalogue's newest revision, which the first `startTraining` records.
    /// - Throws: `illegal` where the state does not allow the action.
    public func applying(_ action: RoundAction, revision: Revision) throws(RoundsError) -> RoundRecord {
        var record = self
        record.state = try state.next(action)
        switch action {
        case .startTraining: record.trainedOn = trainedOn ?? revision
        case .finishTraining(let weights): record.weights = weights
        case .finishConfidence(let fit): record.confidenceFit = fit
        case .finishEvaluation(let evaluation): record.evaluation = evaluation
        case .startRelabelling(let relabelling): record.relabelling = relabelling
        case .publish(let publication): record.publication = publication
        case .fail(let reason): record.failure = reason
        case .retry:
            record = RoundRecord(number: number)
            record.trainedOn = trainedOn
        case .close: break
        }
        return record
    }
}

/// The round that a worker works for.
public struct RoundContext: Sendable {
    public let run: RunID
    public let plan: RunPlan
    public let round: RoundRecord
    /// The round before, closed; nil in round 0.
    public let previous: RoundRecord?
    /// Whether to stop soon. A worker checks it after each of its own steps.
    public let isStopping: @Sendable () -> Bool

    public init(
        run: RunID, plan: RunPlan, round: RoundRecord, previous: RoundRecord?,
        isStopping: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.run, self.plan, self.round, self.previous) = (run, plan, round, previous)
        self.isStopping = isStopping
    }
}
