/// Why a run cannot continue. Contains names of organs and runs and numbers; no patient data.
public enum RoundsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A run of this name exists with another plan.
    case otherPlan(run: String)
    /// Another daemon holds the run or took it over; this one can no longer write.
    case leaseLost(run: String)
    /// An action that the round's state does not allow.
    case illegal(action: String, state: RoundState)
    /// A round that failed before and was not retried.
    case failed(round: Int, reason: String)
    /// A cause that a repetition cannot remove, such as a loss that is not a number.
    case unrecoverable(reason: String)

    public var problem: String {
        switch self {
        case .otherPlan(let run): "run \(run) exists with another plan"
        case .leaseLost(let run): "run \(run) is held by another daemon"
        case .illegal(let action, let state): "a round that is \(state.rawValue) cannot \(action)"
        case .failed(let round, let reason): "round \(round) failed: \(reason)"
        case .unrecoverable(let reason): reason
        }
    }

    public var remedy: String {
        switch self {
        case .otherPlan: "choose another name, or use the plan that the run was started with"
        case .leaseLost: "let the other daemon continue, or stop it and wait for its lease to expire"
        case .illegal: "check the run's state with lacuna round list"
        case .failed, .unrecoverable: "remove the cause, then run again and ask to retry the failed round"
        }
    }

    public var description: String { "\(problem); \(remedy)" }
}
