internal import Glibc
internal import System

/// A private PostgreSQL server on a local socket, with its data under a home folder.
///
/// The server's programs are the distribution's. It runs in its own session and outlives the caller; for root it runs as `postgres`.
/// Access is by peer authentication only: the calling user may log in as the superuser and as the logins of the options.
public struct EmbeddedCluster: Sendable, Hashable {
    /// The bootstrap superuser, who migrates.
    public static let superuser = "postgres"

    let options: ClusterOptions
    let paths: ClusterPaths

    /// The cluster of `home`, which need not exist. Nothing is created or started.
    ///
    /// - Throws: `ClusterError.madeByAnotherUser` where the caller has none there and another user has: an empty catalogue would
    ///   be mistaken for the full one.
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
    /// Contains everything of the cluster, except perhaps the socket, which is in `socketFolder`.
    public var folder: String { paths.folder }

    /// Whether the server exists and runs, and its process.
    public enum Status: Hashable, Sendable {
        case notCreated
        case stopped
        case starting(process: Int32)
        case running(process: Int32)
    }

    /// The status by the server's files, without a connection.
    public func status() -> Status {
        guard FilePath.exists("\(paths.data)/PG_VERSION") else { return .notCreated }
        guard let (process, isReady) = postmaster() else { return .stopped }
        return isReady ? .running(process: process) : .starting(process: process)
    }

    /// What a server that starts after a crash says of its recovery; nil where none recovers.
    public func recovery() -> String? { ServerProcess.recovery(in: paths.data) }

    /// Creates the cluster where it is missing and starts it where it does not run; concurrent callers wait for each other, and for
    /// a server that recovers after a crash as long as it shows progress.
    ///
    /// - Parameter waiting: called on another thread where the start waits for over a second.
    public func start(waiting: @escaping @Sendable (ClusterWait) -> Void = { _ in }) async throws(ClusterError) {
        try await BlockingWork().run { () throws(ClusterError) in try self.startBlocking(Waiting(waiting)) }
    }

    /// Requires the server's programs, and a user as whom they can run. Nothing is created or started.
    ///
    /// - Throws: what `start` would, where they are missing.
    public func requirePrograms() throws(ClusterError) {
        _ = try ServerUser.forCaller()
        _ = try ServerBinaries.locate(extra: options.binaryFolders, needed: nil)
    }

    /// How a server was stopped.
    public enum StopOutcome: Hashable, Sendable {
        case wasNotRunning
        /// With a checkpoint.
        case stopped
        /// Without a checkpoint, because it had not stopped before; the next start recovers.
        case stoppedImmediately
    }

    /// Stops the server; sessions are ended and their transactions rolled back.
    ///
    /// A server that does not stop in time is stopped without a checkpoint, by which nothing committed is lost.
    /// - Parameter waiting: called on another thread where the stop waits for over a second.
    @discardableResult
    public func stop(waiting: @escaping @Sendable (ClusterWait) -> Void = { _ in }) async throws(ClusterError)
        -> StopOutcome
    {
        try await BlockingWork().run { () throws(ClusterError) in try self.stopBlocking(Waiting(waiting)) }
    }

    /// Stops the server at once and deletes the cluster with all its data.
    public func destroy() async throws(ClusterError) {
        try await BlockingWork().run { () throws(ClusterError) in try self.destroyBlocking(Waiting { _ in }) }
    }

    /// The running server's process from `postmaster.pid`; nil when the file is missing or stale.
    func postmaster() -> (process: Int32, isReady: Bool)? {
        guard let text = FileSystem.read("\(paths.data)/postmaster.pid") else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let process = lines.first.flatMap({ Int32($0) }), process > 1 else { return nil }
        guard ServerProcess.isAlive(process, in: paths.data) else { return nil }
        return (process, lines.count > 7 && lines[7].hasPrefix("ready"))
    }
}
