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

/// The masks without voxels among those of organs that a round withheld, without released ones.
struct CountEmptyWithheldMasks: Statement {
    static let sql = """
        select count(*) from lacuna.predicted_mask m join lacuna.organ o on o.id = m.organ_id join lacuna.mask k on k.id = m.mask_id
        where m.round_id = $1 and o.key = any ($2) and m.withheld is not null and k.voxels = 0
        """
    let round: RoundID
    let organs: [OrganKey]
    var binds: [any PostgresBindable] { [round, organs] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

/// Labels of a round, each with a visible pseudo label of another organ in the same volume whose box meets its own.
struct ListMeetingLabels: Statement {
    static let sql = """
        select v.shape_x, v.shape_y, v.shape_z, i.organ, a.id, a.content_sha256, a.object_digest, a.object_offset, a.object_length,
            i.other, b.id, b.content_sha256, b.object_digest, b.object_offset, b.object_length
        from unnest($2::text[], $3::text[]) as i (organ, other)
        join lacuna.organ o on o.key = i.organ join lacuna.organ p on p.key = i.other
        join lacuna.pseudo_label l on l.round_id = $1 and l.organ_id = o.id and not l.carried
        join lacuna.current_label own on own.volume_id = l.volume_id and own.organ_id = o.id and own.round_id = l.round_id
        join lacuna.current_label c on c.volume_id = l.volume_id and c.organ_id = p.id
        join lacuna.pseudo_label n on (n.round_id, n.volume_id, n.organ_id) = (c.round_id, c.volume_id, c.organ_id)
        join lacuna.mask a on a.id = l.mask_id join lacuna.mask b on b.id = n.mask_id
        join lacuna.volume v on v.id = l.volume_id
        where a.box[1] < b.box[4] and b.box[1] < a.box[4] and a.box[2] < b.box[5] and b.box[2] < a.box[5]
          and a.box[3] < b.box[6] and b.box[3] < a.box[6]
        order by l.volume_id, o.position, p.position
        """
    let round: RoundID
    let pairs: [(organ: OrganKey, other: OrganKey)]
    var binds: [any PostgresBindable] { [round, pairs.map(\.organ), pairs.map(\.other)] }
    func decode(_ row: PostgresRow) throws -> MeetingLabels {
        guard let mask = try MaskLocation.ifPresent(in: row, from: 4) else { throw try row.field(4).mismatch("a mask") }
        guard let other = try MaskLocation.ifPresent(in: row, from: 10) else {
            throw try row.field(10).mismatch("a mask")
        }
        return MeetingLabels(
            shape: GridShape(try row.decode(0), try row.decode(1), try row.decode(2)), organ: try row.decode(3),
            mask: mask,
            other: try row.decode(9), otherMask: other)
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
