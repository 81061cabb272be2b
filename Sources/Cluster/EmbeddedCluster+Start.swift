internal import Glibc
internal import System

extension EmbeddedCluster {
    func startBlocking() throws(ClusterError) {
        let user = try ServerUser.forCaller()
        try makeFolders(user)
        try FileSystem.withLock(paths.lock) { () throws(ClusterError) in
            try recordHome()
            if try isServed() { return }
            let existing = FileSystem.read("\(paths.data)/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
            let binaries = try ServerBinaries.locate(extra: options.binaryFolders, needed: existing)
            if existing == nil { try create(binaries, user) }
            try writeAccessRules()
            try launch(binaries, user)
        }
    }

    /// Whether a server accepts connections, after waiting for one that is starting or ending.
    ///
    /// A killed server closes its socket before its process has ended, while its process file still has the state ready.
    private func isServed() throws(ClusterError) -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while let server = postmaster() {
            if server.isReady && FileSystem.isListening("\(paths.socketFolder)/.s.PGSQL.\(port)") { return true }
            if ContinuousClock.now > deadline {
                throw .notResponding(
                    folder: paths.data, problem: "server process \(server.process) does not accept connections")
            }
            usleep(20_000)
        }
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

    /// Creates the data under another name and renames them, so that an incomplete cluster is never used.
    private func create(_ binaries: ServerBinaries, _ user: ServerUser?) throws(ClusterError) {
        try SystemProgram(["/bin/rm", "-rf", paths.unfinishedData, paths.data]).running(as: user).output()
        var arguments = [
            binaries.path("initdb"), "--pgdata=\(paths.unfinishedData)", "--username=\(Self.superuser)", "--auth=peer",
            "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions",
        ]
        if !options.syncsInitialisation { arguments.append("--no-sync") }
        try SystemProgram(arguments).running(as: user).output()
        try makeRolesAndDatabase(binaries, user)
        try SystemProgram(["/bin/mv", "-T", paths.unfinishedData, paths.data]).running(as: user).output()
        if options.syncsInitialisation { try SystemProgram(["/bin/sync", paths.server]).running(as: user).output() }
    }

    /// Creates the logins and the database in the server's single-user mode, which reads one statement from each line.
    private func makeRolesAndDatabase(_ binaries: ServerBinaries, _ user: ServerUser?) throws(ClusterError) {
        let statements =
            options.logins.map { "create role \"\($0)\" login" } + ["create database \"\(options.database)\""]
        let script = statements.joined(separator: "\n") + "\n"
        try FileSystem.write(script, to: paths.firstStatements, mode: 0o644)
        defer { unlink(paths.firstStatements) }
        var server = SystemProgram([
            binaries.path("postgres"), "--single", "-D", paths.unfinishedData, "-c", "exit_on_error=on", "-c",
            "log_checkpoints=off", "postgres",
        ])
        server.input = paths.firstStatements
        try server.running(as: user).output()
    }

    /// Peer authentication through a map of the calling user's name to the roles that it may log in as.
    private func writeAccessRules() throws(ClusterError) {
        try FileSystem.write("local all all peer map=lacuna\n", to: paths.accessRules, mode: 0o644)
        let caller = try ServerUser.callerName()
        let lines = ([Self.superuser] + options.logins).map { "lacuna \"\(caller)\" \"\($0)\"\n" }
        try FileSystem.write(lines.joined(), to: paths.userMap, mode: 0o644)
    }

    private func launch(_ binaries: ServerBinaries, _ user: ServerUser?) throws(ClusterError) {
        try removeStaleProcessFiles()
        let status = try SystemProgram([
            binaries.path("pg_ctl"), "start", "--silent", "--wait", "--timeout=60", "--pgdata=\(paths.data)",
            "--log=\(paths.log)", "--options=\(serverOptions())",
        ]).running(as: user).run().status
        guard status == 0 else {
            let lines = (FileSystem.read(paths.log) ?? "").split(separator: "\n").suffix(5)
            throw .programFailed(program: "postgres", output: lines.joined(separator: "\n"))
        }
    }

    /// Removes the process files of a server that was killed.
    ///
    /// A new server refuses to start where any process, also of another program, has the recorded number. Sessions of the killed
    /// server must have ended first; they detect its end within seconds.
    private func removeStaleProcessFiles() throws(ClusterError) {
        let socket = "\(paths.socketFolder)/.s.PGSQL.\(port)"
        let stale = ["\(paths.data)/postmaster.pid", "\(socket).lock", socket].filter(FilePath.exists)
        guard !stale.isEmpty, postmaster() == nil else { return }
        let (deadline, data) = (ContinuousClock.now + .seconds(20), try FileSystem.resolve(paths.data))
        while ServerProcess.anyWorks(in: data) {
            if ContinuousClock.now > deadline {
                throw .notResponding(folder: paths.data, problem: "processes of a killed server still run")
            }
            usleep(20_000)
        }
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
