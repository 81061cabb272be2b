import Postgres
import TestSupport

/// The plan of a statement, and the rows that it touches, inside functions and triggers too.
struct StatementPlan {
    /// Tables of the catalogue that the plan reads from end to end.
    let scanned: Set<String>
    let rows: Rows

    /// Plans the statement with its parameters, runs it as the session's role, and rolls it back.
    static func of<S: Statement>(_ statement: S, on connection: Connection) async throws -> StatementPlan {
        var plan: [String] = []
        let rows = try await RowsTouched.by(connection) { plan = try await connection.run(Explain(statement)) }
        // A branch for other kinds of things is planned too.
        let scanned = plan.filter { !$0.contains("never executed") }.compactMap { line in
            line.firstMatch(of: /Seq Scan on (?:lacuna\.)?(\w+)/).map { String($0.1) }
        }
        return StatementPlan(scanned: Set(scanned), rows: rows)
    }
}

/// The plan of a statement for its parameters, with what ran of it.
private struct Explain<Explained: Statement>: Statement {
    static var sql: String { "explain (analyze, costs off, timing off, summary off) " + Explained.sql }
    let binds: [any PostgresBindable]

    init(_ statement: Explained) { binds = statement.binds }

    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

/// Rows of the catalogue's large tables that the transaction has read so far, as the server counts them.
struct RowsTouched: Statement {
    static let sql = """
        select s.relname::text, s.seq_tup_read, coalesce(s.idx_tup_fetch, 0)
        from pg_stat_xact_user_tables s join pg_class c on c.oid = s.relid
        where s.schemaname = 'lacuna' and c.reltuples > 1000 order by s.relname
        """
    struct Found: Sendable {
        let table: String
        /// From end to end.
        let scanned: Int
        /// By an index.
        let fetched: Int
    }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(table: try row.decode(0), scanned: try row.decode(1), fetched: try row.decode(2))
    }

    /// The rows that `body` reads; everything that it does is rolled back.
    static func by(_ connection: Connection, _ body: () async throws -> Void) async throws -> Rows {
        try await connection.execute("begin")
        do {
            let before = try await connection.run(RowsTouched())
            try await body()
            let after = try await connection.run(RowsTouched())
            try await connection.execute("rollback")
            return after - before
        } catch {
            try await connection.execute("rollback")
            throw error
        }
    }
}

/// Rows of large tables that something read.
struct Rows {
    /// Tables that were read from end to end, with how many rows of them.
    let scanned: [String]
    /// Rows that were fetched by an index.
    let fetched: Int
}

extension [RowsTouched.Found] {
    /// A session's counts may hold those of transactions before: what was there already is not counted.
    fileprivate static func - (after: Self, before: Self) -> Rows {
        let old = Dictionary(uniqueKeysWithValues: before.map { ($0.table, $0) })
        let scanned = after.compactMap { now in
            let rows = now.scanned - (old[now.table]?.scanned ?? 0)
            return rows > 0 ? "\(now.table): \(rows)" : nil
        }
        return Rows(scanned: scanned, fetched: after.reduce(0) { $0 + $1.fetched - (old[$1.table]?.fetched ?? 0) })
    }
}
