public import Postgres

/// The jobs as a data manager sees them: listed, retried, cancelled.
public struct JobRegister: Sendable {
    public let connection: Connection

    public init(_ connection: Connection) { self.connection = connection }

    /// Jobs in the given states, the newest first: those that are open or dead by id, those that ended otherwise by their end.
    ///
    /// - Parameters:
    ///   - kinds: nil: all.
    ///   - run: the name of a run, whose own job and those of its volumes are listed; nil: all.
    ///   - limit: the largest number of jobs, at least 1.
    public func jobs(
        in states: [JobState], kinds: [JobKind]? = nil, ofRun run: String? = nil, limit: Int
    ) async throws -> [JobRow] {
        try await connection.run(ListJobs(states: states, kinds: kinds ?? JobKind.allCases, run: run, limit: limit))
    }

    /// Nil where no job has the id.
    public func job(_ id: Int64) async throws -> JobRow? { try await connection.first(DescribeJob(job: id)) }

    /// Creates a job that verifies each volume in use; those that have ended wait again.
    ///
    /// - Returns: the number of jobs that wait newly.
    public func enqueueVerifications() async throws -> Int {
        try await connection.one(EnqueueImages(kind: .verify, descriptorVersion: nil))
    }

    /// Creates a job for each volume in use that lacks an image descriptor of the version.
    ///
    /// - Returns: the number of jobs that wait newly.
    public func enqueueFingerprints(version: Int) async throws -> Int {
        try await connection.one(EnqueueImages(kind: .fingerprint, descriptorVersion: version))
    }

    /// Returns a dead or cancelled job to the queue, with all its attempts.
    ///
    /// - Throws: SQLSTATE LA004 for an unknown job, LA005 in another state; LA005, LA010 or LA013 where its run is closed.
    public func retry(_ id: Int64) async throws { try await connection.run(RetryJob(job: id)) }

    /// Cancels a job that waits or runs. Its daemon stops and writes nothing more.
    ///
    /// - Throws: SQLSTATE LA004 for an unknown job, LA005 in another state.
    public func cancel(_ id: Int64, reason: String) async throws {
        try await connection.run(CancelJob(job: id, reason: reason))
    }
}

/// A job with the names of what it works on. Times are ISO 8601, UTC.
public struct JobRow: Sendable, Hashable {
    public let id: Int64
    public let kind: JobKind
    public let state: JobState
    public let schedule: String?
    public let run: String?
    public let round: Int?
    public let volume: Int64?
    public let priority: Int
    public let due: String
    public let attempts: Int
    /// Nil where the number is not limited.
    public let maxAttempts: Int?
    /// Host and process of the holder, or of the last one of a job that is done or dead.
    public let worker: String?
    /// The rest of the lease, negative where it ended; nil where nobody holds the job.
    public let leaseSecondsLeft: Double?
    /// Why the last attempt failed, or why the job is dead or cancelled.
    public let reason: String?
    public let created: String
    public let ended: String?
}
