internal import Glibc

extension EmbeddedCluster {
    func startBlocking() throws(ClusterError) {
        let user = try ServerUser.forCaller()
        try makeFolders(user)
        try FileSystem.withLock(paths.lock) { () throws(ClusterError) in
            try recordHome()
            if case .running = status() { return }
            let existing = FileSystem.read("\(paths.data)/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
            let binaries = try ServerBinaries.locate(extra: options.binaryFolders, needed: existing)
            if existing == nil { try create(binaries, user) }
            try writeAccessRules()
            try launch(binaries, user)
        }
    }

    private func makeFolders(_ user: ServerUser?) throws(ClusterError) {
        try FileSystem.makeFolders(paths.home, mode: 0o755)
        try FileSystem.makeFolders(paths.folder, mode: user == nil ? 0o700 : 0o711)
        try FileSystem.makePrivateFolder(paths.server, user: user)
        try FileSystem.makePrivateFolder(paths.socketFolder, user: user)
    }

    /// The folder's name is a hash of the home; the home written inside makes sure of it.
    private func recordHome() throws(ClusterError) {
        guard let recorded = FileSystem.read(paths.homeRecord) else {
            return try FileSystem.write(paths.home, to: paths.homeRecord, mode: 0o600)
        }
        // Outside root's folder the cluster moves with its home.
        if recorded != paths.home && geteuid() == 0 { throw .belongsToAnotherHome(folder: paths.folder) }
    }

    /// Makes the data under another name and renames them, so that a half-made cluster is never taken for one.
    private func create(_ binaries: ServerBinaries, _ user: ServerUser?) throws(ClusterError) {
        try Program(["/bin/rm", "-rf", paths.unfinishedData, paths.data]).running(as: user).output()
        var arguments = [
            binaries.path("initdb"), "--pgdata=\(paths.unfinishedData)", "--username=\(Self.superuser)", "--auth=peer",
            "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions",
        ]
        if !options.syncsInitialisation { arguments.append("--no-sync") }
        try Program(arguments).running(as: user).output()
        try makeRolesAndDatabase(binaries, user)
        try Program(["/bin/mv", "-T", paths.unfinishedData, paths.data]).running(as: user).output()
        if options.syncsInitialisation { try Program(["/bin/sync", paths.server]).running(as: user).output() }
    }

    /// The logins and the database, by the server's single-user mode, which takes one statement a line.
    private func makeRolesAndDatabase(_ binaries: ServerBinaries, _ user: ServerUser?) throws(ClusterError) {
        let statements =
            options.logins.map { "create role \"\($0)\" login" } + ["create database \"\(options.database)\""]
        let script = statements.joined(separator: "\n") + "\n"
        try FileSystem.write(script, to: paths.firstStatements, mode: 0o644)
        defer { unlink(paths.firstStatements) }
        var server = Program([
            binaries.path("postgres"), "--single", "-D", paths.unfinishedData, "-c", "exit_on_error=on", "-c",
            "log_checkpoints=off", "postgres",
        ])
        server.input = paths.firstStatements
        try server.running(as: user).output()
    }

    /// Peer authentication through a map: the calling user's name on the left, the role that it may be on the right.
    private func writeAccessRules() throws(ClusterError) {
        try FileSystem.write("local all all peer map=lacuna\n", to: paths.accessRules, mode: 0o644)
        let caller = try ServerUser.callerName()
        let lines = ([Self.superuser] + options.logins).map { "lacuna \"\(caller)\" \"\($0)\"\n" }
        try FileSystem.write(lines.joined(), to: paths.userMap, mode: 0o644)
    }

    private func launch(_ binaries: ServerBinaries, _ user: ServerUser?) throws(ClusterError) {
        let wasCrashed = removeStaleProcessFile(user)
        let start = Program([
            binaries.path("pg_ctl"), "start", "--silent", "--wait", "--timeout=60", "--pgdata=\(paths.data)",
            "--log=\(paths.log)", "--options=\(serverOptions())",
        ]).running(as: user)
        // Sessions of a killed server hold its shared memory until they notice, within seconds.
        for _ in 0..<(wasCrashed ? 20 : 0) {
            if try start.run().status == 0 { return }
            usleep(250_000)
        }
        guard try start.run().status == 0 else {
            let lines = (FileSystem.read(paths.log) ?? "").split(separator: "\n").suffix(5)
            throw .programFailed(program: "postgres", output: lines.joined(separator: "\n"))
        }
    }

    /// Whether the last server did not end properly. Its `postmaster.pid` goes where another program has the number now;
    /// elsewhere the server sees to it itself.
    private func removeStaleProcessFile(_ user: ServerUser?) -> Bool {
        let path = "\(paths.data)/postmaster.pid"
        guard let text = FileSystem.read(path) else { return false }
        let process = text.split(separator: "\n").first.flatMap { Int32($0) } ?? 0
        if process > 0, let name = FileSystem.read("/proc/\(process)/comm"), !name.hasPrefix("postgres") {
            unlink(path)
        }
        return true
    }

    /// Settings as `-c name='value'` for the shell that `pg_ctl` starts the server with.
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
