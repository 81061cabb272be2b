/// Why a program cannot be monitored as asked, with the remedy.
public enum MonitoringError: Error, Equatable {
    /// The metrics cannot be served on the port; `reason` is the system's.
    case portUnavailable(port: Int, reason: String)
    /// `NOTIFY_SOCKET` names no socket that can be written to.
    case invalidNotifySocket
    case invalidWatchdogTime

    public var problem: String {
        switch self {
        case .portUnavailable(let port, let reason): "the metrics cannot be served on port \(port): \(reason)"
        case .invalidNotifySocket: "NOTIFY_SOCKET is neither an absolute path nor an abstract name of at most 107 bytes"
        case .invalidWatchdogTime: "WATCHDOG_USEC is not a positive number of microseconds"
        }
    }

    public var remedy: String {
        switch self {
        case .portUnavailable: "choose another --metrics-port, or 0 for any that is free"
        case .invalidNotifySocket, .invalidWatchdogTime: "unset it, or let systemd set it"
        }
    }
}
