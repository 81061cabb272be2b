import Domain
import Postgres

/// Confidence and Dice of the predicted masks of a run on held-out volumes, where both are known.
struct HeldOutMasks: Statement {
    static let sql = """
        select r.number, o.key, e.confidence, e.dice
        from lacuna.run join lacuna.round r on r.run_id = run.id
        join lacuna.evaluation e on e.round_id = r.id join lacuna.organ o on o.id = e.organ_id
        where run.name = $1 and e.confidence is not null and e.dice is not null
        order by r.number, o.position, e.volume_id
        """
    let run: String
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> HeldOutMask {
        HeldOutMask(
            round: try row.decode(0), organ: try row.decode(1), confidence: try row.decode(2), dice: try row.decode(3))
    }
}

/// The selections of a run's rounds.
struct SelectionsOfRun: Statement {
    static let sql = """
        select r.number, r.gamma, o.key, s.positives, s.by_confidence, s.by_probability
        from lacuna.run join lacuna.round r on r.run_id = run.id
        join lacuna.selection s on s.round_id = r.id join lacuna.organ o on o.id = s.organ_id
        where run.name = $1 order by r.number, o.position
        """
    let run: String
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> RoundSelection {
        RoundSelection(
            round: try row.decode(0), gamma: try row.decode(1),
            selection: SelectionRecord(
                organ: try row.decode(2), positives: try row.decode(3), byConfidence: try row.decode(4),
                byProbability: try row.decode(5)))
    }
}
