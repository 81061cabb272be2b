internal import Glibc
internal import System

extension EmbeddedCluster {
    func stopBlocking(_ waiting: Waiting) throws(ClusterError) -> StopOutcome {
        guard let lock = try lockExisting(waiting) else { return .wasNotRunning }
        defer { lock.release() }
        return try shutDown(waiting)
    }

    func destroyBlocking(_ waiting: Waiting) throws(ClusterError) {
        guard let lock = try lockExisting(waiting) else { return }
        defer { lock.release() }
        if let process = postmaster()?.process { try end(process, SIGQUIT, waiting) }
        try SystemProgram(["/bin/rm", "-rf", paths.server, paths.socketFolder]).holding(lock).output()
        let names = (try? Folder.names(in: paths.folder)) ?? []
        let others = names.map { "\(paths.folder)/\($0)" }.filter { $0 != paths.lock }
        try SystemProgram(["/bin/rm", "-rf"] + others).holding(lock).output()
        // The lock last: whoever waits for it finds it deleted and begins anew. By then the folder may be in use again.
        guard unlink(paths.lock) == 0 else { throw .file(path: paths.lock, problem: FileSystem.lastProblem()) }
        guard rmdir(paths.folder) == 0 || errno == ENOTEMPTY || errno == ENOENT else {
            throw .file(path: paths.folder, problem: FileSystem.lastProblem())
        }
    }

    /// The lock of a cluster whose folder exists; nil where it does not, also where it was deleted meanwhile.
    private func lockExisting(_ waiting: Waiting) throws(ClusterError) -> ClusterLock? {
        guard FilePath.exists(paths.folder) else { return nil }
        do {
            return try ClusterLock(paths.lock, patience: options.lockPatience, waiting: waiting)
        } catch {
            guard FilePath.exists(paths.folder) else { return nil }
            throw error
        }
    }

    /// A fast shutdown, and an immediate one where that takes too long.
    private func shutDown(_ waiting: Waiting) throws(ClusterError) -> StopOutcome {
        guard let (process, isReady) = postmaster() else { return .wasNotRunning }
        let patience = isReady && recovery() == nil ? options.stopPatience : options.recoveryStopPatience
        kill(process, SIGINT)
        if waitForEnd(process, patience, waiting) { return .stopped }
        waiting.announce(.immediateStop(process: process))
        try end(process, SIGQUIT, waiting)
        return .stoppedImmediately
    }

    private func end(_ process: Int32, _ signal: Int32, _ waiting: Waiting) throws(ClusterError) {
        kill(process, signal)
        guard waitForEnd(process, .seconds(60), waiting) else {
            throw .notResponding(folder: paths.data, problem: "server process \(process) does not end")
        }
    }

    /// Whether all processes of the server end in time.
    private func waitForEnd(_ process: Int32, _ patience: Duration, _ waiting: Waiting) -> Bool {
        let deadline = ContinuousClock.now + patience
        while ServerProcess.isAlive(process, in: paths.data) || !ServerProcess.all(in: paths.data).isEmpty {
            if ContinuousClock.now > deadline { return false }
            waiting.check { .stop(process: process, recovery: recovery()) }
            usleep(20_000)
        }
        return true
    }
}
