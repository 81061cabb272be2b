internal import Glibc
internal import System

/// The lock of a cluster's folder, held until it is released or the last process that has it open ends.
///
/// A program that inherits it holds it too: where the command that started `initdb` is killed, the next one waits for `initdb`.
final class ClusterLock {
    let descriptor: Int32
    private var isHeld = true

    /// Waits for the lock.
    ///
    /// - Throws: `ClusterError.locked` where another process still holds it after `patience`.
    init(_ path: String, patience: Duration, waiting: Waiting) throws(ClusterError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, problem: FileSystem.lastProblem()) }
        do {
            try take(path, patience, waiting)
        } catch {
            close(descriptor)
            isHeld = false
            throw error
        }
    }

    deinit { release() }

    /// Only closes: an explicit unlocking would also take the lock from programs that inherited it.
    func release() {
        if isHeld { close(descriptor) }
        isHeld = false
    }

    private func take(_ path: String, _ patience: Duration, _ waiting: Waiting) throws(ClusterError) {
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw .file(path: path, problem: FileSystem.lastProblem())
            }
            if ContinuousClock.now > deadline {
                throw .locked(folder: path, holder: ServerProcess.holder(ofLock: path))
            }
            waiting.check { .lock(holder: ServerProcess.holder(ofLock: path)) }
            usleep(20_000)
        }
    }
}
