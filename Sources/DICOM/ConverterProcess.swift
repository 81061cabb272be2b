internal import Glibc

/// Runs a program to its end without input and output, and kills it after a time limit.
struct ConverterProcess {
    /// The program's path, then its arguments.
    let arguments: [String]
    /// The value of `HOME` in its environment.
    let home: String
    /// Time limit.
    let seconds: Int

    enum Ending: Equatable {
        case exited(Int32)
        case timedOut
        /// The program could not be started, or its end not awaited; the code is `errno`.
        case failed(Int32)
    }

    /// Blocks.
    func run() -> Ending {
        var child = pid_t()
        let code = spawn(&child)
        guard code == 0 else { return .failed(code) }
        let deadline = ContinuousClock.now + .seconds(seconds)
        var status: Int32 = 0
        while true {
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child { break }
            if ended < 0 && errno != EINTR { return .failed(errno) }
            if ContinuousClock.now > deadline {
                kill(child, SIGKILL)
                while waitpid(child, &status, 0) < 0 && errno == EINTR {}
                return .timedOut
            }
            usleep(5_000)
        }
        return .exited(status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f)
    }

    /// Output goes to /dev/null: messages may contain patient data. The child stays in the caller's process group, so
    /// that Ctrl-C ends both.
    /// - Returns: 0, or `errno`.
    private func spawn(_ child: inout pid_t) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for stream in [Int32(1), 2] { posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = arguments.map { strdup($0) } + [nil]
        let settings: [String] = ["PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=\(home)"]
        let environment = settings.map { strdup($0) } + [nil]
        defer { for word in words + environment { free(word) } }
        return posix_spawn(&child, arguments[0], &actions, &attributes, words, environment)
    }
}
