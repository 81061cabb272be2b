internal import Synchronization

/// What an import has done so far. Tasks add to it, and an interruption can read it at any moment.
package final class ImportProgress: Sendable {
    private let state: Mutex<ImportSummary?>

    package init() { state = Mutex(nil) }

    /// What is done so far; nil before the layout is recognised.
    package var summary: ImportSummary? { state.withLock { $0 } }

    /// Calls `body` with what is done so far; until it returns, nothing can be added. May be called from any thread.
    package func holding<T: Sendable>(_ body: (ImportSummary?) -> T) -> T { state.withLock { body($0) } }

    func begin(_ summary: ImportSummary) { state.withLock { $0 = summary } }

    /// Changes the summary in place.
    /// - Precondition: `begin` was called.
    func update<T: Sendable>(_ body: (inout ImportSummary) -> T) -> T {
        state.withLock { summary in
            guard summary != nil else { preconditionFailure("begin is called before update") }
            return body(&summary!)
        }
    }
}
