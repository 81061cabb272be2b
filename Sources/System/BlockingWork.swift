/// Runs blocking calls one after another on a thread of its own, off Swift's cooperative pool.
package actor BlockingWork {
    private let thread: SerialThread = .start()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    package init() {}

    deinit { thread.finish() }

    package func run<T: Sendable>(_ body: @Sendable () throws -> T) throws -> T { try body() }
}
