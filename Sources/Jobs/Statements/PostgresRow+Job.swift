import Postgres

extension PostgresRow {
    func jobKind(_ column: Int) throws -> JobKind {
        guard let kind = JobKind(rawValue: try decode(column)) else {
            throw try field(column).mismatch("a kind of job")
        }
        return kind
    }

    func renewal(_ column: Int) throws -> Renewal {
        guard let renewal = Renewal(rawValue: try decode(column)) else {
            throw try field(column).mismatch("what a heartbeat found")
        }
        return renewal
    }

    func jobState(_ column: Int) throws -> JobState {
        guard let state = JobState(rawValue: try decode(column)) else {
            throw try field(column).mismatch("a state of a job")
        }
        return state
    }
}
