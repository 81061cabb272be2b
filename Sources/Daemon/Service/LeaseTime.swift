internal import Synchronization

/// The duration of leases, as the heartbeat and all claims of a daemon have it.
///
/// A changed setting is taken over by the heartbeat, so that no claim has a shorter lease than the heartbeat knows of.
final class LeaseTime: Sendable {
    private let setting: @Sendable () -> Double
    private let inForce: Mutex<Double>

    /// - Parameter setting: seconds, 1 to 3600, as they are set now.
    init(_ setting: @escaping @Sendable () -> Double) {
        self.setting = setting
        inForce = Mutex(setting())
    }

    var seconds: Double { inForce.withLock { $0 } }

    /// Puts the present setting in force and returns what was in force before.
    func follow() -> Double {
        let new = setting()
        return inForce.withLock { seconds in
            defer { seconds = new }
            return seconds
        }
    }
}
