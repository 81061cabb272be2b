internal import NIOCore
internal import Synchronization

/// Limits the number of connections at a time.
final class ConnectionPlaces: Sendable {
    private let free: Mutex<Int>

    init(count: Int) { free = Mutex(count) }

    /// Takes a place until `end`; false where none is free.
    func take(until end: EventLoopFuture<Void>) -> Bool {
        let isTaken = free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
        if isTaken { end.whenComplete { _ in self.free.withLock { $0 += 1 } } }
        return isTaken
    }
}
