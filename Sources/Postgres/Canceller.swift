internal import CLibPQ
internal import Synchronization
internal import System

/// Cancels the running statement of a connection, from another thread.
///
/// `@unchecked Sendable`: the `PGcancel` is read and freed only under the mutex, and `PQcancel` is made for other threads.
final class Canceller: @unchecked Sendable {
    private let lock = Mutex(())
    private var target: OpaquePointer?

    func set(_ new: OpaquePointer?) {
        lock.withLock { _ in
            if let target { PQfreeCancel(target) }
            target = new
        }
    }

    deinit { if let target { PQfreeCancel(target) } }

    /// Sends the request over a connection of its own; on a thread of its own, because that blocks.
    func cancel() async {
        let sender = CancelSender()
        await sender.send(self)
    }

    fileprivate func send() {
        lock.withLock { _ in
            guard let target else { return }
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(target, &message, Int32(message.count))
        }
    }
}

/// A thread for one cancel request.
private actor CancelSender {
    private let thread: SerialThread = .start()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    deinit { thread.finish() }
    func send(_ canceller: Canceller) { canceller.send() }
}
