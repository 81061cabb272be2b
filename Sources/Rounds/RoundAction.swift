/// A transition of a round to its next state, with the result that is stored in the same transaction.
public enum RoundAction: Sendable, Hashable {
    /// The store records the revision whose labels the round trains on. A retry or a restart keeps it.
    case startTraining
    case finishTraining(StoredWeights)
    case finishConfidence(ConfidenceFit)
    case finishEvaluation(Evaluation)
    /// Stores which organs are relabelled and which are withheld, with the reasons.
    case startRelabelling(Relabelling)
    /// Applied by `RoundPublisher`, in the transaction that makes the labels visible.
    case publish(Publication)
    /// Ends the last round, which publishes no labels.
    case close
    case fail(reason: String)
    /// Restarts a failed round from its newest checkpoint; labels that were staged are kept.
    case retry

    /// The action within an error: "a round that is … cannot …".
    var verb: String {
        switch self {
        case .startTraining: "start training"
        case .finishTraining: "finish training"
        case .finishConfidence: "finish its confidence fit"
        case .finishEvaluation: "finish its evaluation"
        case .startRelabelling: "start relabelling"
        case .publish: "publish"
        case .close: "close"
        case .fail: "fail"
        case .retry: "be retried"
        }
    }
}
