internal import Glibc
internal import Synchronization

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
        let watcher = Unmanaged.passRetained(Watcher(reading: ends[0], body))
        var thread = pthread_t()
        let failure = pthread_create(&thread, nil, { Watcher.run($0) }, watcher.toOpaque())
        guard failure == 0 else { return watcher.release() }
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { Interruption.wake($0) } }
    }

    /// Ends the process with the exit status of an interruption.
    package static func end() -> Never { _exit(ExitStatus.interrupted.rawValue) }

    /// Runs in the signal handler, which may only make async-signal-safe calls.
    private static func wake(_ number: Int32) {
        var byte: UInt8 = 0
        _ = write(writing.load(ordering: .sequentiallyConsistent), &byte, 1)
        signal(number, SIG_DFL)
    }

    private final class Watcher: Sendable {
        private let reading: Int32
        private let body: @Sendable () -> Void

        init(reading: Int32, _ body: @escaping @Sendable () -> Void) { (self.reading, self.body) = (reading, body) }

        static func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
            guard let context else { return nil }
            let watcher = Unmanaged<Watcher>.fromOpaque(context).takeRetainedValue()
            var byte: UInt8 = 0
            while read(watcher.reading, &byte, 1) < 0 && errno == EINTR {}
            watcher.body()
            Interruption.end()
        }
    }
}
