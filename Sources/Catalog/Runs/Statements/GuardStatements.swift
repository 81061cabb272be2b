import Domain
import Postgres

struct RecordQuality: Statement {
    static let sql = """
        select lacuna.record_quality($1, $2, $3, $4::integer, $5::float8::real, $6::float8::real, $7::float8::real, $8::float8::real)
        """
    let claim: Claim
    let round: RoundID
    let quality: RoundQuality
    var binds: [any PostgresBindable] {
        [
            claim.job, claim.token, round, quality.pairs, quality.correlation, quality.correlationWithin,
            quality.intervalRate, quality.intervalCoverage,
        ]
    }
}

struct QualityOfRound: Statement {
    static let sql = """
        select pairs, correlation, correlation_within, interval_rate, interval_coverage from lacuna.round_quality where round_id = $1
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> RoundQuality {
        RoundQuality(
            pairs: try row.decode(0), correlation: try row.decode(1), correlationWithin: try row.decode(2),
            intervalRate: try row.decode(3), intervalCoverage: try row.decode(4))
    }
}

struct RecordGuards: Statement {
    static let sql = """
        select lacuna.record_guards($1, $2, $3, $4::text[], $5::text[], $6::float8[]::real[], $7::float8[]::real[], $8::text[])
        """
    let claim: Claim
    let round: RoundID
    let guards: [GuardRecord]
    var binds: [any PostgresBindable] {
        [
            claim.job, claim.token, round, guards.map(\.organ), guards.map(\.guard), guards.map(\.value),
            guards.map(\.limit), guards.map(\.outcome.rawValue),
        ]
    }
}

struct GuardsOfRound: Statement {
    static let sql = """
        select o.key, g.guard, g.value, g.limit_value, g.outcome
        from lacuna.guard_result g join lacuna.organ o on o.id = g.organ_id where g.round_id = $1 order by o.position, g.guard
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> GuardRecord {
        guard let outcome = GuardOutcome(rawValue: try row.decode(4)) else {
            throw try row.field(4).mismatch("an outcome of a guard")
        }
        return GuardRecord(
            organ: try row.decode(0), guard: try row.decode(1), value: try row.decode(2), limit: try row.decode(3),
            outcome: outcome)
    }
}

struct OverridesOfRound: Statement {
    static let sql = """
        select o.key, c.revision, a.agent, a.account, a.reason,
            to_char(a.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        from lacuna.organ_override v join lacuna.organ o on o.id = v.organ_id
        join lacuna.change c on c.id = v.change_id join lacuna.activity a on a.id = c.activity_id
        where v.round_id = $1 order by c.revision, o.position
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> OrganOverride {
        OrganOverride(
            organ: try row.decode(0), revision: try row.decode(1), who: try row.decode(2), account: try row.decode(3),
            reason: try row.decode(4), time: try row.decode(5))
    }
}

struct CountWithheldMasks: Statement {
    static let sql = """
        select o.key, count(*) from lacuna.predicted_mask m join lacuna.organ o on o.id = m.organ_id
        where m.round_id = $1 and m.withheld is not null group by o.key
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> (organ: OrganKey, masks: Int) {
        (try row.decode(0), Int(try row.decode(1, as: Int64.self)))
    }
}

struct OverrideOrgans: Statement {
    static let sql = "select lacuna.override_organs($1, $2::text[], $3, $4)"
    let round: RoundID
    let organs: [OrganKey]
    let program: String
    let reason: String
    var binds: [any PostgresBindable] { [round, organs, program, reason] }
}
