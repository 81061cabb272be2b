internal import Console
internal import Postgres

/// An error as logs and hooks tell of it.
enum FailureReason {
    /// Without files, which may be named after patients, and without texts of the server, which quote values.
    static func text(of error: any Error) -> String {
        if let error = error as? PostgresError, !(error.sqlState ?? "").hasPrefix("LA") {
            return error.sqlState.map { "database error, SQLSTATE \($0)" } ?? "no connection to the database"
        }
        return error is any CommandFailing ? JobFailure.reason(of: error) : "\(type(of: error))"
    }
}
