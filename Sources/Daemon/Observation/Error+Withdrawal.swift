internal import Postgres
internal import Rounds

extension Error {
    /// Whether a run ended because labels or data that it trains on were withdrawn.
    var isWithdrawal: Bool {
        if let error = self as? PostgresError { return ["LA010", "LA013"].contains(error.sqlState) }
        guard case .rolledBack = self as? RoundsError else { return false }
        return true
    }
}
