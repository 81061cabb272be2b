public import Postgres

/// Leased work: one job a run. Time is the database's; a lease that no heartbeat renews falls to the next claimant.
public struct JobQueue: Sendable {
    public let connection: Connection

    public init(_ connection: Connection) { self.connection = connection }

    /// Claims a run's job unless a living daemon holds it; nil then.
    ///
    /// - Parameters:
    ///   - worker: who claims, for people: host and process.
    ///   - leaseInSeconds: how long the claim stands without a heartbeat.
    public func claim(run: Int64, worker: String, leaseInSeconds: Double) async throws -> JobClaim? {
        try await connection.one(ClaimRun(run: run, worker: worker, lease: leaseInSeconds))
    }

    /// Renews the lease; false when the claim is lost.
    public func heartbeat(_ claim: JobClaim, leaseInSeconds: Double) async throws -> Bool {
        try await connection.one(Heartbeat(claim: claim, lease: leaseInSeconds))
    }

    /// Gives the job back before the lease ends.
    public func release(_ claim: JobClaim) async throws { try await connection.run(ReleaseClaim(claim: claim)) }

    /// Who holds a run's job, and for how many seconds more; nil when nobody does.
    public func holder(run: Int64) async throws -> JobHolder? { try await connection.first(FindHolder(run: run)) }
}

/// A claimed job. Its token grows with each claim, so an old holder's writes are told from the new one's.
public struct JobClaim: Sendable, Hashable {
    public let job: Int64
    public let token: Int64
}

public struct JobHolder: Sendable, Hashable {
    public let worker: String
    public let secondsLeft: Double
    /// When the lease ends by the database's clock, in seconds since 1970; a heartbeat moves it.
    public let leaseEnd: Double
}
