import Postgres

struct CompleteJob: Statement {
    static let sql = "select lacuna.complete_job($1, $2, $3::jsonb)"
    let claim: JobClaim
    let result: String?
    var binds: [any PostgresBindable] { [claim.job, claim.token, result] }
}

struct FailJob: Statement {
    static let sql = "select lacuna.fail_job($1, $2, $3, $4, $5)::text"
    let claim: JobClaim
    let reason: String
    let pause: Double
    let final: Bool
    var binds: [any PostgresBindable] { [claim.job, claim.token, reason, pause, final] }
    func decode(_ row: PostgresRow) throws -> JobState { try row.jobState(0) }
}

struct EnqueueVolumes: Statement {
    static let sql = "select lacuna.enqueue_volumes($1, $2, $3, $4::lacuna.job_kind, $5)"
    let claim: JobClaim
    let round: Int64
    let kind: JobKind
    let volumes: [Int64]
    var binds: [any PostgresBindable] { [claim.job, claim.token, round, kind.rawValue, volumes] }
    func decode(_ row: PostgresRow) throws -> Int { Int(try row.decode(0, as: Int64.self)) }
}

struct ListVolumeResults: Statement {
    static let sql = "select volume_id, result::text from lacuna.volume_results($1, $2::lacuna.job_kind, $3, $4)"
    let round: Int64
    let kind: JobKind
    let after: Int64
    let limit: Int
    var binds: [any PostgresBindable] { [round, kind.rawValue, after, Int32(limit)] }
    func decode(_ row: PostgresRow) throws -> VolumeResult {
        VolumeResult(volume: try row.decode(0), result: try row.decode(1))
    }
}

/// The first volume whose job is dead or was cancelled.
struct FindStoppedVolume: Statement {
    static let sql = """
        select volume_id from lacuna.job
        where round_id = $1 and kind = $2::lacuna.job_kind and state in ('dead', 'cancelled') order by volume_id limit 1
        """
    let round: Int64
    let kind: JobKind
    var binds: [any PostgresBindable] { [round, kind.rawValue] }
    func decode(_ row: PostgresRow) throws -> Int64 { try row.decode(0) }
}

struct CountVolumeJobs: Statement {
    static let sql = """
        select count(*) filter (where state = 'done'), count(*) filter (where state in ('waiting', 'running')),
            count(*) filter (where state in ('dead', 'cancelled'))
        from lacuna.job where round_id = $1 and kind = $2::lacuna.job_kind
        """
    let round: Int64
    let kind: JobKind
    var binds: [any PostgresBindable] { [round, kind.rawValue] }
    func decode(_ row: PostgresRow) throws -> VolumeCounts {
        VolumeCounts(
            done: Int(try row.decode(0, as: Int64.self)), open: Int(try row.decode(1, as: Int64.self)),
            dead: Int(try row.decode(2, as: Int64.self)))
    }
}

struct Ping: Statement {
    static let sql = "select 1"
    var binds: [any PostgresBindable] { [] }
}

/// Each part is read through the index of its state.
struct CountJobs: Statement {
    static let sql = """
        select kind::text, 'waiting', count(*) from lacuna.job where state = 'waiting' group by kind
        union all select kind::text, 'running', count(*) from lacuna.job where state = 'running' group by kind
        union all select kind::text, 'dead', count(*) from lacuna.job where state = 'dead' group by kind
        """
    var binds: [any PostgresBindable] { [] }
    func decode(_ row: PostgresRow) throws -> JobCount {
        JobCount(
            kind: try row.jobKind(0), state: try row.jobState(1), count: Int(try row.decode(2, as: Int64.self)))
    }
}
