import Domain
import Postgres

/// With a dataset, the names are of that dataset.
struct ListSubjectRows: Statement {
    static let sql = """
        with in_use as (
            select v.subject_id, v.id as volume_id, w.dataset_id, null::text as removed
            from lacuna.volume v join lacuna.volume_dataset w on w.volume_id = v.id),
        known as (
            select * from in_use
            union all
            select v.subject_id, v.id, r.dataset_id,
                case when w.volume_id is null then w.reason else 'excluded: ' || w.reason end
            from lacuna.withheld_volume h join lacuna.withdrawal w on w.id = h.withdrawal_id
            join lacuna.volume v on v.id = h.volume_id
            join lacuna.source s on s.volume_id = v.id join lacuna.release r on r.id = s.release_id
            where $2 and not exists (select from in_use o where o.subject_id = v.subject_id))
        select j.id, coalesce((
                select a.name || '/' || l.key from lacuna.dataset a join lacuna.subject_alias l on l.dataset_id = a.id
                where a.name = $1 and l.subject_id = j.id order by l.stated desc, l.key limit 1), j.name),
            count(distinct k.volume_id), array_agg(distinct d.name order by d.name),
            array(select s.name || '/' || m.part from lacuna.split_member m join lacuna.split s on s.id = m.split_id
                  where m.subject_id = j.id order by s.name), min(k.removed)
        from lacuna.subject j join known k on k.subject_id = j.id join lacuna.dataset d on d.id = k.dataset_id
        group by j.id, j.name
        having $1::text is null or bool_or(d.name = $1)
        order by j.id
        """
    let dataset: String?
    let removed: Bool
    var binds: [any PostgresBindable] { [dataset, removed] }
    func decode(_ row: PostgresRow) throws -> SubjectRow {
        SubjectRow(
            id: try row.decode(0), name: try row.decode(1), volumes: try row.decode(2), datasets: try row.decode(3),
            parts: try row.decode(4), removed: try row.decode(5))
    }
}

/// With withheld volumes.
struct DescribeSubject: Statement {
    static let sql = """
        select j.id, j.name,
            array(select distinct d.name from lacuna.volume v join lacuna.source s on s.volume_id = v.id
                  join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id
                  where v.subject_id = j.id order by d.name),
            array(select s.name || '/' || m.part from lacuna.split_member m join lacuna.split s on s.id = m.split_id
                  where m.subject_id = j.id order by s.name),
            array(select d.name || '/' || a.key from lacuna.subject_alias a join lacuna.dataset d on d.id = a.dataset_id
                  where a.subject_id = j.id order by d.name, a.key),
            array(select v.id from lacuna.volume v where v.subject_id = j.id order by v.id),
            array(select c.id from lacuna.checkpoint c where j.id = any (c.contaminated_by) order by c.id),
            (select w.reason from (
                select * from lacuna.withdrawal where subject_id = j.id order by id desc limit 1) w where w.withdrawn)
        from lacuna.subject j where j.id = $1 and exists (select from lacuna.volume v where v.subject_id = j.id)
        """
    let subject: SubjectID
    var binds: [any PostgresBindable] { [subject] }
    func decode(_ row: PostgresRow) throws -> SubjectFacts {
        let volumes: [VolumeID] = try row.decode(5)
        return SubjectFacts(
            subject: SubjectRow(
                id: try row.decode(0), name: try row.decode(1), volumes: volumes.count, datasets: try row.decode(2),
                parts: try row.decode(3), removed: try row.decode(7)),
            names: try row.decode(4), volumes: volumes, contaminated: try row.decode(6))
    }
}

struct NameOfSubject: Statement {
    static let sql = "select name from lacuna.subject where id = $1"
    let subject: SubjectID
    var binds: [any PostgresBindable] { [subject] }
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

/// One row for each volume, in the order of the index: a catalogue's states are not sorted.
struct AnnotatedOrgans: Statement {
    static let sql = """
        with known as (
            select volume_id, array_agg(organ_id) as organs from lacuna.annotation_current
            where status = 'annotated' group by volume_id)
        select v.subject_id, k.organs from known k join lacuna.volume v on v.id = k.volume_id
        """
    struct Found: Sendable {
        let subject: SubjectID
        let organs: [Int16]
    }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(subject: try row.decode(0), organs: try row.decode(1))
    }
}

/// Ranks: 1 the image's path, 2 a path with the dataset, 3 a path within it, 4 a bare name. An export writes each character
/// that some tool does not accept as an underscore, and appends the volume to a name that is already used.
struct FindCases: Statement {
    static let sql = """
        with known as (
            select s.volume_id, s.case_name, s.file, r.root, d.name as dataset,
                regexp_replace(d.name || '_' || s.case_name, '_?[^A-Za-z0-9_-]+', '_', 'g') as exported
            from lacuna.source s
            join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id),
        wanted as (select * from unnest($1::bigint[], $2::text[]) as w (position, key)),
        match as (
            select w.position, k.volume_id, n.rank from known k
            cross join lateral (values
                (1, k.root || '/' || k.file), (2, k.dataset || '/' || k.file), (2, k.dataset || '/' || k.case_name),
                (2, regexp_replace(k.root, '^.*/', '') || '/' || k.file),
                (case when position('/' in k.file) > 0 then 3 else 4 end, k.file),
                (4, k.case_name), (4, k.exported), (4, k.exported || '_v' || k.volume_id)) as n (rank, key)
            join wanted w on w.key = n.key
            where $3::text is null or k.dataset = $3),
        best as (select m.*, min(m.rank) over (partition by m.position) as least from match m),
        found as (select distinct position, volume_id, rank from best where rank = least)
        select f.position, f.volume_id, v.subject_id, f.rank = 4,
            array(select distinct k.dataset || '/' || k.case_name from lacuna.volume u
                  join known k on k.volume_id = u.id where u.subject_id = v.subject_id order by 1)
        from found f join lacuna.volume v on v.id = f.volume_id order by 1, 2
        """
    let cases: [NamedCase]
    let dataset: String?
    var binds: [any PostgresBindable] {
        let keys = cases.enumerated().flatMap { index, item in ([item.name] + item.paths).map { (index, $0) } }
        return [keys.map(\.0), keys.map(\.1), dataset]
    }
    func decode(_ row: PostgresRow) throws -> FoundCase {
        FoundCase(
            index: try row.decode(0), volume: try row.decode(1), subject: try row.decode(2),
            isByName: try row.decode(3), names: try row.decode(4))
    }
}

/// The keys of datasets come first: a subject that was merged into another keeps its row, but not its keys.
struct ResolveSubject: Statement {
    static let sql = """
        select id from (
            select a.subject_id as id, 1 as rank from lacuna.dataset d
            join lacuna.subject_alias a on a.dataset_id = d.id and a.key = substr($1, length(d.name) + 2)
            where starts_with($1, d.name || '/')
            union all
            select id, 2 from lacuna.subject where $1 ~ '^[0-9]{1,18}$' and id = case when $1 ~ '^[0-9]{1,18}$' then $1::bigint end
            union all
            select id, 3 from lacuna.subject where name = $1) found
        order by rank limit 1
        """
    let name: String
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> SubjectID { try row.decode(0) }
}
