internal import Glibc
internal import Synchronization
internal import System

/// What a command does before it ends on Ctrl-C, a termination or a hang-up of the terminal.
package enum Interruption {
    /// Where the signal handler writes; -1 while nobody watches.
    private static let writing = Atomic<Int32>(-1)

    /// Calls `body` on a thread of its own at the first signal and then ends the process with 130; a second signal ends it at once.
    ///
    /// One command watches in a process. Without this, the first signal ends it at once.
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
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { Interruption.tell($0) } }
    }

    /// Ends the process as an interrupted one.
    package static func end() -> Never { _exit(ExitStatus.interrupted.rawValue) }

    /// Runs in the signal handler: one write and no more.
    private static func tell(_ number: Int32) {
        var byte: UInt8 = 0
        _ = write(writing.load(ordering: .sequentiallyConsistent), &byte, 1)
        signal(number, SIG_DFL)
    }
}
