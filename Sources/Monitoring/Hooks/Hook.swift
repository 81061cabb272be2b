/// Passes a message about an event to another program.
public protocol Hook: Sendable {
    /// The name of the hook in logs.
    var name: String { get }

    /// Delivers the message within the time limit; where the limit ends or the task is cancelled, it stops trying.
    /// - Parameter message: a JSON object and the end of its line.
    func deliver(_ message: [UInt8], within limit: Duration) async throws(HookFailure)
}

/// Why a message was not delivered.
public enum HookFailure: Error, Hashable {
    case timedOut
    /// The program ended with this exit status; 128 + the signal's number where a signal ended it.
    case exited(Int32)
    /// The program could not be started; `errno`.
    case notStarted(Int32)
    /// The server answered with this HTTP status.
    case refused(Int)
    /// The server could not be reached, or did not answer.
    case unreachable
    case messageTooLarge

    var reason: String {
        switch self {
        case .timedOut: "time limit"
        case .exited(let status): "exit status \(status)"
        case .notStarted(let code): "not started, errno \(code)"
        case .refused(let status): "HTTP status \(status)"
        case .unreachable: "unreachable"
        case .messageTooLarge: "message too large"
        }
    }
}
