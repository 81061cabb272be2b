import Domain
import Postgres

/// The facts of the whole catalogue or of each dataset; those of now with the organs that a composite label divides into.
struct CoverageOfDatasets: Statement {
    static let sql = """
        select 'count', scope_id, organ_id, status, origin, partial, n, null::real, null::text
        from lacuna.coverage_rows($1, array[$2::lacuna.coverage_scope_kind])
        union all
        select 'size', scope_id, null, null, null, null, volumes, null, null
        from lacuna.coverage_volumes($1, array[$2::lacuna.coverage_scope_kind])
        union all
        select 'surplus', scope_id, organ_id, null, null, null, n, null, null
        from lacuna.coverage_surplus($1, array[$2::lacuna.coverage_scope_kind])
        union all
        select 'median', scope_id, organ_id, null, null, null, null, median, null
        from lacuna.coverage_confidence($1, array[$2::lacuna.coverage_scope_kind])
        union all
        select 'group', c.id, null, null, null, null, row_number() over (order by d.name), null, d.name
        from lacuna.coverage_scope c left join lacuna.dataset d on d.id = c.dataset_id
        where c.kind = $2::lacuna.coverage_scope_kind
        union all
        select 'division', whole_id, part_id, null, null, null, null, null, null
        from lacuna.organ_link where relation = 'division' and $1::bigint is null
        union all
        select 'organ', null, id, null, null, null, position, null, key from lacuna.organ
        """
    let revision: Revision?
    let byDataset: Bool
    var binds: [any PostgresBindable] { [revision, byDataset ? "dataset" : "catalogue"] }
    func decode(_ row: PostgresRow) throws -> CoverageFact { try CoverageFact(row) }
}

/// The facts of each split and part, unassigned subjects under `split/unassigned`.
struct CoverageOfSplits: Statement {
    static let sql = """
        select 'count', scope_id, organ_id, status, origin, partial, n, null::real, null::text
        from lacuna.coverage_rows(null, '{split}')
        union all
        select 'size', scope_id, null, null, null, null, volumes, null, null
        from lacuna.coverage_volumes(null, '{split}') where volumes > 0
        union all
        select 'surplus', scope_id, organ_id, null, null, null, n, null, null
        from lacuna.coverage_surplus(null, '{split}')
        union all
        select 'median', scope_id, organ_id, null, null, null, null, median, null
        from lacuna.coverage_confidence(null, '{split}')
        union all
        select 'group', p.scope, null, null, null, null, row_number() over (order by p.label), null, p.label
        from (
            select c.id, s.name || '/' || coalesce(c.part::text, 'unassigned')
            from lacuna.coverage_scope c join lacuna.split s on s.id = c.split_id
        ) p (scope, label)
        union all
        select 'organ', null, id, null, null, null, position, null, key from lacuna.organ
        """
    func decode(_ row: PostgresRow) throws -> CoverageFact { try CoverageFact(row) }
}

/// The facts of each published round `run/number`: what its pseudo labels cover beside the annotations of now.
struct CoverageOfRounds: Statement {
    static let sql = """
        with published as (
            select c.id as scope, run.name || '/' || r.number as label, run.id as run_id, r.number
            from lacuna.coverage_scope c join lacuna.round r on r.id = c.round_id join lacuna.run on run.id = r.run_id
            where r.published_change_id is not null)
        select 'count', scope_id, organ_id, status, origin, partial, n, null::real, null::text
        from lacuna.coverage_rows(null, '{round}')
        union all
        select 'count', p.scope, c.organ_id, c.status, c.origin, c.partial, c.n, null, null
        from lacuna.coverage_rows(null, '{catalogue}') c cross join published p where c.status in ('annotated', 'absent')
        union all
        select 'size', p.scope, null, null, null, null, z.volumes, null, null
        from lacuna.coverage_volumes(null, '{catalogue}') z cross join published p
        union all
        select 'surplus', p.scope, u.organ_id, null, null, null, u.n, null, null
        from lacuna.coverage_surplus(null, '{catalogue}') u cross join published p
        union all
        select 'median', scope_id, organ_id, null, null, null, null, median, null
        from lacuna.coverage_confidence(null, '{round}')
        union all
        select 'group', scope, null, null, null, null, row_number() over (order by run_id, number), null, label
        from published
        union all
        select 'learned', p.scope, l.organ_id, null, null, null, null, null, null
        from published p join lacuna.run_organ l using (run_id)
        union all
        select 'organ', null, id, null, null, null, position, null, key from lacuna.organ
        """
    func decode(_ row: PostgresRow) throws -> CoverageFact { try CoverageFact(row) }
}

