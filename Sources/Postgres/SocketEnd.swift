internal import Glibc
internal import Synchronization

/// A connection's socket, to end it from another thread while its own waits in a call.
final class SocketEnd: Sendable {
    /// Nil once closed: the system gives the number to others then.
    private let descriptor = Mutex<Int32?>(nil)

    func set(_ new: Int32?) { descriptor.withLock { $0 = new } }

    /// Whoever waits for the server reads the end of the connection.
    func shut() { descriptor.withLock { if let number = $0 { _ = shutdown(number, Int32(SHUT_RDWR)) } } }
}
