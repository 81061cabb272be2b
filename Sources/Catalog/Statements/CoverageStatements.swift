import Domain
import Postgres

/// Counts of the whole catalogue (group null) or of each dataset, for every organ that is known anywhere.
struct CoverageCounts: Statement {
    static let sql = """
        with counts as materialized (select * from lacuna.coverage_counts($1)),
        known as (select distinct organ_id from counts)
        select d.name, o.key, v.volumes, v.subjects, m.median, c.status, c.origin, c.partial, c.n
        from lacuna.coverage_volumes($1) v
        cross join known k
        join lacuna.organ o on o.id = k.organ_id
        left join lacuna.dataset d on d.id = v.dataset_id
        left join counts c on c.dataset_id = v.dataset_id and c.organ_id = k.organ_id
        left join lacuna.coverage_confidence($1) m on m.dataset_id = v.dataset_id and m.organ_id = k.organ_id
        where (v.dataset_id <> 0) = $2
        order by d.name, o.position
        """
    let revision: Revision?
    let byDataset: Bool
    var binds: [any PostgresBindable] { [revision, byDataset] }
    func decode(_ row: PostgresRow) throws -> CoverageCount { try CoverageCount(row) }
}

/// Counts of each split and part, unassigned subjects under `split/unassigned`.
struct CoverageBySplit: Statement {
    static let sql = """
        with states as materialized (select * from lacuna.label_states((select lacuna.current_revision()))),
        member as (
            select v.id as volume_id, v.subject_id, s.name || '/' || coalesce(m.part::text, 'unassigned') as part
            from lacuna.split s cross join lacuna.volume v
            left join lacuna.split_member m on m.split_id = s.id and m.subject_id = v.subject_id
            where not exists (select from lacuna.withheld_volume h where h.volume_id = v.id)),
        size as (select part, count(*) as volumes, count(distinct subject_id) as subjects from member group by part),
        counts as (
            select m.part, s.organ_id, s.status, s.origin, s.partial, count(*) as n
            from member m join states s using (volume_id) group by 1, 2, 3, 4, 5),
        median as (
            select m.part, s.organ_id, percentile_cont(0.5) within group (order by s.confidence) as median
            from member m join states s using (volume_id) where s.confidence is not null group by 1, 2)
        select z.part, o.key, z.volumes, z.subjects, d.median, c.status, c.origin, c.partial, c.n
        from size z cross join (select distinct organ_id from states) k
        join lacuna.organ o on o.id = k.organ_id
        left join counts c on c.part = z.part and c.organ_id = k.organ_id
        left join median d on d.part = z.part and d.organ_id = k.organ_id
        order by z.part, o.position
        """
    func decode(_ row: PostgresRow) throws -> CoverageCount { try CoverageCount(row) }
}

/// For each published round `run/number`: what its pseudo labels cover beside the annotations of now.
struct CoverageByRound: Statement {
    static let sql = """
        with size as (
            select count(*) as volumes, count(distinct subject_id) as subjects from lacuna.volume v
            where not exists (select from lacuna.withheld_volume h where h.volume_id = v.id)),
        published as (
            select r.id, run.name || '/' || r.number as label, run.id as run_id, r.number from lacuna.round r
            join lacuna.run on run.id = r.run_id where r.published_change_id is not null),
        counts as (
            select p.id, a.organ_id, a.status, a.origin, a.partial, count(*) as n
            from published p join lacuna.run_organ ro on ro.run_id = p.run_id
            join lacuna.annotation_current a on a.organ_id = ro.organ_id group by 1, 2, 3, 4, 5
            union all
            select l.round_id, l.organ_id, 'pseudo', 'model', false, count(*)
            from lacuna.pseudo_label l join published p on p.id = l.round_id
            where not exists (select from lacuna.annotation_current a where (a.volume_id, a.organ_id) = (l.volume_id, l.organ_id))
              and not exists (select from lacuna.withheld_volume h where h.volume_id = l.volume_id)
            group by 1, 2),
        median as (
            select l.round_id, l.organ_id, percentile_cont(0.5) within group (order by l.confidence) as median
            from lacuna.pseudo_label l where l.confidence is not null
              and not exists (select from lacuna.withheld_volume h where h.volume_id = l.volume_id)
            group by 1, 2)
        select p.label, o.key, z.volumes, z.subjects, m.median, c.status, c.origin, c.partial, c.n
        from published p cross join size z
        join lacuna.run_organ ro on ro.run_id = p.run_id
        join lacuna.organ o on o.id = ro.organ_id
        left join counts c on c.id = p.id and c.organ_id = o.id
        left join median m on m.round_id = p.id and m.organ_id = o.id
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
        said as (
            select volume_id, organ_id, status, origin, partial from word where status <> 'unlabelled'
            union all
            select distinct s.volume_id, s.organ_id, 'pseudo'::lacuna.label_status, 'model'::lacuna.label_origin, false
            from own join lacuna.shipped_label s using (volume_id)
            where s.release_id in (select id from release) and not exists (
                select from word w where (w.volume_id, w.organ_id) = (s.volume_id, s.organ_id) and w.status <> 'unlabelled'))
        select null::text, o.key, z.volumes, z.subjects, null::real, c.status, c.origin, c.partial, c.n
        from (select organ_id, status, origin, partial, count(*) as n from said group by 1, 2, 3, 4) c
        cross join size z join lacuna.organ o on o.id = c.organ_id order by o.position, o.key
        """
    let dataset: String
    var binds: [any PostgresBindable] { [dataset] }
    func decode(_ row: PostgresRow) throws -> CoverageCount { try CoverageCount(row) }
}

/// Volumes where an organ is unlabelled and a whole that it divides is annotated; only wholes with annotations are looked at.
struct UnionKnownCounts: Statement {
    static let sql = """
        with whole as (
            select distinct c.organ_id from lacuna.coverage_counts() c
            where c.dataset_id = 0 and c.status = 'annotated'
              and exists (select from lacuna.organ_link l where l.whole_id = c.organ_id and l.relation = 'division')),
        lone as (
            select distinct a.volume_id, l.part_id from whole w
            join lacuna.annotation_current a on a.organ_id = w.organ_id and a.status = 'annotated'
            join lacuna.organ_link l on l.whole_id = w.organ_id and l.relation = 'division'
            where not exists (
                select from lacuna.annotation_current p where p.volume_id = a.volume_id and p.organ_id = l.part_id))
        select null, o.key, count(*) from lone join lacuna.organ o on o.id = lone.part_id group by o.key
        union all
        select d.name, o.key, count(*) from lone join lacuna.organ o on o.id = lone.part_id
        join lacuna.volume_dataset v using (volume_id) join lacuna.dataset d on d.id = v.dataset_id group by d.name, o.key
        """
    struct Found: Sendable {
        let group: String?
        let organ: OrganKey
        let volumes: Int
    }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(group: try row.decode(0), organ: try row.decode(1), volumes: try row.decode(2))
    }
}

struct CompactCoverage: Statement {
    static let sql = "select lacuna.compact_coverage()"
}

extension CoverageCount {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            group: try row.decode(0), organ: try row.decode(1), volumes: try row.decode(2), subjects: try row.decode(3),
            medianConfidence: try row.decode(4), status: try row.decode(5), origin: try row.decode(6),
            partial: try row.decode(7, as: Bool?.self) ?? false, n: try row.decode(8, as: Int?.self) ?? 0)
    }
}
