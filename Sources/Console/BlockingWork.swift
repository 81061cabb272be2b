internal import Postgres

/// Runs calls that block on the disk, one after another, on a thread of its own.
actor BlockingWork {
    private let thread: ConnectionThread = .start()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    deinit { thread.finish() }

    func run<T: Sendable>(_ body: @Sendable () throws -> T) throws -> T { try body() }
}
