internal import Glibc
internal import System

/// Runs a program with the message as its standard input. Its output is discarded; no shell is involved.
public struct CommandHook: Hook {
    public let name = "command"
    /// The absolute path of the program, then its arguments.
    private let arguments: [String]

    /// - Precondition: there is a program.
    public init(_ arguments: [String]) {
        precondition(!arguments.isEmpty, "a command has a program")
        self.arguments = arguments
    }

    /// What a socket takes without a reader.
    private static let messageLimit = 64 * 1024

    public func deliver(_ message: [UInt8], within limit: Duration) async throws(HookFailure) {
        let deadline = ContinuousClock.now + limit
        let child = try start(message)
        var status: Int32 = 0
        while waitpid(child, &status, WNOHANG) != child {
            if ContinuousClock.now > deadline || Task.isCancelled {
                kill(-child, SIGKILL)
                while waitpid(child, &status, 0) < 0 && errno == EINTR {}
                throw .timedOut
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        if code != 0 { throw .exited(code) }
    }

    /// Starts the program with the whole message in a socket, whose other end is closed.
    private func start(_ message: [UInt8]) throws(HookFailure) -> pid_t {
        guard message.count <= Self.messageLimit else { throw .messageTooLarge }
        // A pair of sockets is closed at other programs' start from its first moment on; pipe() has no such flag.
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .notStarted(errno) }
        defer { close(ends[0]) }
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let count = send(ends[1], message, message.count, flags)
        close(ends[1])
        guard count == message.count else { throw .messageTooLarge }
        return try spawn(input: ends[0])
    }

    /// In a process group of its own, so that the time limit ends its children too.
    private func spawn(input: Int32) throws(HookFailure) -> pid_t {
        let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8"]
        let (code, child) = ProgramStart.spawn(arguments[0], words: arguments, environment: environment) {
            posix_spawn_file_actions_adddup2(&$0, input, 0)
            for stream in [Int32(1), 2] { posix_spawn_file_actions_addopen(&$0, stream, "/dev/null", O_WRONLY, 0) }
            // Descriptors that other code left inheritable; one that is closed by then does no harm.
            let open = ((try? Folder.names(in: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
            for inherited in open where inherited > 2 { posix_spawn_file_actions_addclose(&$0, inherited) }
        }
        guard code == 0 else { throw .notStarted(code) }
        return child
    }
}
