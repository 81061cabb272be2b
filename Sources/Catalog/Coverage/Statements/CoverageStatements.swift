import Domain
import Postgres

/// The facts of the whole catalogue (scope 0) or of each dataset, now with what a merged label divides into.
struct CoverageOfDatasets: Statement {
    static let sql = """
        select 'count', dataset_id, organ_id, status, origin, partial, n, null::bigint, null::real, null::text
        from lacuna.coverage_rows($1, 0, $2::integer)
        union all
        select 'size', dataset_id, null, null, null, null, volumes, subjects, null, null
        from lacuna.coverage_volumes($1, 0, $2::integer)
        union all
        select 'median', dataset_id, organ_id, null, null, null, null, null, median, null
        from lacuna.coverage_confidence($1, 0, $2::integer)
        union all
        select 'group', 0, null, null, null, null, 0, null, null, null where $2 = 0
        union all
        select 'group', id, null, null, null, null, row_number() over (order by name), null, null, name
        from lacuna.dataset where $2 > 0
        union all
        select 'division', whole_id, part_id, null, null, null, null, null, null, null
        from lacuna.organ_link where relation = 'division' and $1::bigint is null
        union all
        select 'organ', null, id, null, null, null, position, null, null, key from lacuna.organ
        """
    let revision: Revision?
    let byDataset: Bool
    var binds: [any PostgresBindable] { [revision, byDataset ? Int32.max : 0] }
    func decode(_ row: PostgresRow) throws -> CoverageFact { try CoverageFact(row) }
}

/// The facts of each split and part, unassigned subjects under `split/unassigned`.
struct CoverageOfSplits: Statement {
    static let sql = """
        select 'count', dataset_id, organ_id, status, origin, partial, n, null::bigint, null::real, null::text
        from lacuna.coverage_rows(null, -1073741824, -1)
        union all
        select 'size', dataset_id, null, null, null, null, volumes, subjects, null, null
        from lacuna.coverage_volumes(null, -1073741824, -1) where volumes > 0
        union all
        select 'median', dataset_id, organ_id, null, null, null, null, null, median, null
        from lacuna.coverage_confidence(null, -1073741824, -1)
        union all
        select 'group', p.scope, null, null, null, null, row_number() over (order by p.label), null, null, p.label
        from (
            select lacuna.split_scope(s.id, p.part), s.name || '/' || coalesce(p.part::text, 'unassigned')
            from lacuna.split s cross join (
                select null::lacuna.split_part union all select unnest(enum_range(null::lacuna.split_part))) p (part)
        ) p (scope, label)
        union all
        select 'organ', null, id, null, null, null, position, null, null, key from lacuna.organ
        """
    func decode(_ row: PostgresRow) throws -> CoverageFact { try CoverageFact(row) }
}

/// The facts of each published round `run/number`: what its pseudo labels cover beside the annotations of now.
struct CoverageOfRounds: Statement {
    static let sql = """
        with published as (
            select lacuna.round_scope(r.id) as scope, run.name || '/' || r.number as label, run.id as run_id, r.number
            from lacuna.round r join lacuna.run on run.id = r.run_id where r.published_change_id is not null)
        select 'count', dataset_id, organ_id, status, origin, partial, n, null::bigint, null::real, null::text
        from lacuna.coverage_rows(null, -2147483648, -1073741825)
        union all
        select 'count', p.scope, c.organ_id, c.status, c.origin, c.partial, c.n, null, null, null
        from lacuna.coverage_rows(null, 0, 0) c cross join published p where c.status in ('annotated', 'absent')
        union all
        select 'size', p.scope, null, null, null, null, z.volumes, z.subjects, null, null
        from lacuna.coverage_volumes(null, 0, 0) z cross join published p
        union all
        select 'median', dataset_id, organ_id, null, null, null, null, null, median, null
        from lacuna.coverage_confidence(null, -2147483648, -1073741825)
        union all
        select 'group', scope, null, null, null, null, row_number() over (order by run_id, number), null, null, label
        from published
        union all
        select 'learned', p.scope, l.organ_id, null, null, null, null, null, null, null
        from published p join lacuna.run_organ l using (run_id)
        union all
        select 'organ', null, id, null, null, null, position, null, null, key from lacuna.organ
        """
    func decode(_ row: PostgresRow) throws -> CoverageFact { try CoverageFact(row) }
}

