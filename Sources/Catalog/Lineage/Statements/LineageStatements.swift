import Domain
import Postgres

/// The two ends of an edge of the lineage; the raw value is the prefix of the columns.
private enum EdgeEnd: String {
    case derived = ""
    case source = "source_"
}

/// What is reached from the root ($1: kind, $2: id) in at most 64 steps, each from one end of an edge to the other, and from depth
/// $3 on the activities that made it.
private func lineage(from start: EdgeEnd, to end: EdgeEnd) -> String {
    """
    with recursive walk as (
        select $1::text as kind, $2::bigint as id, null::text as via, 0 as depth
        union
        select e.\(end.rawValue)kind, e.\(end.rawValue)id, e.via, w.depth + 1
        from walk w cross join lateral (
            select * from lacuna.lineage_edge e
            where e.\(start.rawValue)kind = w.kind and e.\(start.rawValue)id = w.id offset 0) e
        where w.depth < 64)
    """ + describeNodes
}

/// The steps after the walk: the activities that made the nodes, a label of each node for people, and the order.
private let describeNodes = """
    , made as (
        select 'activity' as kind, case w.kind
            when 'mask' then (select m.activity_id from lacuna.mask m where m.id = w.id)
            when 'checkpoint' then (
                select r.activity_id from lacuna.checkpoint c join lacuna.round r on r.id = c.round_id where c.id = w.id)
            else (select c.activity_id from lacuna.volume v join lacuna.change c on c.id = v.change_id where v.id = w.id)
            end as id, 'made by' as via, w.depth + 1 as depth
        from walk w where w.depth >= $3::integer and w.kind in ('mask', 'checkpoint', 'volume')),
    nearest as (
        select distinct on (kind, id) kind, id, via, depth
        from (select * from walk union all select * from made) found where id is not null order by kind, id, depth)
    select n.kind, n.id, n.via, n.depth, case n.kind
        when 'mask' then (
            select o.key || ' in ' || m.volume_id || coalesce(', round ' || run.name || '/' || r.number, '')
                || case when l.withheld is not null then ', withheld' else '' end from lacuna.mask m
            join lacuna.organ o on o.id = m.organ_id
            left join lateral (select p.* from lacuna.predicted_mask p where p.mask_id = m.id offset 0) l on true
            left join lacuna.round r on r.id = l.round_id left join lacuna.run on run.id = r.run_id
            where m.id = n.id limit 1)
        when 'checkpoint' then (
            select c.kind || ' of round ' || run.name || '/' || r.number || ', step ' || c.step
                || case when exists (
                    select from lacuna.contaminated_checkpoint k where k.checkpoint_id = c.id) then ', contaminated' else '' end
            from lacuna.checkpoint c join lacuna.round r on r.id = c.round_id join lacuna.run on run.id = r.run_id
            where c.id = n.id)
        when 'activity' then (
            select y.kind || coalesce(' of run ' || (
                    select run.name from lacuna.round r join lacuna.run on run.id = r.run_id where r.activity_id = y.id), '')
                || coalesce(', accepting ' || nullif(array_to_string(y.accepted, ', '), ''), '')
                || ' by ' || y.agent || ', ' || y.program || ', '
                || to_char(y.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            from lacuna.activity y where y.id = n.id)
        when 'export' then (
            select e.format || ' of ' || a.started_at::date || ' to ' || e.output
            from lacuna.export e join lacuna.activity a on a.id = e.activity_id where a.id = n.id)
        when 'volume' then (select shape_x || 'x' || shape_y || 'x' || shape_z from lacuna.volume where id = n.id)
        when 'image file' then (
            select d.name || '/' || s.case_name || ': ' || s.file from lacuna.source s
            join lacuna.release e on e.id = s.release_id join lacuna.dataset d on d.id = e.dataset_id where s.id = n.id)
        else (
            select d.name || '/' || s.case_name || ': ' || f.file || coalesce((
                select case t.axis when 'none' then ', placed on the image''s grid' else ', mirrored along ' || t.axis end || ' as accepted by '
                    || y.agent from lacuna.accepted_flip t join lacuna.activity y on y.id = t.activity_id
                where t.label_file_id = f.id order by t.activity_id desc limit 1), '')
            from lacuna.label_file f
            join lacuna.source s on s.id = f.source_id
            join lacuna.release e on e.id = s.release_id join lacuna.dataset d on d.id = e.dataset_id where f.id = n.id)
        end,
        (select d.name || '/' || s.case_name from lacuna.source s
         join lacuna.release e on e.id = s.release_id join lacuna.dataset d on d.id = e.dataset_id
         where s.volume_id = case n.kind when 'volume' then n.id
             when 'mask' then (select m.volume_id from lacuna.mask m where m.id = n.id) end
         order by s.id limit 1)
    from nearest n order by n.depth, n.kind, n.id
    """

struct LineageBackward: Statement {
    static let sql = lineage(from: .derived, to: .source)
    let kind: String
    let id: Int64
    var binds: [any PostgresBindable] { [kind, id, 0] }
    func decode(_ row: PostgresRow) throws -> LineageNode { try LineageNode(row) }
}

/// Without the activity that made the root, which is not derived from it.
struct LineageForward: Statement {
    static let sql = lineage(from: .source, to: .derived)
    let kind: String
    let id: Int64
    var binds: [any PostgresBindable] { [kind, id, 1] }
    func decode(_ row: PostgresRow) throws -> LineageNode { try LineageNode(row) }
}

struct CheckpointExists: Statement {
    static let sql = "select exists (select from lacuna.checkpoint where id = $1)"
    let checkpoint: CheckpointID
    var binds: [any PostgresBindable] { [checkpoint] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

extension LineageNode {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            kind: try row.decode(0), id: try row.decode(1), via: try row.decode(2), depth: try row.decode(3),
            label: try row.decode(4, as: String?.self) ?? "", caseName: try row.decode(5))
    }
}
