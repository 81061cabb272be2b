internal import Glibc
internal import System

extension EmbeddedCluster {
    func stopBlocking() throws(ClusterError) {
        guard FilePath.exists(paths.folder) else { return }
        let user = try ServerUser.forCaller()
        try FileSystem.withLock(paths.lock) { () throws(ClusterError) in try shutDown(user, mode: "fast") }
    }

    func destroyBlocking() throws(ClusterError) {
        guard FilePath.exists(paths.folder) else { return }
        let user = try ServerUser.forCaller()
        try FileSystem.withLock(paths.lock) { () throws(ClusterError) in
            try shutDown(user, mode: "immediate")
            try SystemProgram(["/bin/rm", "-rf", paths.server, paths.socketFolder]).output()
        }
        try SystemProgram(["/bin/rm", "-rf", paths.folder]).output()
    }

    private func shutDown(_ user: ServerUser?, mode: String) throws(ClusterError) {
        guard postmaster() != nil, let version = FileSystem.read("\(paths.data)/PG_VERSION") else { return }
        let binaries = try ServerBinaries.locate(
            extra: options.binaryFolders, needed: Int(version.prefix { $0.isNumber }))
        try SystemProgram([
            binaries.path("pg_ctl"), "stop", "--silent", "--wait", "--timeout=60", "--mode=\(mode)",
            "--pgdata=\(paths.data)",
        ]).running(as: user).output()
    }
}
