internal import Glibc
internal import System

extension EmbeddedCluster {
    /// Creates the data under another name and renames them, so that an incomplete cluster is never used.
    ///
    /// The programs hold the lock too: they continue where the caller is killed, and the next caller waits for them.
    func create(_ binaries: ServerBinaries, _ user: ServerUser?, _ lock: ClusterLock) throws(ClusterError) {
        // A folder of this name was complete once, so it is not deleted where it cannot be read.
        if FilePath.exists(paths.data) { throw .damaged(folder: paths.data) }
        func run(_ arguments: [String], input: String = "/dev/null") throws(ClusterError) {
            var program = SystemProgram(arguments)
            program.input = input
            try program.running(as: user).holding(lock).output()
        }
        try run(["/bin/rm", "-rf", paths.unfinishedData])
        var arguments = [
            binaries.path("initdb"), "--pgdata=\(paths.unfinishedData)", "--username=\(Self.superuser)", "--auth=peer",
            "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions",
        ]
        if !options.syncsInitialisation { arguments.append("--no-sync") }
        try run(arguments)
        try FileSystem.write(firstStatements, to: paths.firstStatements, mode: 0o644)
        defer { unlink(paths.firstStatements) }
        let server = [
            binaries.path("postgres"), "--single", "-D", paths.unfinishedData, "-c", "exit_on_error=on", "-c",
            "log_checkpoints=off", "postgres",
        ]
        try run(server, input: paths.firstStatements)
        try run(["/bin/mv", "-T", paths.unfinishedData, paths.data])
        if options.syncsInitialisation { try run(["/bin/sync", paths.server]) }
    }

    /// Creates the logins and the database in the server's single-user mode, which reads one statement from each line.
    private var firstStatements: String {
        let statements =
            options.logins.map { "create role \"\($0)\" login" } + ["create database \"\(options.database)\""]
        return statements.joined(separator: "\n") + "\n"
    }
}
