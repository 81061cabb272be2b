import Domain
import Postgres

/// The mean Dice of organs on held-out volumes: of the round whose labels are current, or of every round.
struct HeldOutDice: Statement {
    static let sql = """
        select case when $1 then run.name || '/' || r.number end, o.key, avg(e.dice)::float8
        from lacuna.evaluation e
        join lacuna.organ o on o.id = e.organ_id
        join lacuna.round r on r.id = e.round_id join lacuna.run on run.id = r.run_id
        where e.dice is not null and ($1 or exists (
            select from lacuna.pseudo_pointer p where (p.round_id, p.organ_id) = (e.round_id, e.organ_id)))
        group by run.name, r.number, o.key
        """
    struct Place: Hashable {
        /// RUN/NUMBER; nil: the round whose labels are current.
        let round: String?
        let organ: OrganKey
    }
    let ofRounds: Bool
    var binds: [any PostgresBindable] { [ofRounds] }
    func decode(_ row: PostgresRow) throws -> (place: Place, dice: Double) {
        (Place(round: try row.decode(0), organ: try row.decode(1)), try row.decode(2))
    }
}

/// The medians of the quality of labels by organ: of the round whose labels are current, or of every round.
struct QualityOfLabels: Statement {
    static let sql = """
        select case when $1 then run.name || '/' || r.number end, o.key, q.soft_dice, q.dice, q.dice_lower, q.dice_upper
        from lacuna.label_quality q
        join lacuna.organ o on o.id = q.organ_id
        join lacuna.round r on r.id = q.round_id join lacuna.run on run.id = r.run_id
        where $1 or exists (
            select from lacuna.pseudo_pointer p where (p.round_id, p.organ_id) = (q.round_id, q.organ_id))
        """
    let ofRounds: Bool
    var binds: [any PostgresBindable] { [ofRounds] }
    func decode(_ row: PostgresRow) throws -> (place: HeldOutDice.Place, quality: MaskQuality?) {
        (
            HeldOutDice.Place(round: try row.decode(0), organ: try row.decode(1)),
            try MaskQuality.ifPresent(in: row, from: 2)
        )
    }
}
