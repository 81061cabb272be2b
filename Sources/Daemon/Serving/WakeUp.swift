internal import Synchronization

/// Wakes one waiting loop early. A call without a waiter is kept for the next wait.
final class WakeUp: Sendable {
    private struct State {
        var isCalled = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func call() {
        let waiter = state.withLock { state in
            state.isCalled = state.waiter == nil
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns at the next call, after `limit`, or where the task is cancelled. One task waits at a time.
    func wait(atMost limit: Duration) async {
        let timer = Task {
            try await Task.sleep(for: limit)
            call()
        }
        defer { timer.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isCalled = state.withLock { state in
                    if !state.isCalled { state.waiter = waiter }
                    defer { state.isCalled = false }
                    return state.isCalled
                }
                if isCalled { waiter.resume() }
            }
        } onCancel: {
            call()
        }
    }
}
