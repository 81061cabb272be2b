/// A session that holds a lock for which another one waits.
public struct LockHolder: Hashable, Sendable, CustomStringConvertible {
    /// The id of its server process.
    public var process: Int
    public var login: String
    /// What the session calls itself, such as `lacuna dataset import by ann at 2026-11-29T20:14Z`; empty where it does not.
    public var application: String
    /// Such as `idle in transaction`; nil where the observer may not see it.
    public var state: String?
    /// When its transaction, or else the session, began, as `2026-11-29 20:14:05Z`; nil where the observer may not see it.
    public var since: String?

    /// Without the text of its statement, which may quote patient data.
    public var description: String {
        var text = "server process \(process), login \(login)"
        if !application.isEmpty { text += ", \(application)" }
        if let state { text += ", \(state)" }
        if let since { text += ", since \(since)" }
        return text
    }
}

/// The session at the beginning of the queue in which a server process waits for a lock.
struct FindLockHolder: Statement {
    static let sql = """
        with recursive chain (pid) as (
            select unnest(pg_blocking_pids($1::integer))
            union
            select b.pid from chain c, unnest(pg_blocking_pids(c.pid)) as b (pid)
        )
        select a.pid::bigint, coalesce(a.usename::text, 'unknown'), coalesce(a.application_name, ''), a.state,
            to_char(coalesce(a.xact_start, a.backend_start) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"')
        from chain join pg_stat_activity a using (pid)
        order by cardinality(pg_blocking_pids(a.pid)), a.xact_start nulls last limit 1
        """
    let waiting: Int
    var binds: [any PostgresBindable] { [waiting] }

    func decode(_ row: PostgresRow) throws -> LockHolder {
        LockHolder(
            process: try row.decode(0), login: try row.decode(1), application: try row.decode(2),
            state: try row.decode(3), since: try row.decode(4))
    }
}
