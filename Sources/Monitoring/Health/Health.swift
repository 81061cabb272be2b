internal import Synchronization

/// Whether a program makes progress: each of its parts reports within a time limit.
///
/// Parts that are not watched are not judged, so that a program without schedules needs no ticker. Reports come from any thread.
public final class Health: Sendable {
    public enum Part: String, CaseIterable, Sendable {
        /// The renewal of leases.
        case heartbeat
        /// Answers of the database server.
        case database
        /// The check for schedules that are due.
        case ticker
        /// The work of a claimed job: training steps, predictions, measurements.
        case progress
    }

    /// Why a part is not well.
    public struct Problem: Hashable, Sendable {
        public let part: Part
        /// Constant words and durations; no patient data.
        public let reason: String
        /// Whether the part has not reported in time: it hangs, where a part that reports a failure does not.
        public let isSilent: Bool
    }

    private struct Watch {
        let limit: Duration
        var last: ContinuousClock.Instant
        var failure: String?
    }

    private let watches = Mutex<[Part: Watch]>([:])
    private let now: @Sendable () -> ContinuousClock.Instant

    public init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    /// Watches a part from now on: it is not well while its last report is older than `limit`.
    public func watch(_ part: Part, within limit: Duration) {
        let watch = Watch(limit: limit, last: now())
        watches.withLock { $0[part] = watch }
    }

    /// Ends the watch over a part whose work is done.
    public func unwatch(_ part: Part) { watches.withLock { $0[part] = nil } }

    /// The part made progress, also after a failure.
    public func report(_ part: Part) {
        let now = now()
        watches.withLock {
            $0[part]?.last = now
            $0[part]?.failure = nil
        }
    }

    /// The part works, but not well until its next report, such as one that tries to reach a server again.
    public func fail(_ part: Part, _ reason: StaticString) {
        let now = now()
        watches.withLock {
            $0[part]?.last = now
            $0[part]?.failure = "\(reason)"
        }
    }

    /// What is not well, in the order of `Part`.
    public var problems: [Problem] {
        let now = now()
        let watches = watches.withLock { $0 }
        return Part.allCases.compactMap { part in
            watches[part].flatMap { Self.problem(part, $0, now) }
        }
    }

    public var isWell: Bool { problems.isEmpty }

    private static func problem(_ part: Part, _ watch: Watch, _ now: ContinuousClock.Instant) -> Problem? {
        let silence = now - watch.last
        guard silence > watch.limit else {
            return watch.failure.map { Problem(part: part, reason: $0, isSilent: false) }
        }
        let (seconds, limit) = (silence.components.seconds, watch.limit.components.seconds)
        return Problem(part: part, reason: "no report for \(seconds) s; the limit is \(limit) s", isSilent: true)
    }
}
