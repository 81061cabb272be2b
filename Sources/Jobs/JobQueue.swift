public import Postgres

/// Claims on runs by leases; each run has one job. The clock is the database's; after the end of a lease that no heartbeat renewed,
/// another daemon can claim the run.
public struct JobQueue: Sendable {
    public let connection: Connection

    public init(_ connection: Connection) { self.connection = connection }

    /// Claims a run's job; nil where the lease of another claim has not ended.
    ///
    /// - Parameters:
    ///   - worker: host and process, for people to read.
    ///   - leaseInSeconds: the duration of the claim without a heartbeat.
    public func claim(run: Int64, worker: String, leaseInSeconds: Double) async throws -> JobClaim? {
        try await connection.one(ClaimRun(run: run, worker: worker, lease: leaseInSeconds))
    }

    /// Renews the lease; false when the claim is lost.
    public func heartbeat(_ claim: JobClaim, leaseInSeconds: Double) async throws -> Bool {
        try await connection.one(Heartbeat(claim: claim, lease: leaseInSeconds))
    }

    /// Ends the lease; nothing where the claim is lost.
    public func release(_ claim: JobClaim) async throws { try await connection.run(ReleaseClaim(claim: claim)) }

    /// The holder of a run's job, with the rest of the lease; nil without one.
    public func holder(run: Int64) async throws -> JobHolder? { try await connection.first(FindHolder(run: run)) }
}

/// A claimed job. The token grows with each claim, so that writes of a former holder are refused.
public struct JobClaim: Sendable, Hashable {
    public let job: Int64
    public let token: Int64
}

/// The daemon that has a run's claim.
public struct JobHolder: Sendable, Hashable {
    /// Host and process.
    public let worker: String
    /// The rest of the lease.
    public let secondsLeft: Double
    /// The end of the lease by the database's clock, in seconds since 1970.
    public let leaseEnd: Double
}
