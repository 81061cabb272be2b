internal import Postgres

/// Runs calls that block on the disk, one after another, on a thread of its own.
package actor BlockingWork {
    private let thread: ConnectionThread = .start()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    package init() {}

    deinit { thread.finish() }

    package func run<T: Sendable>(_ body: @Sendable () throws -> T) throws -> T { try body() }
}
