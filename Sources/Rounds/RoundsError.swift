/// What can stop a run. Names of organs and runs, numbers and keys only; no patient data.
public enum RoundsError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownKey(String, known: [String])
    /// A value of the plan that does not hold, and what would.
    case invalidPlan(key: String, allowed: String)
    /// A run of this name exists with another plan.
    case otherPlan(run: String)
    /// Another daemon holds the run, or took it over; nothing that this one does now counts.
    case leaseLost(run: String)
    /// An action that the round's state does not allow.
    case illegal(action: String, state: RoundState)
    /// A round that failed before and was not retried.
    case failed(round: Int, reason: String)
    /// A round that was rolled back: what would follow it has lost its ground.
    case rolledBack(round: Int)
    /// A worker found that no repetition can help, such as a loss that is no number.
    case unrecoverable(reason: String)

    public var problem: String {
        switch self {
        case .unknownKey(let key, let known): "\(key) is no key of a plan; there are \(known.joined(separator: ", "))"
        case .invalidPlan(let key, let allowed): "\(key) does not hold: it must be \(allowed)"
        case .otherPlan(let run): "run \(run) exists with another plan"
        case .leaseLost(let run): "run \(run) is held by another daemon"
        case .illegal(let action, let state): "a round that is \(state.rawValue) cannot \(action)"
        case .failed(let round, let reason): "round \(round) failed: \(reason)"
        case .rolledBack(let round): "round \(round) was rolled back"
        case .unrecoverable(let reason): reason
        }
    }

    public var remedy: String {
        switch self {
        case .unknownKey, .invalidPlan: "correct the plan"
        case .otherPlan: "choose another name, or the plan that the run began with"
        case .leaseLost: "let the other daemon go on, or stop it and wait for its lease to expire"
        case .illegal: "see lacuna round list for the run's state"
        case .failed, .unrecoverable: "remove the cause, then run again and ask to retry the failed round"
        case .rolledBack: "start a new run; its plan may adopt this one's labels after a review"
        }
    }

    public var description: String { "\(problem); \(remedy)" }
}
