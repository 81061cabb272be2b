extension PostgresError {
    /// Whether a repetition may succeed: a unique key that another transaction took, a serialisation failure, a deadlock, or a
    /// row of another transaction that was not visible yet.
    public var isFromConcurrency: Bool {
        if case .rowCount = self { return true }
        return ["23505", "40001", "40P01"].contains(sqlState)
    }
}
