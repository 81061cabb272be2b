import Domain
import Postgres

struct ListRevisions: Statement {
    static let sql = """
        select c.revision, to_char(c.committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), a.agent, a.account, a.kind,
            case when a.dataset is null then s.datasets else array[a.dataset] end, s.organs, s.labels, run.name || '/' || r.number, a.program, a.id, a.reason
        from lacuna.change c join lacuna.activity a on a.id = c.activity_id
        left join lateral (
            select p.id from lacuna.round p where p.published_change_id = c.id
            union all
            select v.round_id from lacuna.organ_override v where v.change_id = c.id limit 1) shown on true
        left join lacuna.round r on r.id = shown.id
        left join lacuna.run on run.id = r.run_id
        cross join lateral (
            select coalesce(array_agg(distinct d.name) filter (where d.name is not null), '{}') as datasets,
                coalesce(array_agg(distinct o.key) filter (where o.key is not null), '{}') as organs,
                coalesce(sum(x.n) filter (where k.kind = 'catalogue' and x.status <> 'unlabelled'), 0)::bigint as labels
            from lacuna.coverage_delta x
            join lacuna.coverage_scope k on k.id = x.scope_id
            left join lacuna.dataset d on d.id = k.dataset_id
            left join lacuna.organ o on o.id = x.organ_id
            where x.change_id = c.id) s
        where c.revision is not null and ($1::text is null or c.committed_at >= $1::text::timestamptz)
          and ($2::text is null or $2 in (a.agent, a.account)) and ($3::text is null or a.kind = $3)
        order by c.revision desc limit $4
        """
    let filter: LogFilter
    var binds: [any PostgresBindable] { [filter.since, filter.by, filter.kind?.rawValue, filter.limit] }
    func decode(_ row: PostgresRow) throws -> LogEntry {
        LogEntry(
            revision: try row.decode(0), time: try row.decode(1), who: try row.decode(2), account: try row.decode(3),
            kind: try row.decode(4), datasets: try row.decode(5), organs: try row.decode(6), labels: try row.decode(7),
            round: try row.decode(8), program: try row.decode(9), activity: try row.decode(10),
            reason: try row.decode(11))
    }
}

/// The newest revision at a time; a date without a time includes the whole day.
struct RevisionAt: Statement {
    static let sql = """
        with wanted as (
            select case when $1 ~ '^\\d{4}-\\d{2}-\\d{2}$' then $1::date + interval '1 day' else $1::timestamptz end as time)
        select (select max(revision) from lacuna.change where committed_at < wanted.time),
            (select to_char(min(committed_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from lacuna.change),
            case when $1 ~ '^\\d{4}-\\d{2}-\\d{2}$' then $1::date::timestamptz else wanted.time end > clock_timestamp()
        from wanted
        """
    struct Found: Sendable {
        let revision: Revision?
        /// The time of the first revision.
        let first: String?
        let isFuture: Bool
    }
    let time: String
    var binds: [any PostgresBindable] { [time] }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(revision: try row.decode(0), first: try row.decode(1), isFuture: try row.decode(2))
    }
}
