public import Postgres

/// Jobs for daemons, claimed by leases. The clock is the database's; after the end of a lease that no heartbeat renewed,
/// another daemon can claim the job.
public struct JobQueue: Sendable {
    public let connection: Connection
    /// Host and process of this daemon, for people to read.
    public let worker: String
    private let lease: @Sendable () -> Double

    /// The duration of a claim without a heartbeat, 1 to 3600 s.
    public var leaseSeconds: Double { lease() }

    public init(_ connection: Connection, worker: String, leaseSeconds: Double) {
        self.init(connection, worker: worker) { leaseSeconds }
    }

    /// - Parameter lease: seconds, asked for at each claim and heartbeat.
    public init(_ connection: Connection, worker: String, lease: @escaping @Sendable () -> Double) {
        (self.connection, self.worker, self.lease) = (connection, worker, lease)
    }

    // MARK: - Claims

    /// Claims a run's job; nil where the lease of another claim has not ended.
    public func claim(run: Int64) async throws -> JobClaim? {
        try await connection.one(ClaimRun(run: run, worker: worker, lease: leaseSeconds))
    }

    /// Claims up to `limit` due jobs, all of one of the kinds: first that of the highest priority, among equals the one due
    /// first. Runs that were started by hand are not claimed.
    public func claim(_ kinds: [JobKind], limit: Int = 1) async throws -> [ClaimedJob] {
        try await connection.run(ClaimJobs(kinds: kinds, worker: worker, lease: leaseSeconds, limit: limit))
    }

    /// Claims up to `limit` due jobs of a round's volumes.
    public func claim(_ kind: JobKind, ofRound round: Int64, limit: Int = 1) async throws -> [ClaimedJob] {
        try await connection.run(
            ClaimRoundJobs(round: round, kind: kind, worker: worker, lease: leaseSeconds, limit: limit))
    }

    /// Renews the lease, without a wait for another transaction.
    ///
    /// - Throws: SQLSTATE LA010 or LA013 where the run of the job is recalled or cancelled.
    public func heartbeat(_ claim: JobClaim) async throws -> Renewal {
        try await connection.one(Heartbeat(claim: claim, lease: leaseSeconds))
    }

    /// Ends the lease without counting an attempt; nothing where the claim is lost.
    public func release(_ claim: JobClaim) async throws { try await connection.run(ReleaseClaim(claim: claim)) }

    /// The holder of a run's job, with the rest of the lease; nil without one.
    public func holder(run: Int64) async throws -> JobHolder? { try await connection.first(FindHolder(run: run)) }

    /// Returns once the server answers.
    public func ping() async throws { try await connection.run(Ping()) }

    /// The numbers of jobs that wait, run or are dead, by kind and state; those that are 0 are left out.
    public func counts() async throws -> [JobCount] { try await connection.run(CountJobs()) }

    // MARK: - Ends

    /// Ends a job as done.
    /// - Parameter result: a JSON object with what the job measured.
    /// - Throws: SQLSTATE LA001 where the claim is lost.
    public func complete(_ claim: JobClaim, result: String? = nil) async throws {
        try await connection.run(CompleteJob(claim: claim, result: result))
    }

    /// Ends an attempt.
    ///
    /// - Parameters:
    ///   - pause: seconds until the next attempt, 0 to 86,400.
    ///   - final: whether another attempt would fail alike.
    /// - Returns: `waiting`, or `dead` where no attempt is left.
    /// - Throws: SQLSTATE LA001 where the claim is lost.
    public func fail(_ claim: JobClaim, reason: String, pause: Double, final: Bool = false) async throws -> JobState {
        try await connection.one(FailJob(claim: claim, reason: reason, pause: pause, final: final))
    }

    /// Returns jobs whose lease ended to the queue, or ends them where no attempt is left. Each is returned to one caller alone.
    public func expireLeases() async throws -> [ExpiredJob] { try await connection.run(ExpireLeases()) }

    // MARK: - Volumes of a round

    /// Creates the jobs that predict or relabel all these volumes for a round; dead and cancelled ones wait again, and those of other
    /// volumes that are not done are removed.
    ///
    /// - Parameter run: the claim on the run of the round.
    /// - Returns: the number of jobs that wait newly.
    public func enqueue(_ kind: JobKind, volumes: [Int64], ofRound round: Int64, under run: JobClaim) async throws
        -> Int
    {
        try await connection.one(EnqueueVolumes(claim: run, round: round, kind: kind, volumes: volumes))
    }

    /// How far the jobs of a kind of a round's volumes are.
    public func volumeCounts(_ kind: JobKind, ofRound round: Int64) async throws -> VolumeCounts {
        try await connection.one(CountVolumeJobs(round: round, kind: kind))
    }

    /// The first volume whose job of a kind is dead or was cancelled; nil where there is none.
    public func stoppedVolume(_ kind: JobKind, ofRound round: Int64) async throws -> Int64? {
        try await connection.first(FindStoppedVolume(round: round, kind: kind))
    }

    /// Combines the results of the done jobs of a kind of a round's volumes, by volume. However many there are, one batch of them
    /// is in memory.
    ///
    /// - Parameter add: adds a result, a JSON object, to what was combined before.
    public func combineResults<Sum>(
        _ kind: JobKind, ofRound round: Int64, into empty: Sum, batch: Int = 100,
        _ add: (inout Sum, VolumeResult) throws -> Void
    ) async throws -> Sum {
        var (sum, last) = (empty, Int64.min)
        while true {
            let page = try await connection.run(
                ListVolumeResults(round: round, kind: kind, after: last, limit: batch))
            for result in page { try add(&sum, result) }
            guard page.count == batch, let end = page.last else { return sum }
            last = end.volume
        }
    }
}
