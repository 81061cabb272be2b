import Postgres

extension PostgresRow {
    func jobKind(_ column: Int) throws -> JobKind {
        guard let kind = JobKind(rawValue: try decode(column)) else {
            throw try field(column).mismatch("a kind of job")
        }
        return kind
    }

    func jobState(_ column: Int) throws -> JobState {
        guard let state = JobState(rawValue: try decode(column)) else {
            throw try field(column).mismatch("a state of a job")
        }
        return state
    }
}
