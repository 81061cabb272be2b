public import Glibc

/// Runs programs and captures their output, or starts them.
///
/// Foundation's `Process` is not used anywhere: up to Swift 6.3 it sometimes reads beyond a buffer when it starts a program
/// (swift-corelibs-foundation 5472), and it considers a program running while another that was started at the same moment,
/// such as a server, keeps its socket open.
public enum ChildProcess {
    public struct Outcome: Sendable {
        /// Exit status; 128 + the signal's number for a program that a signal ended.
        public let status: Int32
        public let output: String
        public let errors: String
    }

    public struct Failure: Error {
        public let path: String
        public let problem: String
    }

    /// Path of a program of this package, built with the tests; an absolute path is that of another program.
    public static func built(_ name: String) -> String {
        if name.hasPrefix("/") { return name }
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/"
            + name
    }

    /// Runs a program and blocks until it ends. Its environment is `environment` and `PATH`.
    ///
    /// - Parameter folder: working folder; nil: that of the caller.
    /// - Throws: `Failure` if the program cannot be started.
    public static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil
    ) throws -> Outcome {
        guard let output = tmpfile(), let errors = tmpfile() else {
            throw Failure(path: path, problem: "no scratch file")
        }
        defer {
            fclose(output)
            fclose(errors)
        }
        let child = try start(
            path, arguments, environment: environment, folder: folder, output: fileno(output), errors: fileno(errors))
        return Outcome(status: wait(for: child), output: text(of: output), errors: text(of: errors))
    }

    /// Starts a program like `run`. The caller must call `wait(for:)`.
    ///
    /// - Parameters:
    ///   - output: open file descriptor for standard output. The program inherits every descriptor opened without `O_CLOEXEC`.
    /// - Returns: the process id.
    /// - Throws: `Failure` if the program cannot be started.
    public static func start(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
        output: Int32, errors: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        let variables = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        let prefix = folder.map { ["/usr/bin/env", "-C", $0] } ?? []
        return try spawn(prefix + [path] + arguments, variables, &actions)
    }

    /// Blocks until the process ends.
    ///
    /// - Returns: the exit status, as in `Outcome`.
    public static func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    }

    private static func spawn(
        _ arguments: [String], _ variables: [String], _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        let words: [UnsafeMutablePointer<CChar>?] = arguments.map { (text: String) in strdup(text) }
        let values: [UnsafeMutablePointer<CChar>?] = variables.map { (text: String) in strdup(text) }
        defer { for copy in words + values { free(copy) } }
        // Threads of tests block signals. A program that inherited the mask could not terminate its own children. Where the tests run in
        // the background, they ignore SIGINT, which a program would go on doing.
        var (attributes, mask, defaults) = (posix_spawnattr_t(), sigset_t(), sigset_t())
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        sigemptyset(&defaults)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var child = pid_t()
        let status = posix_spawn(&child, arguments[0], &actions, &attributes, words + [nil], values + [nil])
        guard status == 0 else { throw Failure(path: arguments[0], problem: String(cString: strerror(status))) }
        return child
    }

    static func text(of file: UnsafeMutablePointer<FILE>) -> String {
        rewind(file)
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
