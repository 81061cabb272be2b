import Postgres
import TestSupport
import Testing

extension Connection {
    /// The only value of a query, an integer.
    nonisolated func number(_ question: String) async throws -> Int { try #require(Int(try await ask(question)[0])) }

    /// The SQLSTATE with which the server refuses a script; nil on success.
    nonisolated func refusal(of script: String) async throws -> String? {
        do {
            try await execute(script)
            return nil
        } catch {
            return error.sqlState ?? "none"
        }
    }

    /// Waits until the server process of another connection waits for a lock.
    nonisolated func awaitBlocked(_ process: Int) async throws {
        try await awaits("the session \(process) waits for a lock") {
            try await number(
                "select count(*) from pg_stat_activity where pid = \(process) and wait_event_type = 'Lock'") > 0
        }
    }
}

/// The SQLSTATE with which `body` fails; nil on success.
func refusal(of body: () async throws -> Void) async throws -> String? {
    do {
        try await body()
        return nil
    } catch let error as PostgresError {
        return error.sqlState ?? "none"
    }
}
