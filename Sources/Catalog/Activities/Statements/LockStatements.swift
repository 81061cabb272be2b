import Postgres

/// Waits for a publication under way and blocks the next one until the transaction ends.
///
/// Taken before any lock on a volume: a recorder that waits here with such a lock could block a recorder that the publication waits
/// for.
struct LockPointersShared: Statement {
    static let sql = "select from pg_advisory_xact_lock_shared(lacuna.pointer_lock())"
}

/// Waits for all writers of labels and pointers and blocks new ones until the transaction ends.
struct LockPointersExclusively: Statement {
    static let sql = "select from pg_advisory_xact_lock(lacuna.pointer_lock())"
}

/// Locks the jobs of unfinished runs until the transaction ends; to be run after the lock of pointers.
struct LockJobs: Statement {
    static let sql = "select lacuna.lock_jobs()"
}

/// Waits until no other session imports into the dataset, and keeps others waiting until the session ends or releases the lock.
struct LockImport: Statement {
    static let sql = "select from pg_advisory_lock(hashtextextended($1, 4))"
    let dataset: String
    var binds: [any PostgresBindable] { [dataset] }
}

struct UnlockImport: Statement {
    static let sql = "select from pg_advisory_unlock(hashtextextended($1, 4))"
    let dataset: String
    var binds: [any PostgresBindable] { [dataset] }
}

/// Blocks the sweep of unreferenced objects until the transaction ends.
struct LockObjectsShared: Statement {
    static let sql = "select from pg_advisory_xact_lock_shared(lacuna.object_lock())"
}

/// Waits for all writers of objects and blocks new ones until the transaction ends.
struct LockObjectsExclusively: Statement {
    static let sql = "select from pg_advisory_xact_lock(lacuna.object_lock())"
}
