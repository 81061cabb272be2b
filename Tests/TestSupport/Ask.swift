public import Postgres

/// Runs a query that a test composes, with the privileges of the session; each row is returned as text.
public struct Ask: Statement {
    public static let sql = "select pg_temp.ask($1)"
    /// To be run first in a session. It creates a temporary function, which needs only the privilege for temporary objects.
    public static let preparation = """
        create function pg_temp.ask(question text) returns setof text language plpgsql as $$
        declare
            answer record;
        begin
            for answer in execute question loop
                return next (select string_agg(coalesce(value, '-'), '|') from json_each_text(row_to_json(answer)));
            end loop;
        end $$
        """
    private let question: String

    public init(question: String) { self.question = question }

    public var binds: [any PostgresBindable] { [question] }
    public func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

extension Connection {
    /// The rows of a query, columns joined by `|`, null as `-`. `Ask.preparation` must have been run in the session.
    public nonisolated func ask(_ question: String) async throws -> [String] { try await run(Ask(question: question)) }
}
