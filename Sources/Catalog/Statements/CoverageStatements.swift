import Domain
import Postgres

/// Counts of the whole catalogue (group null) or of each dataset, for every organ that is known anywhere, and now also for
/// those that a merged label divides into.
struct CoverageCounts: Statement {
    static let sql = """
        with counts as materialized (select * from lacuna.coverage_rows($1, 0, case when $2 then 2147483647 else 0 end)),
        known as (
            select organ_id from counts where status <> 'unlabelled'
            union
            select l.part_id from counts c join lacuna.organ_link l on l.whole_id = c.organ_id and l.relation = 'division'
            where $1::bigint is null and c.status = 'annotated')
        select d.name, o.key, v.volumes, v.subjects, m.median, c.status, c.origin, c.partial, c.n
        from lacuna.coverage_volumes($1) v
        cross join known k
        join lacuna.organ o on o.id = k.organ_id
        left join lacuna.dataset d on d.id = v.dataset_id
        left join counts c on c.dataset_id = v.dataset_id and c.organ_id = k.organ_id
        left join lacuna.coverage_confidence($1, 0, case when $2 then 2147483647 else 0 end) m
            on m.dataset_id = v.dataset_id and m.organ_id = k.organ_id
        where (v.dataset_id <> 0) = $2
        order by d.name, o.position
        """
    let revision: Revision?
    let byDataset: Bool
    var binds: [any PostgresBindable] { [revision, byDataset] }
    func decode(_ row: PostgresRow) throws -> CoverageCount { try CoverageCount(row) }
}

/// Counts of each split and part that has volumes, unassigned subjects under `split/unassigned`.
struct CoverageBySplit: Statement {
    static let sql = """
        with part as (
            select lacuna.split_scope(s.id, p.part) as scope, s.name || '/' || coalesce(p.part::text, 'unassigned') as label
            from lacuna.split s cross join (
                select null::lacuna.split_part union all select unnest(enum_range(null::lacuna.split_part))) p (part)),
        counts as materialized (select * from lacuna.coverage_rows(null, -1073741824, -1)),
        known as (select distinct organ_id from counts where status <> 'unlabelled')
        select p.label, o.key, v.volumes, v.subjects, m.median, c.status, c.origin, c.partial, c.n
        from part p
        join lacuna.coverage_volumes(null, -1073741824, -1) v on v.dataset_id = p.scope and v.volumes > 0
        cross join known k
        join lacuna.organ o on o.id = k.organ_id
        left join counts c on c.dataset_id = p.scope and c.organ_id = k.organ_id
        left join lacuna.coverage_confidence(null, -1073741824, -1) m on m.dataset_id = p.scope and m.organ_id = k.organ_id
        order by p.label, o.position
        """
    func decode(_ row: PostgresRow) throws -> CoverageCount { try CoverageCount(row) }
}

/// For each published round `run/number`: what its pseudo labels cover beside the annotations of now.
struct CoverageByRound: Statement {
    static let sql = """
        with size as (select volumes, subjects from lacuna.coverage_volumes(null, 0, 0)),
        published as (
            select r.id, lacuna.round_scope(r.id) as scope, run.name || '/' || r.number as label, run.id as run_id, r.number
            from lacuna.round r join lacuna.run on run.id = r.run_id where r.published_change_id is not null),
        whole as materialized (
            select * from lacuna.coverage_rows(null, 0, 0) c where c.status in ('annotated', 'absent')),
        rounds as materialized (select * from lacuna.coverage_rows(null, -2147483648, -1073741825)),
        counts as (
            select p.scope, c.organ_id, c.status, c.origin, c.partial, c.n from published p cross join whole c
            union all
            select c.dataset_id, c.organ_id, c.status, c.origin, c.partial, c.n from rounds c)
        select p.label, o.key, z.volumes, z.subjects, m.median, c.status, c.origin, c.partial, c.n
        from published p cross join size z
        join lacuna.run_organ ro on ro.run_id = p.run_id
        join lacuna.organ o on o.id = ro.organ_id
        left join counts c on c.scope = p.scope and c.organ_id = o.id
        left join lacuna.coverage_confidence(null, -2147483648, -1073741825) m on m.dataset_id = p.scope and m.organ_id = o.id
        order by p.run_id, p.number, o.position
        """
    func decode(_ row: PostgresRow) throws -> CoverageCount { try CoverageCount(row) }
}

/// What a dataset itself says of its volumes, whatever is current there: the newest release's word on an organ, else what it
/// ships.
struct DatasetWords: Statement {
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
        select null::text, o.key, z.volumes, z.subjects, null::real, c.status, c.origin, c.partial, c.n
        from (select organ_id, status, origin, partial, count(*) as n from said group by 1, 2, 3, 4) c
        cross join size z join lacuna.organ o on o.id = c.organ_id order by o.position, o.key
        """
    let dataset: String
    var binds: [any PostgresBindable] { [dataset] }
    func decode(_ row: PostgresRow) throws -> CoverageCount { try CoverageCount(row) }
}

/// Sums the appended counts where so many have come together that reading them takes milliseconds.
struct CompactCoverage: Statement {
    static let sql = "select lacuna.compact_coverage(2000)"
}

extension CoverageCount {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            group: try row.decode(0), organ: try row.decode(1), volumes: try row.decode(2), subjects: try row.decode(3),
            medianConfidence: try row.decode(4), status: try row.decode(5), origin: try row.decode(6),
            partial: try row.decode(7, as: Bool?.self) ?? false, n: try row.decode(8, as: Int?.self) ?? 0)
    }
}
