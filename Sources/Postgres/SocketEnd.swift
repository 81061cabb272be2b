internal import Glibc
internal import Synchronization

/// A connection's socket, to shut it down from another thread while the connection's thread waits in a call.
///
/// It is a duplicate: libpq closes its own descriptor as soon as it notices that the connection is lost, and the system gives the
/// number to the next file or socket of the process.
final class SocketEnd: Sendable {
    private let duplicate = Mutex<Int32?>(nil)

    deinit { set(nil) }

    /// - Parameter descriptor: nil once the connection is closed.
    func set(_ descriptor: Int32?) {
        let new = descriptor.map { fcntl($0, F_DUPFD_CLOEXEC, 0) }.flatMap { $0 < 0 ? nil : $0 }
        duplicate.withLock { old in
            if let old { close(old) }
            old = new
        }
    }

    /// A waiting call then reads the end of the connection.
    func shut() { duplicate.withLock { if let number = $0 { _ = shutdown(number, Int32(SHUT_RDWR)) } } }
}
