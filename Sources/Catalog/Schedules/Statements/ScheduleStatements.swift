import Domain
import Postgres

struct CreateSchedule: Statement {
    static let sql = """
        select lacuna.create_schedule($1, $2, $3, $4::text[]::lacuna.label_origin[], $5, $6::text[], $7::text[], $8::text[], $9::text[],
            $10, $11, $12::bigint::integer, $13, $14::text::time, $15::text::time, $16, $17::text::lacuna.overlap_rule,
            $18::text::lacuna.catch_up_rule, $19::text::lacuna.adoption_rule, $20::float8::real, $21::bigint::integer,
            $22::text::lacuna.start_rule, $23::float8::real, $24)
        """
    let schedule: NewSchedule
    let program: String
    var binds: [any PostgresBindable] {
        let (schedule, trigger) = (schedule, schedule.trigger)
        let mapping = schedule.classMapping.sorted { $0.key < $1.key }
            .flatMap { organ, all in all.map { (organ: organ, accepted: $0) } }
        return [
            schedule.name, schedule.configuration, schedule.split, schedule.origins.map(\.rawValue),
            schedule.trainsUnassigned, schedule.modalities, schedule.organs, mapping.map(\.organ),
            mapping.map(\.accepted), trigger.cron, trigger.timeZone, trigger.whenNew, trigger.quietSeconds,
            trigger.window?.start, trigger.window?.end, trigger.jitterSeconds, schedule.overlap.rawValue,
            schedule.catchUp.rawValue, schedule.adopt.rawValue, schedule.adoptionMargin, schedule.adoptionVolumes,
            schedule.startFrom.rawValue, schedule.maximumHours, program,
        ]
    }
    func decode(_ row: PostgresRow) throws -> Int64 { try row.decode(0) }
}

/// Schedules that are not removed, by name; null: all.
struct ListSchedules: Statement {
    static let sql = """
        select s.id, s.name, s.cron, s.time_zone, s.when_new, extract(epoch from s.quiet)::float8,
            to_char(s.window_start, 'HH24:MI'), to_char(s.window_end, 'HH24:MI'), extract(epoch from s.jitter)::float8, s.is_paused,
            array(select to_char(i at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from unnest(next.instants) i),
            array(select lacuna.local_time(i, s.time_zone) from unnest(next.instants) i),
            to_char(h.instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            lacuna.local_time(h.instant, s.time_zone), h.outcome, s.name || '-' || h.number
        from lacuna.schedule s
        cross join lateral (select lacuna.upcoming_starts(s, 3) as instants) next
        left join lateral (
            select * from lacuna.schedule_history t where t.schedule_id = s.id order by t.instant desc limit 1) h on true
        where not s.is_removed and ($1::text is null or s.name = $1) order by s.name
        """
    let name: String?
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> ScheduleRow {
        var trigger = ScheduleTrigger()
        trigger.cron = try row.decode(2)
        trigger.timeZone = try row.decode(3)
        trigger.whenNew = try row.decode(4)
        trigger.quietSeconds = try row.decode(5)
        let (start, end): (String?, String?) = (try row.decode(6), try row.decode(7))
        if let start, let end { trigger.window = TimeWindow(start: start, end: end) }
        trigger.jitterSeconds = try row.decode(8)
        let (utc, local): ([String], [String]) = (try row.decode(10), try row.decode(11))
        return ScheduleRow(
            id: try row.decode(0), name: try row.decode(1), trigger: trigger, isPaused: try row.decode(9),
            next: zip(utc, local).map { ScheduleInstant(utc: $0, local: $1) }, last: try last(row))
    }

    private func last(_ row: PostgresRow) throws -> ScheduleRow.LastTick? {
        guard let outcome: TickOutcome = try row.decode(14) else { return nil }
        return ScheduleRow.LastTick(
            instant: ScheduleInstant(utc: try row.decode(12), local: try row.decode(13)), outcome: outcome,
            run: try row.decode(15))
    }
}

struct DescribeSchedule: Statement {
    static let sql = """
        select s.overlap, s.catch_up, s.adopt, s.adopt_margin, s.adopt_volumes, s.start_from, s.max_hours, s.organs, p.name, s.config,
            lacuna.new_annotations(s), lacuna.trained_revision(s)
        from lacuna.schedule s join lacuna.split p on p.id = s.split_id where s.id = $1
        """
    let schedule: Int64
    var binds: [any PostgresBindable] { [schedule] }
    func decode(_ row: PostgresRow) throws -> ScheduleDetail {
        let organs: [String] = try row.decode(7)
        return ScheduleDetail(
            overlap: try row.decode(0), catchUp: try row.decode(1), adopt: try row.decode(2),
            adoptionMargin: try row.decode(3), adoptionVolumes: try row.decode(4), startFrom: try row.decode(5),
            maximumHours: try row.decode(6), organs: organs.map { OrganKey($0) }, split: try row.decode(8),
            configuration: try row.decode(9), newAnnotations: try row.decode(10), trainedRevision: try row.decode(11))
    }
}

