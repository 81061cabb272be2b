/// Errors of the connection and of statements. Descriptions never quote a value from the database.
public enum PostgresError: Error, Sendable, CustomStringConvertible {
    /// The connection failed; with libpq's message.
    case connectionFailed(message: String)
    /// The server starts, recovers after a crash, or stops; with libpq's message.
    case notAccepting(message: String)
    /// The server refused a statement.
    case server(ServerError)
    /// The connection was lost before or while the statement ran; whether a commit succeeded is unknown.
    case connectionLost(statement: String)
    /// The server did not respond while the statement ran, and the connection was abandoned.
    case serverSilent(statement: String)
    /// The connection was closed by this program.
    case closed
    /// A column has another type or range than the statement expects.
    case decoding(statement: String, column: Int, expected: String)
    /// A parameter cannot be sent: text with a zero byte, or a value that does not fit the column of a COPY.
    case encoding(statement: String, parameter: Int, problem: String)
    /// The statement returned an unexpected number of rows.
    case rowCount(statement: String, expected: String, found: Int)
    /// A transaction was begun inside a transaction.
    case nestedTransaction
    /// A statement of the transaction failed and its error was not thrown; the transaction was rolled back.
    case transactionFailed
    /// libpq reported an error of its own.
    case client(statement: String, message: String)

    public var description: String {
        switch self {
        case .connectionFailed(let message), .notAccepting(let message): "cannot connect to PostgreSQL: \(message)"
        case .server(let error): error.description
        case .connectionLost(let statement): "the connection to PostgreSQL was lost during \(statement)"
        case .serverSilent(let statement): "the PostgreSQL server did not respond during \(statement)"
        case .closed: "the connection to PostgreSQL is closed"
        case .decoding(let statement, let column, let expected):
            "\(statement): column \(column) is not \(expected)"
        case .encoding(let statement, let parameter, let problem): "\(statement): parameter \(parameter) \(problem)"
        case .rowCount(let statement, let expected, let found): "\(statement): \(found) rows instead of \(expected)"
        case .nestedTransaction: "a transaction is already open on this connection"
        case .transactionFailed: "a statement of the transaction failed; the transaction was rolled back"
        case .client(let statement, let message): "\(statement): \(message)"
        }
    }

    /// The five-character SQLSTATE when the server refused a statement.
    public var sqlState: String? {
        if case .server(let error) = self { error.sqlState } else { nil }
    }
}

/// An error of the server, with its fields.
public struct ServerError: Error, Sendable, CustomStringConvertible {
    /// Five characters, such as `23505`.
    public var sqlState: String
    /// May quote a value where the SQLSTATE is of class 22; `description` leaves it out there.
    public var message: String
    /// May quote keys and values; never part of `description`.
    public var detail: String?
    public var hint: String?
    public var schema: String?
    public var table: String?
    public var column: String?
    public var constraint: String?
    /// The type name of the statement.
    public var statement: String
    /// The session that held the lock, where the statement waited too long for one (SQLSTATE 55P03).
    public var holder: LockHolder?

    public init(sqlState: String, message: String, statement: String) {
        self.sqlState = sqlState
        self.message = message
        self.statement = statement
    }

    /// SQLSTATE class 22: data exceptions, whose messages quote the offending value.
    public var quotesValues: Bool { sqlState.hasPrefix("22") }

    public var description: String {
        var text = "\(statement): SQLSTATE \(sqlState)"
        if !quotesValues { text += ": \(message)" }
        if let constraint { text += " (constraint \(constraint))" }
        if let table { text += " (table \(table))" }
        return text
    }
}
