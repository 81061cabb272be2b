/// What moves a round to its next state, with the result that is stored in the same transaction.
public enum RoundAction: Sendable, Hashable {
    /// The store notes the revision whose labels the round trains on: a retry or a restart keeps it.
    case startTraining
    case finishTraining(StoredWeights)
    case finishCalibration(Calibration)
    case finishEvaluation(Evaluation)
    /// Stores what is relabelled and which organs are held back, and why.
    case startRelabelling(Relabelling)
    /// Made by `RoundPublisher`, in the transaction that makes the labels visible.
    case publish(Publication)
    /// Ends the last round, which publishes no labels.
    case close
    case fail(reason: String)
    /// Takes a failed round up again from its newest checkpoint; staged labels are dropped.
    case retry
    case rollBack

    /// The action in an error's sentence: "a round that is … cannot …".
    var verb: String {
        switch self {
        case .startTraining: "start training"
        case .finishTraining: "finish training"
        case .finishCalibration: "finish its confidence"
        case .finishEvaluation: "finish its evaluation"
        case .startRelabelling: "start relabelling"
        case .publish: "publish"
        case .close: "close"
        case .fail: "fail"
        case .retry: "be retried"
        case .rollBack: "be rolled back"
        }
    }
}