struct ActionsOnSchedule: Statement {
    static let sql = """
        select to_char(a.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), x.kind, a.agent, a.account, a.reason,
            s.name || '-' || t.number
        from lacuna.schedule_action x join lacuna.activity a on a.id = x.activity_id join lacuna.schedule s on s.id = x.schedule_id
        left join lacuna.tick t on t.id = x.tick_id
        where x.schedule_id = $1 order by x.id
        """
    let schedule: Int64
    var binds: [any PostgresBindable] { [schedule] }
    func decode(_ row: PostgresRow) throws -> ScheduleActionRow {
        ScheduleActionRow(
            time: try row.decode(0), action: try row.decode(1), agent: try row.decode(2), account: try row.decode(3),
            reason: try row.decode(4), run: try row.decode(5))
    }
}

/// The newest ticks first; of removed schedules of the name too.
struct HistoryOfSchedules: Statement {
    static let sql = """
        select h.schedule, to_char(h.instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            lacuna.local_time(h.instant, s.time_zone), h.cause, h.outcome, h.reason,
            h.schedule || '-' || h.number, h.revision, h.new_annotations, h.missed, h.job_id, h.attempts, p.decision, p.reason
        from lacuna.schedule_history h join lacuna.schedule s on s.id = h.schedule_id
        left join lacuna.adoption_proposal p on p.run_id = h.run_id
        where ($1::text is null or h.schedule = $1) order by h.instant desc, h.tick_id desc limit $2
        """
    let name: String?
    let limit: Int?
    var binds: [any PostgresBindable] { [name, limit] }
    func decode(_ row: PostgresRow) throws -> TickRow {
        TickRow(
            schedule: try row.decode(0), instant: ScheduleInstant(utc: try row.decode(1), local: try row.decode(2)),
            cause: try row.decode(3), outcome: try row.decode(4), reason: try row.decode(5), run: try row.decode(6),
            revision: try row.decode(7), newAnnotations: try row.decode(8), missed: try row.decode(9),
            job: try row.decode(10), attempts: try row.decode(11), adoption: try row.decode(12),
            adoptionReason: try row.decode(13))
    }
}

struct NamesOfSchedules: Statement {
    static let sql = "select distinct name from lacuna.schedule where $1 or not is_removed order by name"
    /// Whether to list the removed ones too.
    let all: Bool
    var binds: [any PostgresBindable] { [all] }
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

struct PauseSchedule: Statement {
    static let sql = "select lacuna.pause_schedule($1, $2, $3)"
    let schedule: Int64
    let program: String
    let reason: String?
    var binds: [any PostgresBindable] { [schedule, program, reason] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

struct ResumeSchedule: Statement {
    static let sql = "select lacuna.resume_schedule($1, $2)"
    let schedule: Int64
    let program: String
    var binds: [any PostgresBindable] { [schedule, program] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

struct RunSchedule: Statement {
    static let sql = "select lacuna.run_schedule($1, $2)"
    let schedule: Int64
    let program: String
    var binds: [any PostgresBindable] { [schedule, program] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

struct RetrySchedule: Statement {
    static let sql = "select lacuna.retry_schedule($1, $2)"
    let schedule: Int64
    let program: String
    var binds: [any PostgresBindable] { [schedule, program] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

struct RemoveSchedule: Statement {
    static let sql = "select lacuna.remove_schedule($1, $2, $3)"
    let schedule: Int64
    let program: String
    let reason: String?
    var binds: [any PostgresBindable] { [schedule, program, reason] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

struct OpenProposals: Statement {
    static let sql = """
        select p.run, p.current_run, p.reason, t.schedule_id
        from lacuna.open_proposal p left join lacuna.job j on j.run_id = p.run_id left join lacuna.tick t on t.id = j.tick_id
        order by p.recorded_at, p.run_id
        """
    func decode(_ row: PostgresRow) throws -> AdoptionProposal {
        AdoptionProposal(
            run: try row.decode(0), currentRun: try row.decode(1), reason: try row.decode(2),
            schedule: try row.decode(3))
    }
}

/// What was decided of a scheduled run at its end.
struct DecisionOnRun: Statement {
    static let sql = """
        select c.name, p.decision::text, p.reason
        from lacuna.run r join lacuna.adoption_proposal p on p.run_id = r.id left join lacuna.run c on c.id = p.current_run_id
        where r.name = $1
        """
    let run: String
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> RunDecision {
        RunDecision(currentRun: try row.decode(0), decision: try row.decode(1), reason: try row.decode(2))
    }
}

/// The comparison of a scheduled run with the run that was the current one.
struct ComparisonOfRun: Statement {
    static let sql = """
        select o.key, c.volumes, c.current_dice, c.dice, s.adopt_margin, c.is_compared, c.is_worse
        from lacuna.run join lacuna.adoption_comparison c on c.run_id = run.id join lacuna.organ o on o.id = c.organ_id
        join lacuna.job j on j.run_id = run.id join lacuna.tick t on t.id = j.tick_id join lacuna.schedule s on s.id = t.schedule_id
        where run.name = $1 order by o.position
        """
    let run: String
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> AdoptionComparison {
        AdoptionComparison(
            organ: try row.decode(0), volumes: try row.decode(1), currentDice: try row.decode(2),
            dice: try row.decode(3), margin: try row.decode(4), isCompared: try row.decode(5),
            isWorse: try row.decode(6))
    }
}
