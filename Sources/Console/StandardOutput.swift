internal import Glibc
internal import Synchronization
internal import System

/// Standard output and standard error as files: whether they take what is written.
enum StandardOutput {
    private static let failure = Atomic<Int32>(0)

    /// Opens those of the three standard descriptors that the caller closed, so that no file or socket of the program gets their numbers.
    /// Writing to a closed standard output then fails, as it should.
    static func reserveDescriptors() {
        for descriptor in 0...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes all of the text. An error of standard output is kept for `takeFailure`, one of standard error is ignored.
    ///
    /// A closed pipe ends the program by SIGPIPE, as usual, or with the same status where the signal is ignored.
    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return fail(descriptor, errno) }
                written += count
            }
        }
    }

    /// Why standard output did not take everything; nil where it did. Forgets it.
    static func takeFailure() -> String? {
        let code = failure.exchange(0, ordering: .relaxed)
        return code == 0 ? nil : String(cString: strerror(code))
    }

    private static func fail(_ descriptor: Int32, _ code: Int32) {
        guard descriptor == STDOUT_FILENO else { return }
        if code == EPIPE {
            Unfinished.removeAll()
            _exit(128 + SIGPIPE)
        }
        failure.store(code, ordering: .relaxed)
    }
}
