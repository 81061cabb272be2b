internal import CLibPQ
internal import System

/// One connection to a PostgreSQL server, on a thread of its own; libpq's handle is used on that thread only.
///
/// A connection is for one task at a time, because tasks that share one share its transaction. Use a `ConnectionPool` for several.
public actor Connection {
    private let thread: SerialThread
    /// Nil once closed.
    private var handle: OpaquePointer?
    /// Names of prepared statements, by text and parameter types.
    private var prepared: [PreparedKey: String] = [:]
    private let canceller = Canceller()
    private let socket = SocketEnd()
    nonisolated let running = RunningStatement()
    var hasTransaction = false

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init() { thread = .start() }

    isolated deinit {
        shut()
        thread.finish()
    }

    /// Connects, and sets the session to UTF-8, to no just-in-time compilation and to the lock time-out of the settings.
    ///
    /// - Throws: `PostgresError.connectionFailed` with libpq's message, `PostgresError.notAccepting` where the server starts or stops.
    public static func connect(_ settings: ConnectionSettings) async throws(PostgresError) -> Connection {
        let connection = Connection()
        try await connection.open(settings)
        return connection
    }

    private func open(_ settings: ConnectionSettings) throws(PostgresError) {
        var attempt = try begin(settings)
        if PQstatus(attempt) != CONNECTION_OK {
            // libpq does not tell the error's SQLSTATE. A server that accepts connections by now may have been starting before.
            switch ServerPing(settings.with("connect_timeout", "5")).ask() {
            // A wrong password is sent once only, because servers lock accounts; one that starts does not ask for it.
            case .accepts where PQconnectionUsedPassword(attempt) == 0 && PQconnectionNeedsPassword(attempt) == 0:
                PQfinish(attempt)
                attempt = try begin(settings)
            case .notYet: throw .notAccepting(message: end(attempt))
            case .accepts, .none: break
            }
        }
        guard PQstatus(attempt) == CONNECTION_OK else { throw .connectionFailed(message: end(attempt)) }
        PQsetNoticeProcessor(attempt, { _, _ in }, nil)
        PQclear(PQexec(attempt, settings.preparation))
        canceller.set(PQgetCancel(attempt))
        socket.set(PQsocket(attempt))
        running.setBackend(Int(PQbackendPID(attempt)))
        handle = attempt
    }

    private func begin(_ settings: ConnectionSettings) throws(PostgresError) -> OpaquePointer {
        guard let attempt = settings.withParameters({ PQconnectdbParams($0, $1, 1) }) else {
            throw .connectionFailed(message: "no memory")
        }
        return attempt
    }

    /// Ends an attempt to connect, and returns its error.
    private func end(_ attempt: OpaquePointer) -> String {
        defer { PQfinish(attempt) }
        return trimmed(PQerrorMessage(attempt))
    }

    /// Closes the connection; an open transaction is rolled back by the server.
    public func close() { shut() }

    private func shut() {
        canceller.set(nil)
        socket.set(nil)
        if let handle { PQfinish(handle) }
        handle = nil
        prepared = [:]
    }

    /// Whether statements can be sent.
    public var isUsable: Bool { handle.map { PQstatus($0) == CONNECTION_OK } ?? false }

    /// Whether the server has a transaction open on this connection, failed ones included.
    public var isInTransaction: Bool {
        handle.map { [PQTRANS_INTRANS, PQTRANS_INERROR].contains(PQtransactionStatus($0)) } ?? false
    }

    /// Whether a statement failed inside the open transaction.
    var hasFailedTransaction: Bool { handle.map { PQtransactionStatus($0) == PQTRANS_INERROR } ?? false }

    /// Whether another task can use it: connected, and without an open transaction.
    var isFitForReuse: Bool { isUsable && !isInTransaction }

    /// The server's version, such as 150018 for 15.18; known from the connection, without a query.
    public var serverVersion: Int { handle.map { Int(PQserverVersion($0)) } ?? 0 }

    /// The id of the server process of this connection.
    public var backendProcess: Int { handle.map { Int(PQbackendPID($0)) } ?? 0 }

    /// Cancels the running statement, from any task.
    ///
    /// The waiting call then throws SQLSTATE 57014, unless the statement has finished already.
    public nonisolated func cancel() async { await canceller.cancel() }

    /// Ends the connection, from any task, while `run` waits for a server that does not respond.
    ///
    /// The waiting call then throws `PostgresError.connectionLost`, and so does every later one.
    public nonisolated func abandon() { socket.shut() }

    // MARK: - Sending, on the connection's own thread

    func requireHandle() throws(PostgresError) -> OpaquePointer {
        guard let handle else { throw .closed }
        return handle
    }

    /// Runs a prepared statement and calls `body` with its result.
    func withResult<T>(
        _ sql: String, _ values: [PostgresValue], statement: String,
        _ body: (OpaquePointer) throws(PostgresError) -> T
    ) throws(PostgresError) -> T {
        let handle = try requireHandle()
        let parameters = try ParameterBuffer(values, statement: statement)
        running.begin(statement)
        defer { running.end() }
        let name = try prepare(sql, values.map(\.type), statement: statement)
        let result = parameters.withPointers { pointers, lengths, formats in
            PQexecPrepared(handle, name, Int32(values.count), pointers, lengths, formats, 1)
        }
        defer { PQclear(result) }
        return try body(try checked(result, statement: statement))
    }

    private func prepare(_ sql: String, _ types: [PostgresType], statement: String) throws(PostgresError) -> String {
        let key = PreparedKey(sql: sql, types: types)
        if let name = prepared[key] { return name }
        let name = "s\(prepared.count + 1)"
        let handle = try requireHandle()
        let result = PQprepare(handle, name, sql, Int32(types.count), types.map(\.rawValue))
        defer { PQclear(result) }
        _ = try checked(result, statement: statement)
        prepared[key] = name
        return name
    }

    /// The result of a successful statement; else throws its error.
    func checked(_ result: OpaquePointer?, statement: String) throws(PostgresError) -> OpaquePointer {
        let handle = try requireHandle()
        guard PQstatus(handle) == CONNECTION_OK else { throw loss(statement) }
        guard let result else { throw .client(statement: statement, message: trimmed(PQerrorMessage(handle))) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_COPY_IN: return result
        default: throw failure(result, handle, statement: statement)
        }
    }

    private func failure(_ result: OpaquePointer, _ handle: OpaquePointer, statement: String) -> PostgresError {
        if var error = ServerError(result, statement: statement) {
            if error.sqlState == "55P03" { error.holder = running.holder }
            return .server(error)
        }
        // A write to a lost server can fail before libpq has read the end of the connection, so that only reading shows it.
        let message = trimmed(PQerrorMessage(handle))
        let isLost = PQconsumeInput(handle) == 0 || PQstatus(handle) != CONNECTION_OK
        return isLost ? loss(statement) : .client(statement: statement, message: message)
    }

    private func loss(_ statement: String) -> PostgresError {
        running.isServerSilent ? .serverSilent(statement: statement) : .connectionLost(statement: statement)
    }
}

private struct PreparedKey: Hashable {
    var sql: String
    var types: [PostgresType]
}

/// libpq ends its messages with a line break.
func trimmed(_ message: UnsafePointer<CChar>?) -> String {
    var text = message.map { String(cString: $0) } ?? ""
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
}
