internal import Glibc
internal import Synchronization

/// A serial executor with a thread of its own, for calls that block.
///
/// The thread keeps the executor alive until `finish` was called and every job has run.
package final class SerialThread: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isFinished = false
    }

    private let state = Mutex(State())
    /// Counts queued jobs, and one for `finish`. The C semaphore is its own synchronisation and has a fixed address.
    private let available: Semaphore = Semaphore()

    /// Makes the executor and its thread.
    ///
    /// - Parameter stackSizeInBytes: nil: the system's default.
    package static func start(stackSizeInBytes: Int? = nil) -> SerialThread {
        let executor = SerialThread()
        let isStarted = DetachedThread.start(stackSizeInBytes: stackSizeInBytes) { executor.loop() }
        precondition(isStarted, "the system has no thread left")
        return executor
    }

    /// The caller does not own the executor, and the job may release the last reference as soon as it is in the list; the signal
    /// therefore needs its own reference to the semaphore's owner.
    package func enqueue(_ job: consuming ExecutorJob) {
        let owned = Unmanaged.passRetained(self)
        defer { owned.release() }
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        available.signal()
    }

    /// Ends the thread once the jobs already queued have run.
    package func finish() {
        state.withLock { $0.isFinished = true }
        available.signal()
    }

    private func loop() {
        while true {
            available.wait()
            let (jobs, isFinished) = state.withLock { state in
                defer { state.jobs = [] }
                return (state.jobs, state.isFinished)
            }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if isFinished && jobs.isEmpty { return }
        }
    }
}

/// A POSIX semaphore.
///
/// `@unchecked Sendable`: the semaphore lives at one heap address from `init` to `deinit`, and `sem_post` and `sem_wait` may
/// be called from any thread.
private final class Semaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }

    func wait() { while sem_wait(semaphore) != 0 {} }
}
