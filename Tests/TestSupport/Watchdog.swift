internal import Glibc

/// A shell that waits for the end of a pipe that only this process keeps open, and then cleans up; this also works after a
/// crash.
enum Watchdog {
    /// Shuts down every server in the folder at once and deletes the folder.
    private static let script = """
        trap '' INT TERM HUP
        read -r _
        for file in $(find "$0" -name postmaster.pid 2>/dev/null); do
            process=$(head -n 1 "$file")
            kill -QUIT "$process" 2>/dev/null
            while kill -0 "$process" 2>/dev/null && ! grep -qs '^State:.Z' "/proc/$process/status"; do sleep 0.05; done
        done
        rm -rf "$0"
        """

    static func start(folder: String) {
        guard let pipe = PrivatePipe() else { fatalError("no pipe for the watchdog") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe.reader, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A process group of its own, so that Ctrl-C on the tests does not stop it.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let arguments: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", script, folder].map { (text: String) in
            strdup(text)
        }
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        let status = posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments + [nil], environ)
        precondition(status == 0, "no watchdog: \(String(cString: strerror(status)))")
        close(pipe.reader)
        // The writing end stays open until this process ends.
    }
}
