internal import Glibc

/// A child process that has been started and not yet waited for.
final class LaunchedProgram {
    private let process: pid_t
    private var status: Int32?

    init(_ process: pid_t) { self.process = process }

    deinit { collect(WNOHANG) }

    /// Its exit status; nil while it runs.
    func poll() -> Int32? {
        collect(WNOHANG)
        return status
    }

    /// Blocks until it ends.
    @discardableResult
    func wait() -> Int32 {
        while status == nil { collect(0) }
        return status ?? 1
    }

    private func collect(_ options: Int32) {
        guard status == nil else { return }
        var raw: Int32 = 0
        let found = waitpid(process, &raw, options)
        if found == process { status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + raw & 0x7F }
        if found < 0 && errno != EINTR { status = 1 }
    }
}
