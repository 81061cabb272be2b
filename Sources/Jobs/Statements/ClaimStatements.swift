import Postgres

struct ClaimRun: Statement {
    static let sql = "select job, token from lacuna.claim_run($1, $2, $3)"
    let run: Int64
    let worker: String
    let lease: Double
    var binds: [any PostgresBindable] { [run, worker, lease] }
    func decode(_ row: PostgresRow) throws -> JobClaim? {
        guard let job: Int64 = try row.decode(0, as: Int64?.self) else { return nil }
        return JobClaim(job: job, token: try row.decode(1))
    }
}

struct ClaimJobs: Statement {
    static let sql = """
        select job_id, token, kind::text, run_id, round_id, volume_id, tick_id, attempt, max_attempts
        from lacuna.claim_jobs($1::lacuna.job_kind[], $2, $3, $4)
        """
    let kinds: [JobKind]
    let worker: String
    let lease: Double
    let limit: Int
    var binds: [any PostgresBindable] { [kinds.map(\.rawValue), worker, lease, Int32(limit)] }
    func decode(_ row: PostgresRow) throws -> ClaimedJob { try ClaimedJob(row) }
}

struct ClaimRoundJobs: Statement {
    static let sql = """
        select job_id, token, kind::text, run_id, round_id, volume_id, tick_id, attempt, max_attempts
        from lacuna.claim_round_jobs($1, $2::lacuna.job_kind, $3, $4, $5)
        """
    let round: Int64
    let kind: JobKind
    let worker: String
    let lease: Double
    let limit: Int
    var binds: [any PostgresBindable] { [round, kind.rawValue, worker, lease, Int32(limit)] }
    func decode(_ row: PostgresRow) throws -> ClaimedJob { try ClaimedJob(row) }
}

struct Heartbeat: Statement {
    static let sql = "select lacuna.heartbeat($1, $2, $3)::text"
    let claim: JobClaim
    let lease: Double
    var binds: [any PostgresBindable] { [claim.job, claim.token, lease] }
    func decode(_ row: PostgresRow) throws -> Renewal { try row.renewal(0) }
}

struct ReleaseClaim: Statement {
    static let sql = "select lacuna.release_claim($1, $2)"
    let claim: JobClaim
    var binds: [any PostgresBindable] { [claim.job, claim.token] }
}

struct FindHolder: Statement {
    static let sql = """
        select worker, extract(epoch from lease_until - clock_timestamp())::float8, extract(epoch from lease_until)::float8
        from lacuna.job
        where run_id = $1 and lease_until >= clock_timestamp()
        """
    let run: Int64
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> JobHolder {
        JobHolder(worker: try row.decode(0), secondsLeft: try row.decode(1), leaseEnd: try row.decode(2))
    }
}

struct ExpireLeases: Statement {
    static let sql = "select job_id, kind::text, state::text, schedule from lacuna.expire_leases()"
    var binds: [any PostgresBindable] { [] }
    func decode(_ row: PostgresRow) throws -> ExpiredJob {
        ExpiredJob(
            job: try row.decode(0), kind: try row.jobKind(1), state: try row.jobState(2), schedule: try row.decode(3))
    }
}

extension ClaimedJob {
    init(_ row: PostgresRow) throws {
        self.init(
            claim: JobClaim(job: try row.decode(0), token: try row.decode(1)),
            kind: try row.jobKind(2), run: try row.decode(3), round: try row.decode(4), volume: try row.decode(5),
            tick: try row.decode(6), attempt: Int(try row.decode(7, as: Int32.self)),
            maxAttempts: try row.decode(8, as: Int32?.self).map { Int($0) })
    }
}
