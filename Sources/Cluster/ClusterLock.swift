internal import Glibc
internal import System

/// The lock of a cluster's folder, held until it is released or the last process that has it open ends.
///
/// A program that inherits it holds it too: where the command that started `initdb` is killed, the next one waits for `initdb`.
final class ClusterLock {
    private(set) var descriptor: Int32
    private var isHeld = false

    /// Waits for the lock. A file that the holder deleted, with the cluster, is created again.
    ///
    /// - Parameter prepare: creates the folder of the file where it may be missing.
    /// - Throws: `ClusterError.locked` where another process still holds it after `patience`.
    init(
        _ path: String, patience: Duration, waiting: Waiting, prepare: () throws(ClusterError) -> Void = {}
    ) throws(ClusterError) {
        let deadline = ContinuousClock.now + patience
        descriptor = -1
        repeat {
            release()
            try prepare()
            descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw .file(path: path, problem: FileSystem.lastProblem()) }
            isHeld = true
            try take(path, until: deadline, waiting)
        } while !isCurrent(path)
    }

    deinit { release() }

    /// Only closes: an explicit unlocking would also take the lock from programs that inherited it.
    func release() {
        if isHeld { close(descriptor) }
        isHeld = false
    }

    /// Whether the open file is the one of that name.
    private func isCurrent(_ path: String) -> Bool {
        var (open, named) = (stat(), stat())
        return fstat(descriptor, &open) == 0 && lstat(path, &named) == 0 && open.st_dev == named.st_dev
            && open.st_ino == named.st_ino
    }

    private func take(
        _ path: String, until deadline: ContinuousClock.Instant, _ waiting: Waiting
    ) throws(ClusterError) {
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
