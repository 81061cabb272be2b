import Domain
import Postgres

struct FindRunID: Statement {
    static let sql = "select id from lacuna.run where name = $1"
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> RunID { try row.decode(0) }
}

/// The organs whose annotations a run uses for each organ of its class mapping.
struct ClassMappingOfRun: Statement {
    static let sql = """
        select o.key, a.key from lacuna.run
        join lacuna.run_class_mapping m on m.run_id = run.id
        join lacuna.organ o on o.id = m.organ_id join lacuna.organ a on a.id = m.accepted_id
        where run.name = $1 order by o.key, m.position
        """
    let run: String
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> (organ: OrganKey, accepted: OrganKey) {
        (try row.decode(0), try row.decode(1))
    }
}

struct PublishedRounds: Statement {
    static let sql = """
        select id, number from lacuna.round where run_id = $1 and published_change_id is not null order by number
        """
    struct Found: Sendable {
        let id: RoundID
        let number: Int
    }
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> Found { Found(id: try row.decode(0), number: try row.decode(1)) }
}

/// The organs that a published round did not relabel, each with the reason.
struct WithheldOrgans: Statement {
    static let sql = """
        select o.key, h.reason from lacuna.run join lacuna.round r on r.run_id = run.id
        join lacuna.withheld_organ h on h.round_id = r.id join lacuna.organ o on o.id = h.organ_id
        where run.name = $1 and r.number = $2
        """
    struct Found: Sendable {
        let organ: OrganKey
        let reason: String
    }
    let run: String
    let number: Int
    var binds: [any PostgresBindable] { [run, number] }
    func decode(_ row: PostgresRow) throws -> Found { Found(organ: try row.decode(0), reason: try row.decode(1)) }
}

struct IsOpenRun: Statement {
    static let sql = "select not finished and cancelled_change_id is null from lacuna.run where id = $1"
    let run: RunID
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// The last round publishes nothing; its state is listed as `closed`.
struct ListRounds: Statement {
    static let sql = """
        select r.id, run.name, r.number, r.gamma,
            case when r.state = 'published' and r.published_change_id is null then 'closed'
                when run.cancelled_change_id is not null and r.state < 'published' then 'cancelled' else r.state::text end,
            c.revision,
            (select k.id from lacuna.checkpoint k where k.round_id = r.id and k.kind = 'network' and k.removal is distinct from 'damaged'
             order by k.step desc limit 1),
            case when r.published_change_id is null then 0
                else (select count(*) from lacuna.pseudo_label l where l.round_id = r.id and not l.carried) end,
            exists (select from lacuna.contaminated_checkpoint k where k.round_id = r.id),
            run.id is not distinct from (select run_id from lacuna.adoption order by id desc limit 1),
            lacuna.is_recalled(r.id)
        from lacuna.round r join lacuna.run on run.id = r.run_id
        left join lacuna.change c on c.id = r.published_change_id
        where $1::text is null or run.name = $1
        order by run.id, r.number
        """
    struct Found: Sendable {
        let id: RoundID
        let run: String
        let number: Int
        let gamma: Double?
        let state: String
        let revision: Revision?
        let checkpoint: CheckpointID?
        let published: Int
        let contaminated: Bool
        let isCurrent: Bool
        let isRecalled: Bool
    }
    let run: String?
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(
            id: try row.decode(0), run: try row.decode(1), number: try row.decode(2), gamma: try row.decode(3),
            state: try row.decode(4), revision: try row.decode(5), checkpoint: try row.decode(6),
            published: try row.decode(7), contaminated: try row.decode(8), isCurrent: try row.decode(9),
            isRecalled: try row.decode(10))
    }
}

struct DiceOfRun: Statement {
    static let sql = """
        select e.round_id, o.key, avg(e.dice), count(*) from lacuna.evaluation e
        join lacuna.organ o on o.id = e.organ_id
        join lacuna.round r on r.id = e.round_id join lacuna.run on run.id = r.run_id
        where e.dice is not null and ($1::text is null or run.name = $1)
        group by e.round_id, o.key
        """
    struct Found: Sendable {
        let round: RoundID
        let organ: OrganKey
        let dice: Double
        let volumes: Int
    }
    let run: String?
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(
            round: try row.decode(0), organ: try row.decode(1), dice: try row.decode(2), volumes: try row.decode(3))
    }
}

struct RoundConfidences: Statement {
    static let sql = """
        select run.name, r.number, o.key, count(*), percentile_cont(0.5) within group (order by l.confidence),
            min(l.confidence), max(l.confidence), percentile_cont(0.5) within group (order by l.soft_dice),
            percentile_cont(0.5) within group (order by l.dice), percentile_cont(0.5) within group (order by l.dice_lower),
            percentile_cont(0.5) within group (order by l.dice_upper)
        from lacuna.pseudo_label l
        join lacuna.round r on r.id = l.round_id join lacuna.run on run.id = r.run_id
        join lacuna.organ o on o.id = l.organ_id
        where r.published_change_id is not null and not l.carried and ($1::text is null or run.name = $1)
        group by run.id, run.name, r.number, o.key, o.position order by run.id, o.position, r.number
        """
    let run: String?
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> RoundConfidenceRow {
        RoundConfidenceRow(
            run: try row.decode(0), round: try row.decode(1), organ: try row.decode(2), labels: try row.decode(3),
            median: try row.decode(4), lowest: try row.decode(5), highest: try row.decode(6),
            quality: try MaskQuality.ifPresent(in: row, from: 7))
    }
}

/// The name of the run whose pseudo labels are visible; no row where there is none.
struct CurrentRun: Statement {
    static let sql = """
        select run.name from (select run_id from lacuna.adoption order by id desc limit 1) a
        join lacuna.run on run.id = a.run_id
        """
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

struct RollBack: Statement {
    static let sql = "select lacuna.roll_back($1, $2::text[], $3, $4, $5)"
    let run: RunID
    let organs: [OrganKey]?
    let round: RoundID?
    let program: String
    let reason: String
    var binds: [any PostgresBindable] { [run, organs, round, program, reason] }
    func decode(_ row: PostgresRow) throws -> ChangeID? { try row.decode(0) }
}

struct AdoptRun: Statement {
    static let sql = "select lacuna.adopt_run($1, $2, $3)"
    let run: RunID
    let program: String
    let reason: String?
    var binds: [any PostgresBindable] { [run, program, reason] }
    func decode(_ row: PostgresRow) throws -> ChangeID? { try row.decode(0) }
}
