import Domain
import Postgres

struct RecordValidation: Statement {
    static let sql = """
        select lacuna.record_validation($1, $2, $3, $4::integer, $5::text[], $6::float8[]::real[], $7::integer[])
        """
    let claim: Claim
    let round: RoundID
    let validation: RoundValidation
    var binds: [any PostgresBindable] {
        let organs = validation.organs
        return [
            claim.job, claim.token, round, validation.step, organs.map(\.organ), organs.map(\.dice),
            organs.map(\.volumes),
        ]
    }
}

/// The evaluations of a round in training, by step and organ.
struct ValidationsOfRound: Statement {
    static let sql = """
        select v.step, o.key, v.dice::float8, v.volumes from lacuna.round_validation v join lacuna.organ o on o.id = v.organ_id
        where v.round_id = $1 order by v.step, o.position
        """
    let round: RoundID
    var binds: [any PostgresBindable] { [round] }
    func decode(_ row: PostgresRow) throws -> (step: Int, organ: ValidationRecord) {
        (
            try row.decode(0),
            ValidationRecord(organ: try row.decode(1), dice: try row.decode(2), volumes: try row.decode(3))
        )
    }
}
