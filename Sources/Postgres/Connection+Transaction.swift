/// The isolation level of a transaction.
public enum Isolation: String, Sendable {
    case readCommitted = "read committed"
    case repeatableRead = "repeatable read"
    case serializable
}

/// Whether a transaction may write.
public enum TransactionAccess: String, Sendable {
    case readWrite = "read write"
    case readOnly = "read only"
}

extension Connection {
    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws. It is not retried.
    ///
    /// `body` runs on the caller's executor, not on the connection's thread.
    /// - Throws: what `body` threw, the failure of the commit, or `PostgresError.nestedTransaction`.
    public nonisolated func transaction<T>(
        isolation: Isolation = .readCommitted, access: TransactionAccess = .readWrite,
        _ body: (Connection) async throws -> T
    ) async throws -> T {
        try await begin(isolation, access)
        do {
            let value = try await body(self)
            try await commit()
            return value
        } catch {
            await rollBack()
            throw error
        }
    }

    private func begin(_ isolation: Isolation, _ access: TransactionAccess) throws(PostgresError) {
        if hasTransaction || isInTransaction { throw .nestedTransaction }
        try execute("begin isolation level \(isolation.rawValue) \(access.rawValue)")
        hasTransaction = true
    }

    /// The server answers `commit` of a failed transaction with a silent rollback, which must not be taken for success.
    private func commit() throws(PostgresError) {
        if hasFailedTransaction { throw .transactionFailed }
        try execute("commit")
        hasTransaction = false
    }

    /// Ends the transaction: a connection that cannot roll back is closed, and the server rolls back.
    private func rollBack() {
        hasTransaction = false
        guard isInTransaction else { return }
        do { try execute("rollback") } catch { close() }
    }
}
