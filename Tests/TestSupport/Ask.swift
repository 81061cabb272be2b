public import Postgres

/// Runs a query that a test puts together, in the session's own rights; each row comes as its text.
public struct Ask: Statement {
    public static let sql = "select pg_temp.ask($1)"
    /// What a session runs before it asks: a temporary function needs no privilege but that on temporary objects.
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
    /// The rows of a query, columns joined by `|`, null as `-`; `Ask.preparation` was run before.
    public nonisolated func ask(_ question: String) async throws -> [String] { try await run(Ask(question: question)) }
}
