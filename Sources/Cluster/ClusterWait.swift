internal import Glibc

/// What a start or a stop of the embedded server waits for.
public enum ClusterWait: Hashable, Sendable {
    /// Another process works on the cluster: its id and program, such as `4711 (initdb)`; nil where it cannot be found.
    case lock(holder: String?)
    /// The server starts; with what it says of itself, such as `recovering 000000010000000000000003`, where it recovers.
    case start(process: Int32, recovery: String?)
    /// The server stops.
    case stop(process: Int32, recovery: String?)
    /// The server did not stop in time, and is ended without a checkpoint.
    case immediateStop(process: Int32)
}

/// Reports a wait once it has lasted a second, or five where it is usual, and again when it changes its kind.
final class Waiting {
    private let report: @Sendable (ClusterWait) -> Void
    private var lastLook = ContinuousClock.now
    private var begun: [Int: ContinuousClock.Instant] = [:]
    private var reported = Set<Int>()

    init(_ report: @escaping @Sendable (ClusterWait) -> Void) { self.report = report }

    /// Looks at most ten times a second.
    func check(_ look: () -> ClusterWait) {
        let now = ContinuousClock.now
        guard now - lastLook > .milliseconds(100) else { return }
        lastLook = now
        let wait = look()
        let start = begun[wait.kind] ?? now
        begun[wait.kind] = start
        if now - start > wait.usualLength { announce(wait) }
    }

    /// Reports without waiting.
    func announce(_ wait: ClusterWait) {
        if reported.insert(wait.kind).inserted { report(wait) }
    }
}

extension ClusterWait {
    fileprivate var kind: Int {
        switch self {
        case .lock: 0
        case .start(_, nil): 1
        case .start: 2
        case .stop(_, nil): 3
        case .stop: 4
        case .immediateStop: 5
        }
    }

    fileprivate var usualLength: Duration {
        switch self {
        case .start(_, nil), .stop(_, nil): .seconds(5)
        default: .seconds(1)
        }
    }
}