/// The labels of a dataset itself in its volumes, current, held or not: the newest release's annotation of an organ, else its shipped
/// label.
struct DatasetLabelCounts: Statement {
    static let sql = """
        with own as (
            select w.volume_id from lacuna.volume_dataset w join lacuna.dataset d on d.id = w.dataset_id where d.name = $1),
        size as (select count(*) as volumes from own),
        release as (
            select r.id from lacuna.release r join lacuna.dataset d on d.id = r.dataset_id where d.name = $1),
        annotated as (
            select distinct on (volume_id, organ_id) * from (
                select distinct on (a.volume_id, a.organ_id, a.release_id, a.proposed, case when a.proposed then a.source_id end)
                    a.volume_id, a.organ_id, a.release_id, a.proposed, a.id, a.status, a.origin, a.extent is not null as partial
                from own join lacuna.annotation a using (volume_id)
                where a.release_id in (select id from release) and (not a.proposed or a.rater is null and not a.partitioned)
                order by a.volume_id, a.organ_id, a.release_id, a.proposed, case when a.proposed then a.source_id end, a.id desc) n
            order by volume_id, organ_id, release_id desc, status = 'unlabelled', proposed, id desc),
        shipped as (
            select distinct on (s.volume_id, s.organ_id) s.volume_id, s.organ_id, s.mask_id
            from own join lacuna.shipped_label s using (volume_id)
            where s.release_id in (select id from release)
            order by s.volume_id, s.organ_id, s.release_id desc, s.id desc),
        own_label as (
            select volume_id, organ_id, status, origin, partial from annotated where status <> 'unlabelled'
            union all
            select s.volume_id, s.organ_id, 'pseudo'::lacuna.label_status, 'model'::lacuna.label_origin, false
            from shipped s where s.mask_id is not null and not exists (
                select from annotated w where (w.volume_id, w.organ_id) = (s.volume_id, s.organ_id) and w.status <> 'unlabelled'))
        select 'count', 0, organ_id, status, origin, partial, count(*), null::real, null::text
        from own_label group by organ_id, status, origin, partial
        union all
        select 'surplus', 0, l.organ_id, null, null, null, count(*) - count(distinct v.subject_id), null, null
        from own_label l join lacuna.volume v on v.id = l.volume_id where l.status in ('annotated', 'absent') group by l.organ_id
        union all
        select 'size', 0, null, null, null, null, volumes, null, null from size
        union all
        select 'group', 0, null, null, null, null, 0, null, null
        union all
        select 'organ', null, id, null, null, null, position, null, key from lacuna.organ
        """
    let dataset: String
    var binds: [any PostgresBindable] { [dataset] }
    func decode(_ row: PostgresRow) throws -> CoverageFact { try CoverageFact(row) }
}

/// Sums the deltas into a snapshot where so many were added that reading them takes milliseconds.
struct CompactCoverage: Statement {
    static let sql = "select lacuna.compact_coverage(2000)"
}

extension CoverageFact {
    /// Columns: kind, scope, organ, status, origin, partial, a number (count, volumes, surplus or position), median, name.
    fileprivate init(_ row: PostgresRow) throws {
        switch try row.decode(0, as: String.self) {
        case "count":
            let count = LabelCount(
                status: try row.decode(3), origin: try row.decode(4), partial: try row.decode(5), n: try row.decode(6))
            self = .count(scope: try row.decode(1), organ: try row.decode(2), count)
        case "size": self = .size(scope: try row.decode(1), volumes: try row.decode(6))
        case "surplus": self = .surplus(scope: try row.decode(1), organ: try row.decode(2), try row.decode(6))
        case "median": self = .median(scope: try row.decode(1), organ: try row.decode(2), try row.decode(7))
        case "group": self = .group(scope: try row.decode(1), position: try row.decode(6), name: try row.decode(8))
        case "division": self = .division(of: try row.decode(1), into: try row.decode(2))
        case "learned": self = .learned(scope: try row.decode(1), organ: try row.decode(2))
        default: self = .organ(try row.decode(2), position: try row.decode(6), key: try row.decode(8))
        }
    }
}
