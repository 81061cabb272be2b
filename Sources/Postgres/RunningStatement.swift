internal import Synchronization

/// The statement that a connection waits for, and what was found to delay it; read and written from any thread.
final class RunningStatement: Sendable {
    struct Call: Hashable, Sendable {
        let number: Int
        let name: String
        let start: ContinuousClock.Instant
    }

    private struct State {
        var backend = 0
        var count = 0
        var call: Call?
        var holder: LockHolder?
        var isServerSilent = false
    }

    private let state = Mutex(State())

    func setBackend(_ process: Int) { state.withLock { $0.backend = process } }

    /// The id of the connection's server process.
    var backend: Int { state.withLock { $0.backend } }

    func begin(_ name: String) {
        state.withLock {
            $0.count += 1
            $0.call = Call(number: $0.count, name: name, start: .now)
            $0.holder = nil
        }
    }

    func end() { state.withLock { $0.call = nil } }

    var call: Call? { state.withLock { $0.call } }
    /// The holder of the lock for which the last statement waits or waited.
    var holder: LockHolder? { state.withLock { $0.holder } }
    var isServerSilent: Bool { state.withLock { $0.isServerSilent } }

    /// False where `call` has ended.
    func note(_ holder: LockHolder, for call: Call) -> Bool {
        state.withLock {
            guard $0.call == call else { return false }
            $0.holder = holder
            return true
        }
    }

    /// False where `call` has ended.
    func noteSilence(for call: Call) -> Bool {
        state.withLock {
            guard $0.call == call else { return false }
            $0.isServerSilent = true
            return true
        }
    }
}
