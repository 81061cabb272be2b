internal import Console
internal import Postgres

/// An error as logs, hooks and the reasons of jobs show it.
enum FailureReason {
    /// Without files, which may be named after patients, and without texts of the server, which quote values.
    static func text(of error: any Error) -> String {
        if let error = error as? PostgresError, !(error.sqlState ?? "").hasPrefix("LA") {
            return error.sqlState.map { "database error, SQLSTATE \($0)" } ?? "no connection to the database"
        }
        guard let failing = error as? any CommandFailing else { return "\(type(of: error))" }
        let failure = failing.commandFailure
        return [failure.problem, failure.remedy].compactMap { $0 }.joined(separator: "; ")
    }
}
