internal import Glibc
internal import Synchronization

/// A connection's socket, to shut it down from another thread while the connection's thread waits in a call.
final class SocketEnd: Sendable {
    /// Nil once closed, because the system reuses the number then.
    private let descriptor = Mutex<Int32?>(nil)

    func set(_ new: Int32?) { descriptor.withLock { $0 = new } }

    /// A waiting call then reads the end of the connection.
    func shut() { descriptor.withLock { if let number = $0 { _ = shutdown(number, Int32(SHUT_RDWR)) } } }
}
