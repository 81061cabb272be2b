extension PostgresError {
    /// Whether a repetition may succeed: a unique key that another transaction took, a serialisation failure, a deadlock, or a
    /// row of another transaction that was not visible yet.
    public var isFromConcurrency: Bool {
        if case .rowCount = self { return true }
        return ["23505", "40001", "40P01"].contains(sqlState)
    }
}

extension PostgresError {
    /// Whether the error says nothing about the statement, so that it may succeed later on the same or another connection: a server
    /// that is away, stops, is silent or lacks resources, a deadlock, a lock that was awaited too long.
    public var isTransient: Bool {
        switch self {
        case .connectionFailed, .notAccepting, .connectionLost, .serverSilent, .closed: true
        case .server(let error):
            ["08", "40", "53", "55", "57", "58"].contains { error.sqlState.hasPrefix($0) }
        case .decoding, .encoding, .rowCount, .nestedTransaction, .transactionFailed, .client: false
        }
    }
}
