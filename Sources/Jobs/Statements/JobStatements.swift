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

struct Heartbeat: Statement {
    static let sql = "select lacuna.heartbeat($1, $2, $3)"
    let claim: JobClaim
    let lease: Double
    var binds: [any PostgresBindable] { [claim.job, claim.token, lease] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
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
