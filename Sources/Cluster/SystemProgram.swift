internal import Glibc
internal import System

/// A child process in its own session that inherits no descriptor but a lock, so that Ctrl-C does not reach it and it keeps no pipe
/// open.
struct SystemProgram {
    var arguments: [String]
    /// Read as standard input; `/dev/null` unless set.
    var input = "/dev/null"
    /// Variables as `NAME=value`; none of the caller's is passed on.
    var environment = ["PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=/"]
    /// A lock's descriptor that the program inherits, and with it the lock; none for a program that starts the server.
    private var lock: Int32?

    init(_ arguments: [String]) { self.arguments = arguments }

    /// `POSIX_SPAWN_SETSID` of glibc, which the module map leaves out.
    private static let newSession: Int16 = 0x80

    /// The same program run as another user, by root.
    func running(as user: ServerUser?) -> SystemProgram {
        guard let user else { return self }
        var copy = self
        copy.arguments =
            ["/usr/bin/setpriv", "--reuid=\(user.userID)", "--regid=\(user.groupID)", "--init-groups", "--"] + arguments
        return copy
    }

    /// The same program, terminated when the thread that started it ends, also where that is killed.
    func endingWithCaller() -> SystemProgram {
        var copy = self
        copy.arguments = ["/usr/bin/setpriv", "--pdeathsig", "TERM", "--"] + arguments
        return copy
    }

    /// The same program, which holds `lock` as long as it runs, also after the caller was killed.
    func holding(_ lock: ClusterLock) -> SystemProgram {
        var copy = self
        copy.lock = lock.descriptor
        return copy
    }

    /// Starts it; its output is lost.
    func launch() throws(ClusterError) -> LaunchedProgram {
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard nowhere >= 0 else { throw .file(path: "/dev/null", problem: FileSystem.lastProblem()) }
        defer { close(nowhere) }
        return LaunchedProgram(try spawn(outputTo: nowhere))
    }

    /// Runs it to its end; its output goes to a temporary file, because a server that it starts would keep a pipe open.
    ///
    /// - Parameter ticks: whether `tick` is called some times a second while it runs.
    /// - Returns: its exit status and its output, both streams together.
    func run(ticks: Bool = false, tick: () -> Void = {}) throws(ClusterError) -> (status: Int32, output: String) {
        guard let scratch = tmpfile() else { throw .file(path: "/tmp", problem: FileSystem.lastProblem()) }
        defer { fclose(scratch) }
        let program = LaunchedProgram(try spawn(outputTo: fileno(scratch)))
        while ticks, program.poll() == nil {
            tick()
            usleep(50_000)
        }
        return (program.wait(), FileSystem.readAll(fileno(scratch)))
    }

    /// Its output.
    /// - Throws: `ClusterError.programFailed` where it does not exit with 0.
    @discardableResult
    func output() throws(ClusterError) -> String {
        let (status, output) = try run()
        guard status == 0 else {
            throw .programFailed(program: name, output: output.suffix(2000).trimmingLineBreaks())
        }
        return output[...].trimmingLineBreaks()
    }

    private var name: String {
        let isWrapped = arguments.first == "/usr/bin/setpriv"
        let program = isWrapped ? arguments.drop { $0 != "--" }.dropFirst().first : arguments.first
        return program?.split(separator: "/").last.map(String.init) ?? "program"
    }

    private func spawn(outputTo descriptor: Int32) throws(ClusterError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
        posix_spawn_file_actions_adddup2(&actions, descriptor, 2)
        // Descriptors that other code left inheritable; one that is closed by then does no harm.
        for inherited in ((try? Folder.names(in: "/proc/self/fd")) ?? []).compactMap({ Int32($0) })
        where inherited > 2 && inherited != lock {
            posix_spawn_file_actions_addclose(&actions, inherited)
        }
        // A descriptor copied to itself is inherited although it is closed at other programs' start.
        if let lock { posix_spawn_file_actions_adddup2(&actions, lock, lock) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Self.newSession | Int16(POSIX_SPAWN_SETSIGMASK))
        var child = pid_t()
        // From "/", because a server user may not be able to enter the caller's folder.
        let status = withCStrings(["env", "-C", "/"] + arguments) { arguments in
            withCStrings(environment) { posix_spawn(&child, "/usr/bin/env", &actions, &attributes, arguments, $0) }
        }
        guard status == 0 else {
            throw .programFailed(program: name, output: String(cString: strerror(status)))
        }
        return child
    }
}

/// Passes a null-terminated array of C strings.
private func withCStrings<T>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> T) -> T {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}

extension Substring {
    fileprivate func trimmingLineBreaks() -> String {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
