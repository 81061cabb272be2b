import Postgres

/// Each state is found by an index of its own, so that a long history costs nothing.
struct ListJobs: Statement {
    static let sql = """
        select \(JobRow.columns) from lacuna.job j \(JobRow.joins)
        where j.id = any (array(select id from (
            (select id from lacuna.job where state = 'waiting' and 'waiting' = any ($1::lacuna.job_state[])
                and kind = any ($2::lacuna.job_kind[]) and \(ofRun) order by id desc limit $4)
            union all
            (select id from lacuna.job where state = 'running' and 'running' = any ($1::lacuna.job_state[])
                and kind = any ($2::lacuna.job_kind[]) and \(ofRun) order by id desc limit $4)
            union all
            (select id from lacuna.job where state = 'dead' and 'dead' = any ($1::lacuna.job_state[])
                and kind = any ($2::lacuna.job_kind[]) and \(ofRun) order by id desc limit $4)
            union all
            (select id from lacuna.job where ended_at is not null and state in ('done', 'cancelled') and state = any ($1::lacuna.job_state[])
                and kind = any ($2::lacuna.job_kind[]) and \(ofRun) order by ended_at desc, id desc limit $4)) found))
        order by j.state in ('done', 'cancelled'), case when j.state in ('done', 'cancelled') then j.ended_at end desc, j.id desc
        limit $4
        """
    private static let ofRun = """
        ($3::text is null or run_id = (select id from lacuna.run where name = $3)
            or round_id in (select r.id from lacuna.round r join lacuna.run u on u.id = r.run_id where u.name = $3))
        """
    let states: [JobState]
    let kinds: [JobKind]
    let run: String?
    let limit: Int
    var binds: [any PostgresBindable] { [states.map(\.rawValue), kinds.map(\.rawValue), run, limit] }
    func decode(_ row: PostgresRow) throws -> JobRow { try JobRow(row) }
}

struct DescribeJob: Statement {
    static let sql = "select \(JobRow.columns) from lacuna.job j \(JobRow.joins) where j.id = $1"
    let job: Int64
    var binds: [any PostgresBindable] { [job] }
    func decode(_ row: PostgresRow) throws -> JobRow { try JobRow(row) }
}

struct EnqueueImages: Statement {
    static let sql = "select lacuna.enqueue_images($1::lacuna.job_kind, $2)"
    let kind: JobKind
    let descriptorVersion: Int?
    var binds: [any PostgresBindable] { [kind.rawValue, descriptorVersion.map { Int32($0) }] }
    func decode(_ row: PostgresRow) throws -> Int { Int(try row.decode(0, as: Int64.self)) }
}

struct RetryJob: Statement {
    static let sql = "select lacuna.retry_job($1)"
    let job: Int64
    var binds: [any PostgresBindable] { [job] }
}

struct CancelJob: Statement {
    static let sql = "select lacuna.cancel_job($1, $2)"
    let job: Int64
    let reason: String
    var binds: [any PostgresBindable] { [job, reason] }
}

extension JobRow {
    fileprivate static let columns = """
        j.id, j.kind::text, j.state::text, s.name, run.name, r.number, j.volume_id, j.priority::integer, \(utc("j.due")), j.attempts,
        j.max_attempts, j.worker, extract(epoch from j.lease_until - clock_timestamp())::float8, lacuna.reason_of_job(j), \(utc("j.created_at")),
        \(utc("j.ended_at"))
        """
    fileprivate static let joins = """
        left join lacuna.round r on r.id = j.round_id
        left join lacuna.run on run.id = coalesce(j.run_id, r.run_id)
        left join lacuna.tick t on t.id = j.tick_id
        left join lacuna.schedule s on s.id = t.schedule_id
        """

    private static func utc(_ column: String) -> String {
        #"to_char(\#(column) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#
    }

    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode(0), kind: try row.jobKind(1), state: try row.jobState(2), schedule: try row.decode(3),
            run: try row.decode(4), round: try row.decode(5, as: Int32?.self).map { Int($0) },
            volume: try row.decode(6), priority: Int(try row.decode(7, as: Int32.self)), due: try row.decode(8),
            attempts: Int(try row.decode(9, as: Int32.self)),
            maxAttempts: try row.decode(10, as: Int32?.self).map { Int($0) }, worker: try row.decode(11),
            leaseSecondsLeft: try row.decode(12), reason: try row.decode(13), created: try row.decode(14),
            ended: try row.decode(15))
    }
}
