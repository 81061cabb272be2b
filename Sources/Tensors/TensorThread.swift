internal import Glibc

/// One operating-system thread of its own for libtorch's blocking calls, so that none runs on Swift's cooperative
/// pool. libtorch keeps its worker threads, grad mode and autocast per calling thread, so all work on one network
/// belongs on one `TensorThread`; the caller owns it, and it ends when the last reference goes.
public final class TensorThread: Sendable {
    private let queue: WorkQueue

    /// - Parameter threads: threads that one libtorch operation may use; nil leaves libtorch's own choice.
    public init(threads: Int? = nil) {
        queue = WorkQueue()
        Self.start(queue)
        if let threads { queue.push { try? Torch.setThreads(threads) } }
    }

    deinit { queue.close() }

    /// Runs `body` on the thread after all work handed over before, and suspends until it is done.
    public func run<R: Sendable>(_ body: @escaping @Sendable () throws -> sending R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            queue.push { continuation.resume(with: Result { try body() }) }
        }
    }

    private static func start(_ queue: WorkQueue) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 16 << 20)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<WorkQueue>.fromOpaque(argument).takeRetainedValue().drain()
                return nil
            }, Unmanaged.passRetained(queue).toOpaque())
        precondition(status == 0, "the system gives no thread")
    }
}

/// Work in order of arrival; `drain` runs it until the queue is closed and empty.
///
/// `@unchecked Sendable`: `jobs` and `closed` are touched only between lock and unlock of `mutex`, and `mutex` and
/// `arrival` live at addresses of their own from init to deinit.
private final class WorkQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [@Sendable () -> Void] = []
    private var closed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrival, nil)
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        mutex.deallocate()
    }

    func push(_ job: @escaping @Sendable () -> Void) {
        locked { jobs.append(job) }
    }

    func close() {
        locked { closed = true }
    }

    func drain() {
        while let job = next() { job() }
    }

    private func next() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while jobs.isEmpty {
            if closed { return nil }
            pthread_cond_wait(arrival, mutex)
        }
        return jobs.removeFirst()
    }

    private func locked(_ change: () -> Void) {
        pthread_mutex_lock(mutex)
        change()
        pthread_cond_signal(arrival)
        pthread_mutex_unlock(mutex)
    }
}
