internal import Glibc
internal import Synchronization
internal import System

/// What a command does before it ends on SIGINT, SIGTERM or SIGHUP.
package enum Interruption {
    /// The descriptor that the signal handler writes to; -1 while nothing watches.
    private static let writing = Atomic<Int32>(-1)
    private static let work = Mutex<@Sendable () -> Void> {}
    private static let hasBegun = StopFlag()

    /// From now on, the first signal ends the process with 130 after its unfinished files were removed, and a second one ends it
    /// immediately. A signal that the process was started to ignore, as `nohup` does, stays ignored. The server rolls back open
    /// transactions.
    ///
    /// Called once in a process. Where it fails, the first signal ends the process immediately.
    static func watch() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        writing.store(ends[1], ordering: .sequentiallyConsistent)
        let reading = ends[0]
        let isStarted = DetachedThread.start {
            var byte: UInt8 = 0
            while read(reading, &byte, 1) < 0 && errno == EINTR {}
            hasBegun.raise()
            work.withLock { $0 }()
            end()
        }
        guard isStarted else { return }
        for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
            signal(number) { Interruption.wake($0) }
        }
    }

    /// Calls `body` first, on a thread of its own, when a signal ends the process.
    package static func first(_ body: @escaping @Sendable () -> Void) { work.withLock { $0 = body } }

    /// Whether the process ignores a signal.
    package static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Removes unfinished files and ends the process with the exit status of an interruption.
    package static func end() -> Never {
        Unfinished.removeAll()
        _exit(ExitStatus.interrupted.rawValue)
    }

    /// Returns unless an interruption has begun, which ends the process soon and explains errors of other threads.
    static func waitForEnd() {
        while hasBegun.isRaised { pause() }
    }

    /// Runs in the signal handler, which may only make async-signal-safe calls and must leave `errno` as it was.
    private static func wake(_ number: Int32) {
        let error = errno
        defer { errno = error }
        var byte: UInt8 = 0
        _ = write(writing.load(ordering: .sequentiallyConsistent), &byte, 1)
        signal(number, SIG_DFL)
    }
}
