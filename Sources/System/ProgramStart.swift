package import Glibc

/// Starts programs in process groups of their own, with the signals as a new process has them.
package enum ProgramStart {
    /// - Parameters:
    ///   - words: the program's name and its arguments.
    ///   - environment: all of it, as `NAME=value`.
    ///   - actions: what is done with descriptors and folder before the program begins.
    /// - Returns: 0 and the process, or an errno.
    package static func spawn(
        _ program: String, words: [String], environment: [String],
        actions prepare: (inout posix_spawn_file_actions_t) -> Void
    ) -> (code: Int32, process: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        prepare(&actions)
        var (attributes, none, all) = (posix_spawnattr_t(), sigset_t(), sigset_t())
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        let (words, environment) = (words.map { strdup($0) } + [nil], environment.map { strdup($0) } + [nil])
        defer { for word in words + environment { free(word) } }
        var process = pid_t()
        let code = posix_spawn(&process, program, &actions, &attributes, words, environment)
        return (code, process)
    }
}
