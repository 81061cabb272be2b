internal import CLibPQ

extension Connection {
    /// Runs a statement and decodes all its rows.
    @discardableResult
    public func run<S: Statement>(_ statement: S) throws -> [S.Row] {
        let name = String(describing: S.self)
        let values = statement.binds.map(\.postgresValue)
        let outcome: Result<[S.Row], any Error> = try withResult(S.sql, values, statement: name) { result in
            Result {
                try (0..<PQntuples(result)).map {
                    try statement.decode(PostgresRow(result: result, index: $0, statement: name))
                }
            }
        }
        return try outcome.get()
    }

    /// Runs a statement without a result.
    public func run<S: Statement>(_ statement: S) throws(PostgresError) where S.Row == Void {
        try affected(by: statement)
    }

    /// The first row, or nil.
    public func first<S: Statement>(_ statement: S) throws -> S.Row? { try run(statement).first }

    /// The only row.
    ///
    /// - Throws: `PostgresError.rowCount` when there are none or several.
    public func one<S: Statement>(_ statement: S) throws -> S.Row {
        let rows = try run(statement)
        guard rows.count == 1 else {
            throw PostgresError.rowCount(
                statement: String(describing: S.self), expected: "one", found: rows.count)
        }
        return rows[0]
    }

    /// Runs a statement and returns how many rows it inserted, updated, deleted or selected; none is decoded.
    @discardableResult
    public func affected<S: Statement>(by statement: S) throws(PostgresError) -> Int {
        let values = statement.binds.map(\.postgresValue)
        return try withResult(S.sql, values, statement: String(describing: S.self)) { result in
            Int(String(cString: PQcmdTuples(result))) ?? 0
        }
    }

    /// Prepares a statement without running it, so that its text is checked against the schema.
    public func check<S: Statement>(_ type: S.Type) throws(PostgresError) {
        let name = String(describing: type)
        let result = PQprepare(try requireHandle(), "", type.sql, 0, nil)
        defer { PQclear(result) }
        _ = try checked(result, statement: name)
    }

    /// Runs a script of several statements by the simple protocol, without parameters; for migrations and administration.
    ///
    /// Outside a transaction block the whole script is one transaction.
    public func execute(_ script: String) throws(PostgresError) {
        running.begin("script")
        defer { running.end() }
        let result = PQexec(try requireHandle(), script)
        defer { PQclear(result) }
        _ = try checked(result, statement: "script")
    }
}
