internal import Glibc
internal import Logging
internal import Synchronization

/// Writes lines to a descriptor, each as a whole: lines of several threads are never mixed.
public final class LogStream: Sendable {
    private let descriptor: Int32
    /// Whether the journal reads the descriptor; it records the time itself and takes the priority from the line.
    public let isJournal: Bool
    let now: @Sendable () -> WallTime
    private let turn = Mutex(())

    /// - Parameters:
    ///   - descriptor: stays open as long as the stream is used.
    ///   - now: the time of a line.
    public init(descriptor: Int32, isJournal: Bool, now: @escaping @Sendable () -> WallTime = { .now }) {
        (self.descriptor, self.isJournal, self.now) = (descriptor, isJournal, now)
    }

    /// Standard error, which is the journal's where `JOURNAL_STREAM` in `environment` names its device and inode.
    public static func standardError(
        environment: [String: String], now: @escaping @Sendable () -> WallTime = { .now }
    ) -> LogStream {
        var status = stat()
        let isOpen = fstat(STDERR_FILENO, &status) == 0
        let isJournal = isOpen && environment["JOURNAL_STREAM"] == "\(status.st_dev):\(status.st_ino)"
        return LogStream(descriptor: STDERR_FILENO, isJournal: isJournal, now: now)
    }

    /// Writes `line` and its end. What cannot be written is lost: no other output exists.
    func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        turn.withLock { _ in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                if count < 0 && errno == EAGAIN {
                    var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    if poll(&event, 1, 1000) > 0 { continue }
                }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}

extension Logger.Level {
    /// The prefix by which the journal takes the priority of a line (`sd-daemon(3)`).
    var journalPrefix: String {
        switch self {
        case .trace, .debug: "<7>"
        case .info: "<6>"
        case .notice: "<5>"
        case .warning: "<4>"
        case .error: "<3>"
        case .critical: "<2>"
        }
    }
}
