internal import Postgres

/// Makes the snapshot of this transaction known to other sessions.
struct ExportSnapshot: Statement {
    static let sql = "select pg_export_snapshot()"
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

/// Blocks sweeps and purges until the connection is closed; false where one is running.
struct TryLockObjects: Statement {
    static let sql = "select pg_try_advisory_lock_shared(lacuna.object_lock())"
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// Keeps a session that waits for a copy from being ended; within a transaction, until it ends.
struct KeepIdleSession: Statement {
    static let sql = """
        select set_config('idle_in_transaction_session_timeout', '0', $1), set_config('idle_session_timeout', '0', $1)
        """
    var isLocal: Bool
    var binds: [any PostgresBindable] { [isLocal] }
}

/// The sessions that hold the lock of objects exclusively.
struct ObjectLockHolders: Statement {
    static let sql = """
        select coalesce(s.usename::text, '') || ', process ' || l.pid
        from pg_locks l
        left join pg_stat_activity s using (pid)
        where l.locktype = 'advisory' and l.mode = 'ExclusiveLock' and l.granted and l.objsubid = 1
            and l.database = (select oid from pg_database where datname = current_database())
            and (l.classid::bigint << 32) + l.objid::bigint = lacuna.object_lock()
        """
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

/// Whether the login may read every table, as a member of the owner.
struct MayBackUp: Statement {
    static let sql = "select pg_has_role(current_user, 'lacuna_owner', 'member')"
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// Whether the database has a schema lacuna, and whether the login may create one.
struct DescribeTarget: Statement {
    static let sql = """
        select to_regnamespace('lacuna') is not null, has_database_privilege(current_database(), 'create'), current_database(),
            current_user::text
        """

    struct Row: Sendable {
        var hasSchema: Bool
        var mayCreate: Bool
        var database: String
        var user: String
    }

    func decode(_ row: PostgresRow) throws -> Row {
        Row(
            hasSchema: try row.decode(0), mayCreate: try row.decode(1), database: try row.decode(2),
            user: try row.decode(3))
    }
}

/// Identity, revision and size of a catalogue, and the time.
struct DescribeCatalogue: Statement {
    static let sql = """
        select (select id from lacuna.catalogue), lacuna.current_revision(),
            to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), (select count(*) from lacuna.dataset),
            (select count(*) from lacuna.subject), (select count(*) from lacuna.volume), (select count(*) from lacuna.mask),
            (select count(*) from lacuna.annotation), (select count(*) from lacuna.pseudo_label),
            (select count(*) from lacuna.activity)
        """

    struct Row: Hashable, Sendable {
        var catalogue: String
        var revision: Int64
        var time: String
        var counts: BackupManifest.Counts
    }

    func decode(_ row: PostgresRow) throws -> Row {
        Row(
            catalogue: try row.decode(0), revision: try row.decode(1), time: try row.decode(2),
            counts: BackupManifest.Counts(
                datasets: try row.decode(3), subjects: try row.decode(4), volumes: try row.decode(5),
                masks: try row.decode(6), annotations: try row.decode(7), pseudoLabels: try row.decode(8),
                activities: try row.decode(9)))
    }
}

struct ListLedger: Statement {
    static let sql = "select number, name, sha256 from lacuna.migration order by number"

    func decode(_ row: PostgresRow) throws -> BackupManifest.Migration {
        BackupManifest.Migration(number: try row.decode(0), name: try row.decode(1), sha256: try row.decode(2))
    }
}

/// Statistics for the planner, which a dump does not contain.
struct AnalyzeDatabase: Statement {
    static let sql = "analyze"
}
