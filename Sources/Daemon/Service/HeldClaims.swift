internal import Jobs
internal import Postgres
internal import Synchronization

/// The claims that this daemon holds, for the heartbeat to renew.
final class HeldClaims: Sendable {
    private let held = Mutex<[JobClaim: Loss]>([:])

    /// Told that a claim is lost, with the reason where what was claimed is closed.
    typealias Loss = @Sendable (PostgresError?) -> Void

    /// - Parameter onLoss: called at most once.
    func hold(_ claim: JobClaim, onLoss: @escaping Loss = { _ in }) {
        held.withLock { $0[claim] = onLoss }
    }

    func drop(_ claim: JobClaim) { held.withLock { $0[claim] = nil } }

    var all: [JobClaim] { held.withLock { Array($0.keys) } }

    /// Reports the loss of a claim, unless it was dropped meanwhile.
    func lose(_ claim: JobClaim, _ reason: PostgresError?) {
        let onLoss = held.withLock { $0.removeValue(forKey: claim) }
        onLoss?(reason)
    }
}
