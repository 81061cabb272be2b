internal import Glibc

/// The service manager that started this program and waits for its notifications, as `sd_notify(3)` describes them.
public struct ServiceManager: Sendable {
    public enum Notification: Hashable, Sendable {
        /// The program is ready, or has read its configuration again.
        case ready
        case stopping
        /// The configuration is being read again, since this time of the monotonic clock in microseconds.
        case reloading(microseconds: Int)
        /// One line for people.
        case status(String)
        /// The program makes progress.
        case watchdog

        /// Whether it is sent once and changes the state of the program.
        var isChange: Bool {
            switch self {
            case .ready, .stopping, .reloading: true
            case .status, .watchdog: false
            }
        }

        var text: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .reloading(let microseconds): "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
            case .status(let text): "STATUS=" + text.split(whereSeparator: \.isNewline).joined(separator: " ")
            case .watchdog: "WATCHDOG=1"
            }
        }
    }

    /// A path, or an abstract name after a zero byte.
    private let address: [UInt8]
    /// The time after which the manager ends a program that does not report progress; nil: it does not watch this one.
    public let watchdogTime: Duration?

    /// - Parameters:
    ///   - environment: the variables of the program.
    ///   - process: the program's process id.
    /// - Returns: nil where nobody waits for notifications.
    /// - Throws: `MonitoringError.invalidNotifySocket`, `.invalidWatchdogTime`.
    public init?(environment: [String: String], process: Int32) throws(MonitoringError) {
        guard let socket = environment["NOTIFY_SOCKET"], !socket.isEmpty else { return nil }
        let bytes = Array(socket.utf8)
        guard bytes.count > 1, bytes.count <= 107, bytes[0] == UInt8(ascii: "/") || bytes[0] == UInt8(ascii: "@") else {
            throw .invalidNotifySocket
        }
        address = bytes[0] == UInt8(ascii: "@") ? [0] + bytes[1...] : bytes
        watchdogTime = try Self.watchdogTime(environment, process)
    }

    private static func watchdogTime(
        _ environment: [String: String], _ process: Int32
    ) throws(MonitoringError) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"] else { return nil }
        if let watched = environment["WATCHDOG_PID"], watched != String(process) { return nil }
        guard let microseconds = Int64(text), microseconds > 0 else { throw .invalidWatchdogTime }
        return .microseconds(microseconds)
    }

    /// The present time for `Notification.reloading`.
    public static var monotonicMicroseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }

    /// Sends notifications in one datagram. Where the manager is busy, those of a change of state wait for it for up to five seconds;
    /// status and watchdog, which are repeated, do not wait.
    /// - Returns: whether it was sent.
    @discardableResult
    public func notify(_ notifications: Notification...) -> Bool {
        let message = Array(notifications.map(\.text).joined(separator: "\n").utf8)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let flags = Int32(MSG_NOSIGNAL) | (notifications.contains(where: \.isChange) ? 0 : Int32(MSG_DONTWAIT))
        let sent = withUnsafePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, flags, $0, length)
            }
        }
        return sent == message.count
    }
}
