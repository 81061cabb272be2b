internal import CChild
internal import Dispatch
internal import Glibc
internal import Synchronization
internal import System

/// A started program in a process group of its own, with its ends.
struct ChildProgram {
    let process: pid_t

    enum Ending: Hashable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// What a program is started with.
    struct Request: Sendable {
        let program: String
        let words: [String]
        let environment: [String: String]
        /// The working folder.
        let folder: String
        /// A pipe in the file system for its standard output, which this process has opened; and a file for its standard error.
        let output, errors: String
        /// The folders below which it may change files, where the kernel can restrict it.
        let writable: [String]
    }

    /// Starts a program without any descriptor of this process. Its group is killed where this process is interrupted (`Unfinished`).
    /// Blocks.
    ///
    /// - Throws: an errno.
    init(_ request: Request) throws(SystemError) {
        let start = StartResult()
        // On a thread of its own, because a restriction holds for a thread and for what it starts.
        let isStarted = DetachedThread.start { start.give(Self.startRestricted(request)) }
        guard isStarted else { throw SystemError(operation: "pthread_create", path: request.program, code: EAGAIN) }
        let (code, child) = start.take()
        guard code == 0 else { throw SystemError(operation: "posix_spawn", path: request.program, code: code) }
        process = child
    }

    /// Whether the kernel can keep a program from truncating files, too: Landlock's third version, of Linux 6.2.
    static var canRestrictFully: Bool { child_landlock_version() >= 3 }

    /// Whether the kernel can restrict what a program changes.
    static var canRestrict: Bool { child_landlock_version() > 0 }

    private static func startRestricted(_ request: Request) -> (code: Int32, child: pid_t) {
        if canRestrict {
            let folders = (request.writable + ["/dev"]).map { strdup($0) }
            defer { for folder in folders { free(folder) } }
            let code = folders.map { UnsafePointer($0) }.withUnsafeBufferPointer {
                child_allow_changes_below($0.baseAddress, Int32($0.count))
            }
            guard code == 0 else { return (code, 0) }
        }
        return spawn(request)
    }

    private static func spawn(_ request: Request) -> (code: Int32, child: pid_t) {
        let environment = request.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let (code, child) = ProgramStart.spawn(request.program, words: request.words, environment: environment) {
            posix_spawn_file_actions_addopen(&$0, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&$0, 1, request.output, O_WRONLY, 0)
            posix_spawn_file_actions_addopen(&$0, 2, request.errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            child_close_from(&$0, 3)
            child_change_folder(&$0, request.folder)
        }
        if code == 0 { Unfinished.add(processGroup: child) }
        return (code, child)
    }

    /// Sends a signal to the whole group.
    func signal(_ number: Int32) { kill(-process, number) }

    /// How it ended; nil while it runs. Kills what is left of its group.
    func poll() -> Ending? {
        var info = siginfo_t()
        // The process is collected after its group is killed, so that its number is not given to another group meanwhile.
        guard waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 else {
            return errno == EINTR ? nil : .exited(-1)
        }
        guard info.si_signo == SIGCHLD else { return nil }
        signal(SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            if errno != EINTR { return .exited(-1) }
        }
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    }
}

/// What a thread that starts a program returns to the one that waits for it.
private final class StartResult: Sendable {
    private let result = Mutex<(code: Int32, child: pid_t)>((EAGAIN, 0))
    private let isThere = DispatchSemaphore(value: 0)

    func give(_ found: (code: Int32, child: pid_t)) {
        result.withLock { $0 = found }
        isThere.signal()
    }

    /// Blocks.
    func take() -> (code: Int32, child: pid_t) {
        isThere.wait()
        return result.withLock { $0 }
    }
}
