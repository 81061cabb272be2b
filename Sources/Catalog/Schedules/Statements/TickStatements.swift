import Domain
import Postgres

struct FireTicks: Statement {
    static let sql = "select seconds, fired, missed from lacuna.fire_ticks()"
    func decode(_ row: PostgresRow) throws -> FiredTicks {
        FiredTicks(secondsToNext: try row.decode(0), fired: try row.decode(1), missed: try row.decode(2))
    }
}

struct TickOfJob: Statement {
    static let sql = """
        select schedule, number, cause, run_name, config, previous_run, adopt, max_hours, seconds_left, attempt
        from lacuna.tick_of_job($1, $2)
        """
    let claim: Claim
    var binds: [any PostgresBindable] { [claim.job, claim.token] }
    func decode(_ row: PostgresRow) throws -> ScheduledRun {
        ScheduledRun(
            schedule: try row.decode(0), number: try row.decode(1), cause: try row.decode(2), name: try row.decode(3),
            configuration: try row.decode(4), previousRun: try row.decode(5), adopt: try row.decode(6),
            maximumHours: try row.decode(7), secondsLeft: try row.decode(8), attempt: try row.decode(9))
    }
}

struct AdoptIfBetter: Statement {
    static let sql = "select lacuna.adopt_if_better($1, $2, $3)"
    let claim: Claim
    let program: String
    var binds: [any PostgresBindable] { [claim.job, claim.token, program] }
    func decode(_ row: PostgresRow) throws -> AdoptionDecision? { try row.decode(0) }
}
