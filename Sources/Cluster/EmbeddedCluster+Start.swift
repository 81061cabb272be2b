internal import Glibc
internal import System

extension EmbeddedCluster {
    /// The lock is held until a server process exists, and not while it recovers, so that a stop can end a recovery.
    func startBlocking(_ waiting: Waiting) throws(ClusterError) {
        let user = try ServerUser.forCaller()
        for _ in 0..<3 {
            let launcher = try ensureServer(user, waiting)
            if try waitUntilReady(launcher, waiting) { return }
        }
        throw .notResponding(folder: paths.data, problem: "the server was stopped each time it started")
    }

    /// The program that starts the server; nil where a server exists already.
    private func ensureServer(_ user: ServerUser?, _ waiting: Waiting) throws(ClusterError) -> LaunchedProgram? {
        let lock = try ClusterLock(paths.lock, patience: options.lockPatience, waiting: waiting) {
            () throws(ClusterError) in try makeFolders(user)
        }
        defer { lock.release() }
        // A process that deleted the cluster may have removed them before it released the lock.
        try makeFolders(user)
        try recordHome()
        if try hasServer(waiting) { return nil }
        let existing = FileSystem.read("\(paths.data)/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
        let binaries = try ServerBinaries.locate(extra: options.binaryFolders, needed: existing)
        if existing == nil { try create(binaries, user, lock) }
        try writeAccessRules()
        try removeStaleProcessFiles()
        return try launch(binaries, user)
    }

    /// Whether a server process exists, after waiting for processes of a killed one to end, which detect its end within seconds.
    private func hasServer(_ waiting: Waiting) throws(ClusterError) -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            if postmaster() != nil { return true }
            // A server that starts works in its folder before it writes its process file.
            guard let process = ServerProcess.all(in: paths.data).first else { return false }
            if ContinuousClock.now > deadline {
                throw .notResponding(folder: paths.data, problem: "processes of a killed server still run")
            }
            waiting.check { .stop(process: process, recovery: nil) }
            usleep(20_000)
        }
    }

    /// Whether the server accepts connections; false where it ended first. Waits as long as it shows progress.
    ///
    /// A killed server closes its socket before its process has ended, while its process file still has the state ready.
    private func waitUntilReady(_ launcher: LaunchedProgram?, _ waiting: Waiting) throws(ClusterError) -> Bool {
        var progress = StartProgress(paths: paths)
        while let server = postmaster() {
            if server.isReady && FileSystem.isListening("\(paths.socketFolder)/.s.PGSQL.\(port)") {
                launcher?.wait()
                return true
            }
            if progress.silence() > options.startPatience {
                throw .notResponding(
                    folder: paths.data, problem: "server process \(server.process) does not accept connections")
            }
            waiting.check { .start(process: server.process, recovery: recovery()) }
            usleep(20_000)
        }
        if let launcher, launcher.wait() != 0 { throw launchFailure() }
        return false
    }

    private func makeFolders(_ user: ServerUser?) throws(ClusterError) {
        try FileSystem.makeFolders(paths.home, mode: 0o700)
        try FileSystem.makeFolders(paths.folder, mode: user == nil ? 0o700 : 0o711)
        try FileSystem.makePrivateFolder(paths.server, user: user)
        try FileSystem.makePrivateFolder(paths.socketFolder, user: user)
    }

    /// Records the path of the home, because the name of the folder is only a hash of it.
    private func recordHome() throws(ClusterError) {
        guard let recorded = FileSystem.read(paths.homeRecord) else {
            return try FileSystem.write(paths.home, to: paths.homeRecord, mode: 0o600)
        }
        // Outside root's folder the cluster moves with its home.
        if recorded != paths.home && geteuid() == 0 { throw .belongsToAnotherHome(folder: paths.folder) }
    }

    /// Peer authentication through a map of the calling user's name to the roles that it may log in as.
    private func writeAccessRules() throws(ClusterError) {
        try FileSystem.write("local all all peer map=lacuna\n", to: paths.accessRules, mode: 0o644)
        let caller = try ServerUser.callerName()
        let lines = ([Self.superuser] + options.logins).map { "lacuna \"\(caller)\" \"\($0)\"\n" }
        try FileSystem.write(lines.joined(), to: paths.userMap, mode: 0o644)
    }

    /// Starts the server, and waits until its process file exists. It does not inherit the lock, because it outlives the caller.
    private func launch(_ binaries: ServerBinaries, _ user: ServerUser?) throws(ClusterError) -> LaunchedProgram {
        let launcher = try SystemProgram([
            binaries.path("pg_ctl"), "start", "--silent", "--wait", "--timeout=86400", "--pgdata=\(paths.data)",
            "--log=\(paths.log)", "--options=\(serverOptions())",
        ]).running(as: user).launch()
        while postmaster() == nil {
            if let status = launcher.poll() {
                if status == 0 { break }
                throw launchFailure()
            }
            usleep(10_000)
        }
        return launcher
    }

    private func launchFailure() -> ClusterError {
        let lines = (FileSystem.read(paths.log) ?? "").split(separator: "\n").suffix(5)
        return .programFailed(program: "postgres", output: lines.joined(separator: "\n"))
    }

    /// Removes the process files of a server that was killed.
    ///
    /// A new server refuses to start where any process, also of another program, has the recorded number.
    private func removeStaleProcessFiles() throws(ClusterError) {
        let socket = "\(paths.socketFolder)/.s.PGSQL.\(port)"
        let stale = ["\(paths.data)/postmaster.pid", "\(socket).lock", socket].filter(FilePath.exists)
        for path in stale where unlink(path) != 0 && errno != ENOENT {
            throw .file(path: path, problem: FileSystem.lastProblem())
        }
    }

    /// Settings as `-c name='value'` for the shell by which `pg_ctl` starts the server.
    private func serverOptions() -> String {
        var settings = ClusterOptions.defaults.merging(options.settings) { $1 }
        settings["unix_socket_directories"] = paths.socketFolder
        settings["hba_file"] = paths.accessRules
        settings["ident_file"] = paths.userMap
        return settings.sorted { $0.key < $1.key }
            .map {
                "-c \($0.key)='\($0.value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
            }
            .joined(separator: " ")
    }
}
