internal import Domain
internal import Monitoring
internal import Rounds
internal import Synchronization

/// Passes the events of a run that are notified to a queue of hooks, without waiting.
final class HookObserver: RoundObserver, ClaimObserver {
    private let queue: HookQueue
    private let run: String
    private let state = Mutex(State())

    private struct State {
        /// Whether a round was open when the run was claimed.
        var hasWork = true
        var labels: [OrganKey: Int] = [:]
        var withheld: [String: String] = [:]
        /// Whether it was told that the run cannot continue.
        var hasFailed = false
    }

    /// - Parameter run: the name of the run.
    init(_ queue: HookQueue, run: String) { (self.queue, self.run) = (queue, run) }

    func observe(_ event: RoundEvent) {
        if case .withheld(_, let organ, let reason) = event {
            state.withLock { $0.withheld[organ] = reason.rawValue }
            return
        }
        switch event {
        case .opened(_, let round, _): state.withLock { $0.hasWork = round != nil }
        case .began(.relabel, let round): postWithheld(round)
        case .published(let round, let publication): postPublished(round, publication)
        case .failed(let round, let reason): postFailure(.roundFailed, reason, round: round)
        case .ended(.finished): if state.withLock({ $0.hasWork }) { queue.post(HookEvent(.runFinished, run: run)) }
        default: break
        }
    }

    func published(_ labels: [OrganKey: Int]) { state.withLock { $0.labels = labels } }

    func failed(with error: any Error) {
        postFailure(error.isWithdrawal ? .dataWithdrawn : .runFailed, FailureReason.text(of: error))
    }

    private func postWithheld(_ round: Int) {
        let withheld = state.withLock { state in
            defer { state.withheld = [:] }
            return state.withheld
        }
        if withheld.isEmpty { return }
        var event = HookEvent(.labelsWithheld, run: run)
        (event.round, event.withheld) = (round, withheld)
        queue.post(event)
    }

    private func postPublished(_ round: Int, _ publication: Publication) {
        var event = HookEvent(.roundPublished, run: run)
        (event.round, event.revision, event.labels) = (round, publication.revision, publication.labels)
        let labels = state.withLock { $0.labels }
        event.organs = Dictionary(uniqueKeysWithValues: labels.map { ($0.key.rawValue, $0.value) })
        queue.post(event)
    }

    private func postFailure(_ kind: HookEvent.Kind, _ reason: String, round: Int? = nil) {
        let isFirst = state.withLock { state in
            defer { state.hasFailed = true }
            return !state.hasFailed
        }
        guard isFirst else { return }
        var event = HookEvent(kind, run: run)
        (event.round, event.reason) = (round, reason)
        queue.post(event)
    }
}
