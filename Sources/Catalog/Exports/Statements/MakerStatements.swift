import Domain
import Postgres

/// The makers, datasets and runs, of the masks from which the rows (asked, mask) of `start` are derived, each with the first such
/// mask. A mask is derived from its earlier version, from the inputs of a consensus, and from a composite label that was partitioned.
/// The maker of a pseudo label is its run; `MakersOfRun` has those of the run.
private func makers(behind start: StaticString) -> String {
    """
    with recursive behind (asked, mask_id) as (
        \(start)
        union
        select b.asked, s.mask_id from behind b
        cross join lateral (
            select i.mask_id from (
                select m.parent_id from lacuna.mask m where m.id = b.mask_id and m.parent_id is not null
                union all
                select u.input_id from lacuna.mask_input u where u.mask_id = b.mask_id) i (mask_id)
            where not exists (select from lacuna.predicted_mask l where l.mask_id = b.mask_id)
            offset 0) s)
    select w.dataset, w.run, min(b.asked) from behind b
    cross join lateral (
        select d.name as dataset, null as run from lacuna.annotation a
        join lacuna.release e on e.id = a.release_id join lacuna.dataset d on d.id = e.dataset_id
        where a.mask_id = b.mask_id
        union all
        select d.name, null from lacuna.shipped_label s
        join lacuna.release e on e.id = s.release_id join lacuna.dataset d on d.id = e.dataset_id
        where s.mask_id = b.mask_id
        union all
        select null, run.name from lacuna.predicted_mask l
        join lacuna.round r on r.id = l.round_id join lacuna.run on run.id = r.run_id
        where l.mask_id = b.mask_id
        offset 0) w
    group by 1, 2
    """
}

/// The makers of some masks and of the masks that they were derived from.
struct MakersOfMasks: Statement {
    static let sql = makers(behind: "select m.id, m.id from unnest($1::bigint[]) m (id)")
    let masks: [MaskID]
    var binds: [any PostgresBindable] { [masks] }
    /// With the first of the masks that is derived from it.
    func decode(_ row: PostgresRow) throws -> (MaskMaker, MaskID) { (try MaskMaker(row), try row.decode(2)) }
}

/// The makers of the labels that a run was trained on, absences included.
struct MakersOfRun: Statement {
    static let sql =
        makers(
            behind: """
                select null::bigint, a.mask_id from lacuna.run
                join lacuna.run_input i on i.run_id = run.id and i.part in ('train', 'confidence')
                join lacuna.annotation a on a.id = i.annotation_id
                where run.name = $1 and a.mask_id is not null
                """) + """

            union
            select d.name, null, null from lacuna.run
            join lacuna.run_input i on i.run_id = run.id and i.part in ('train', 'confidence')
            join lacuna.annotation a on a.id = i.annotation_id
            join lacuna.release e on e.id = a.release_id join lacuna.dataset d on d.id = e.dataset_id
            where run.name = $1
            """
    let run: String
    var binds: [any PostgresBindable] { [run] }
    func decode(_ row: PostgresRow) throws -> MaskMaker { try MaskMaker(row) }
}

/// The maker of a mask.
enum MaskMaker: Sendable {
    case dataset(String), run(String)

    /// Columns: dataset, run; one of them is null.
    fileprivate init(_ row: PostgresRow) throws {
        if let dataset: String = try row.decode(0) { self = .dataset(dataset) } else { self = .run(try row.decode(1)) }
    }
}
