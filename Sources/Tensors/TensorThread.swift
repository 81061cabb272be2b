internal import System

/// An operating-system thread for libtorch's blocking calls, so that none of them runs on Swift's cooperative pool.
///
/// libtorch keeps its worker threads, grad mode and autocast per calling thread, so all work on one network belongs on one
/// `TensorThread`. The thread ends when the last reference to it is released.
public actor TensorThread {
    /// Bytes of the thread's stack, with room for libtorch's recursion.
    private static let stackSize = 16 << 20

    private let thread = SerialThread.start(stackSizeInBytes: stackSize)
    /// The number of libtorch threads, until it is set at the first `run`.
    private var threads: Int?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Parameter threads: threads that one libtorch operation may use; nil leaves libtorch's own choice.
    public init(threads: Int? = nil) { self.threads = threads }

    deinit { thread.finish() }

    /// Runs `body` on the thread after all earlier work, and suspends until it is done.
    ///
    /// - Throws: what `body` throws, and `TensorError.refused` where libtorch refuses the number of threads.
    public func run<R: Sendable>(_ body: @Sendable () throws -> R) throws -> R {
        if let threads {
            try Torch.setThreads(threads)
            self.threads = nil
        }
        return try body()
    }
}
