internal import CLibPQ
internal import System

/// Asks whether a server responds, without logging in.
struct ServerPing: Sendable {
    enum Answer: Hashable, Sendable {
        case accepts
        /// It starts, recovers or stops (SQLSTATE 57P03).
        case notYet
        case none
    }

    private let settings: ConnectionSettings

    init(_ settings: ConnectionSettings) { self.settings = settings }

    /// Blocks for at most the `connect_timeout` of the settings.
    func ask() -> Answer {
        switch settings.withParameters({ PQpingParams($0, $1, 1) }) {
        case PQPING_OK: .accepts
        case PQPING_REJECT: .notYet
        default: .none
        }
    }

    func responds() async -> Bool { await BlockingWork().run { ask() != .none } }
}