/// What a dataset itself says of its volumes, whatever is current there: the newest release's word on an organ, else what it
/// ships.
struct DatasetLabelCounts: Statement {
    static let sql = """
        with own as (
            select w.volume_id from lacuna.volume_dataset w join lacuna.dataset d on d.id = w.dataset_id where d.name = $1),
        size as (
            select count(*) as volumes, count(distinct v.subject_id) as subjects
            from own join lacuna.volume v on v.id = own.volume_id),
        release as (
            select r.id from lacuna.release r join lacuna.dataset d on d.id = r.dataset_id where d.name = $1),
        word as (
            select distinct on (a.volume_id, a.organ_id) a.volume_id, a.organ_id, a.status, a.origin,
                a.extent is not null as partial
            from own join lacuna.annotation a using (volume_id)
            where a.release_id in (select id from release) and not a.proposed
            order by a.volume_id, a.organ_id, a.release_id desc, a.id desc),
        shipped as (
            select distinct on (s.volume_id, s.organ_id) s.volume_id, s.organ_id, s.mask_id
            from own join lacuna.shipped_label s using (volume_id)
            where s.release_id in (select id from release)
            order by s.volume_id, s.organ_id, s.release_id desc, s.id desc),
        said as (
            select volume_id, organ_id, status, origin, partial from word where status <> 'unlabelled'
            union all
            select s.volume_id, s.organ_id, 'pseudo'::lacuna.label_status, 'model'::lacuna.label_origin, false
            from shipped s where s.mask_id is not null and not exists (
                select from word w where (w.volume_id, w.organ_id) = (s.volume_id, s.organ_id) and w.status <> 'unlabelled'))
        select 'count', 0, organ_id, status, origin, partial, count(*), null::bigint, null::real, null::text
        from said group by organ_id, status, origin, partial
        union all
        select 'size', 0, null, null, null, null, volumes, subjects, null, null from size
        union all
        select 'group', 0, null, null, null, null, 0, null, null, null
        union all
        select 'organ', null, id, null, null, null, position, null, null, key from lacuna.organ
        """
    let dataset: String
    var binds: [any PostgresBindable] { [dataset] }
    func decode(_ row: PostgresRow) throws -> CoverageFact { try CoverageFact(row) }
}

/// Sums the appended counts where so many have come together that reading them takes milliseconds.
struct CompactCoverage: Statement {
    static let sql = "select lacuna.compact_coverage(2000)"
}

extension CoverageFact {
    /// Columns: kind, scope, organ, status, origin, partial, a number (count, volumes or position), subjects, median, name.
    fileprivate init(_ row: PostgresRow) throws {
        switch try row.decode(0, as: String.self) {
        case "count":
            let count = LabelCount(
                status: try row.decode(3), origin: try row.decode(4), partial: try row.decode(5), n: try row.decode(6))
            self = .count(scope: try row.decode(1), organ: try row.decode(2), count)
        case "size": self = .size(scope: try row.decode(1), volumes: try row.decode(6), subjects: try row.decode(7))
        case "median": self = .median(scope: try row.decode(1), organ: try row.decode(2), try row.decode(8))
        case "group": self = .group(scope: try row.decode(1), position: try row.decode(6), name: try row.decode(9))
        case "division": self = .division(of: try row.decode(1), into: try row.decode(2))
        case "learned": self = .learned(scope: try row.decode(1), organ: try row.decode(2))
        default: self = .organ(try row.decode(2), position: try row.decode(6), key: try row.decode(9))
        }
    }
}
