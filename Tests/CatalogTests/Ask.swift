import Postgres
import Testing

/// Runs a query that a test puts together, in the session's own rights; each row comes as its text.
struct Ask: Statement {
    static let sql = "select pg_temp.ask($1)"
    /// A temporary function needs no privilege but that on temporary objects.
    static let preparation = """
        create function pg_temp.ask(question text) returns setof text language plpgsql as $$
        declare
            answer record;
        begin
            for answer in execute question loop
                return next (select string_agg(coalesce(value, '-'), '|') from json_each_text(row_to_json(answer)));
            end loop;
        end $$
        """
    let question: String
    var binds: [any PostgresBindable] { [question] }
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

extension Connection {
    /// The rows of a query, columns joined by `|`, null as `-`.
    nonisolated func ask(_ question: String) async throws -> [String] { try await run(Ask(question: question)) }

    /// The only value of a query that gives a whole number.
    nonisolated func number(_ question: String) async throws -> Int { try #require(Int(try await ask(question)[0])) }

    /// The SQLSTATE with which the server refuses a script; nil when it takes it.
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
        while try await number(
            "select count(*) from pg_stat_activity where pid = \(process) and wait_event_type = 'Lock'") == 0
        {
            await Task.yield()
        }
    }
}

/// The SQLSTATE that `body` is refused with; nil when it succeeds.
func refusal(of body: () async throws -> Void) async throws -> String? {
    do {
        try await body()
        return nil
    } catch let error as PostgresError {
        return error.sqlState ?? "none"
    }
}
