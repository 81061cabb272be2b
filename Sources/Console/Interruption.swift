internal import Glibc
internal import Synchronization
internal import System

/// Work that a command does before it ends on SIGINT, SIGTERM or SIGHUP.
package enum Interruption {
    /// The descriptor that the signal handler writes to; -1 while no command watches.
    private static let writing = Atomic<Int32>(-1)

    /// Calls `body` on a thread of its own at the first signal and then ends the process with 130; a second signal ends it
    /// immediately.
    ///
    /// At most one command of a process watches. Without it, the first signal ends the process immediately.
    package static func watch(_ body: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        writing.store(ends[1], ordering: .sequentiallyConsistent)
        let reading = ends[0]
        let isStarted = DetachedThread.start {
            var byte: UInt8 = 0
            while read(reading, &byte, 1) < 0 && errno == EINTR {}
            body()
            end()
        }
        guard isStarted else { return }
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { Interruption.wake($0) } }
    }

    /// Ends the process with the exit status of an interruption.
    package static func end() -> Never { _exit(ExitStatus.interrupted.rawValue) }

    /// Runs in the signal handler, which may only make async-signal-safe calls and must leave `errno` as it was.
    private static func wake(_ number: Int32) {
        let error = errno
        defer { errno = error }
        var byte: UInt8 = 0
        _ = write(writing.load(ordering: .sequentiallyConsistent), &byte, 1)
        signal(number, SIG_DFL)
    }
}
