internal import Postgres

extension Error {
    /// Whether a run ended because labels or data that it trains on were withdrawn.
    var isWithdrawal: Bool {
        guard let error = self as? PostgresError else { return false }
        return ["LA010", "LA013"].contains(error.sqlState)
    }
}
