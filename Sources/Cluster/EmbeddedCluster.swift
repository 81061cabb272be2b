internal import Glibc
internal import System

/// A PostgreSQL server of one's own on a private socket, kept under a home folder.
///
/// The server is the distribution's. It runs in a session of its own and outlives the caller; as root it runs as `postgres`.
/// Access is by peer authentication only: the calling user may log in as the superuser and as the logins of the options.
public struct EmbeddedCluster: Sendable, Hashable {
    /// The bootstrap superuser, who migrates.
    public static let superuser = "postgres"

    let options: ClusterOptions
    let paths: ClusterPaths

    /// Names the cluster of `home`, which need not exist. Nothing is made or started.
    ///
    /// - Throws: `ClusterError.madeByAnotherUser` where the caller has none there and somebody else has: an empty catalogue
    ///   would pass for the full one.
    public init(home: String, options: ClusterOptions = ClusterOptions()) throws(ClusterError) {
        self.options = options
        paths = try ClusterPaths(home: home, options: options)
        if let (theirs, owner) = paths.clusterOfAnotherUser() {
            throw .madeByAnotherUser(theirs: theirs, owner: owner, ours: paths.folder)
        }
    }

    /// The folder of the socket: libpq's `host`.
    public var socketFolder: String { paths.socketFolder }
    public var port: Int { 5432 }
    public var database: String { options.database }
    public var dataFolder: String { paths.data }
    public var logFile: String { paths.log }
    /// Everything the cluster keeps lies under this folder, and the socket possibly in `socketFolder`.
    public var folder: String { paths.folder }

    /// Whether it runs, and since which process.
    public enum Status: Hashable, Sendable {
        case notCreated
        case stopped
        case starting(process: Int32)
        case running(process: Int32)
    }

    /// What the server's own files say, without connecting.
    public func status() -> Status {
        guard FileSystem.exists("\(paths.data)/PG_VERSION") else { return .notCreated }
        guard let (process, isReady) = postmaster() else { return .stopped }
        return isReady ? .running(process: process) : .starting(process: process)
    }

    /// Makes the cluster if there is none and starts it if it does not run; callers at the same time wait for one another.
    public func start() async throws(ClusterError) {
        try await BlockingWork().run { () throws(ClusterError) in try self.startBlocking() }
    }

    /// Stops the server; sessions are ended and their transactions rolled back.
    public func stop() async throws(ClusterError) {
        try await BlockingWork().run { () throws(ClusterError) in try self.stopBlocking() }
    }

    /// Stops the server at once and deletes the cluster with all its data.
    public func destroy() async throws(ClusterError) {
        try await BlockingWork().run { () throws(ClusterError) in try self.destroyBlocking() }
    }

    /// The running server's process from `postmaster.pid`; nil when the file is missing or stale.
    func postmaster() -> (process: Int32, isReady: Bool)? {
        guard let text = FileSystem.read("\(paths.data)/postmaster.pid") else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let process = lines.first.flatMap({ Int32($0) }), process > 1 else { return nil }
        // Another program may have taken the number since, and a dead server may wait for somebody to collect it.
        guard ServerProcess.isAlive(process) else { return nil }
        return (process, lines.count > 7 && lines[7].hasPrefix("ready"))
    }
}
