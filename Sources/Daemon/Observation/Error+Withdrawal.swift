internal import Postgres

extension Error {
    /// Whether a run ended because labels or data that it trains on were withdrawn.
    var isWithdrawal: Bool { ["LA010", "LA013"].contains((self as? PostgresError)?.sqlState) }
}
