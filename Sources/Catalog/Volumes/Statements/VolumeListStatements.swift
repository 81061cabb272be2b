import Domain
import Postgres

/// A page of volumes after `after`, one row for each source, by volume and source.
struct ListVolumes: Statement {
    static let sql = """
        with page as (
            select v.* from lacuna.volume v
            where v.id > $1 and ($3 or not exists (select from lacuna.withheld_volume h where h.volume_id = v.id))
            order by v.id limit $2)
        \(FoundVolume.columns)
        """
    let after: VolumeID?
    let limit: Int
    let withheld: Bool
    var binds: [any PostgresBindable] { [after ?? VolumeID(0), limit, withheld] }
    func decode(_ row: PostgresRow) throws -> FoundVolume { try FoundVolume(row) }
}

/// A page of the volumes of a dataset; with `withheld` also the volumes that it would have if they were not withheld.
struct ListVolumesOfDataset: Statement {
    static let sql = """
        with named as (select id from lacuna.dataset where name = $4),
        found as (
            (select m.volume_id from lacuna.volume_dataset m
             where m.dataset_id = (select id from named) and m.volume_id > $1 order by m.volume_id limit $2)
            union
            (select h.volume_id from lacuna.withheld_volume h
             where $3 and h.volume_id > $1 and exists (
                select from lacuna.source s join lacuna.release r on r.id = s.release_id
                where s.volume_id = h.volume_id and r.dataset_id = (select id from named))
             order by h.volume_id limit $2)),
        page as (
            select v.* from (select volume_id from found order by volume_id limit $2) f
            join lacuna.volume v on v.id = f.volume_id)
        \(FoundVolume.columns)
        """
    let dataset: String
    let after: VolumeID?
    let limit: Int
    let withheld: Bool
    var binds: [any PostgresBindable] { [after ?? VolumeID(0), limit, withheld, dataset] }
    func decode(_ row: PostgresRow) throws -> FoundVolume { try FoundVolume(row) }
}

/// One volume, withheld or not, one row for each source.
struct DescribeVolume: Statement {
    static let sql = """
        with page as (select v.* from lacuna.volume v where v.id = $1)
        \(FoundVolume.columns)
        """
    let id: VolumeID
    var binds: [any PostgresBindable] { [id] }
    func decode(_ row: PostgresRow) throws -> FoundVolume { try FoundVolume(row) }
}

/// A volume with one of its sources.
struct FoundVolume: Sendable {
    /// What is read of the volumes in `page`.
    static let columns = """
        select p.id, j.name, p.shape_x, p.shape_y, p.shape_z, p.modality, d.name, r.name, s.case_name, s.file, i.root,
            s.file_sha256, s.affine, s.orientation, g.dataset_id is not null,
            (select case when w.volume_id is null then 'removed: ' else 'excluded: ' end || w.reason
             from lacuna.withheld_volume h join lacuna.withdrawal w on w.id = h.withdrawal_id where h.volume_id = p.id),
            s.study, s.phase, n.modality
        from page p
        cross join lateral (select name from lacuna.subject where id = p.subject_id offset 0) j
        cross join lateral (select * from lacuna.source where volume_id = p.id offset 0) s
        join lacuna.source_modality_now n on n.source_id = s.id
        join lacuna.release r on r.id = s.release_id
        join lacuna.release i on i.id = coalesce(s.image_release_id, s.release_id)
        join lacuna.dataset d on d.id = r.dataset_id
        left join lacuna.withdrawn_dataset g on g.dataset_id = d.id
        order by p.id, g.dataset_id is not null, s.id
        """
    let id: VolumeID
    let subject: String
    let shape: GridShape
    let modality: String
    let withheld: String?
    let source: SourceRow

    init(_ row: PostgresRow) throws {
        (id, subject) = (try row.decode(0), try row.decode(1))
        shape = GridShape(try row.decode(2), try row.decode(3), try row.decode(4))
        (modality, withheld) = (try row.decode(5), try row.decode(15))
        source = SourceRow(
            dataset: try row.decode(6), release: try row.decode(7), caseName: try row.decode(8),
            file: try row.decode(9), root: try row.decode(10), sha256: try row.decode(11), affine: try row.decode(12),
            orientation: try row.decode(13), modality: try row.decode(18), isRemoved: try row.decode(14),
            study: try row.decode(16),
            phase: try row.decode(17))
    }
}

/// An id, `DATASET/CASE` (the newest source of the case), or a file as recorded: with its root, else relative to it.
struct ResolveVolume: Statement {
    static let sql = """
        with named as (
        select r.id as release_id, substr(p.path, length(r.root) + 2) as file
        from lacuna.release r join unnest($2::text[]) p (path) on starts_with(p.path, r.root || '/')),
        found as (
        select id, 1 as rank from lacuna.volume
        where $1 ~ '^[0-9]{1,18}$' and id = case when $1 ~ '^[0-9]{1,18}$' then $1::bigint end
        union all
        (select s.volume_id, 1 from lacuna.dataset d
         join lacuna.release r on r.dataset_id = d.id
         join lacuna.source s on s.release_id = r.id and s.case_name = substr($1, length(d.name) + 2)
         where starts_with($1, d.name || '/') order by s.id desc limit 1)
        union all
        select s.volume_id, 2 from named n join lacuna.source s
            on s.file = n.file and n.release_id = coalesce(s.image_release_id, s.release_id)
        union all
        select s.volume_id, 3 from lacuna.source s where s.file = $1)
        select distinct id from found where rank = (select min(rank) from found)
        """
    let name: String
    /// Absolute paths.
    let files: [String]
    var binds: [any PostgresBindable] { [name, files] }
    func decode(_ row: PostgresRow) throws -> VolumeID { try row.decode(0) }
}

/// The only release of a dataset has the dataset's counts; the volumes of each of several releases are counted.
struct ListDatasets: Statement {
    static let sql = """
        with sole as (select dataset_id from lacuna.release group by dataset_id having count(*) = 1),
        kept as (
            select s.dataset_id, coalesce(c.volumes, 0) as volumes, coalesce(c.subjects, 0) as subjects
            from sole s join lacuna.coverage_scope k using (dataset_id)
            left join lacuna.coverage_volumes(null, '{dataset}') c on c.scope_id = k.id)
        select d.name, r.name, r.layout, r.origin, r.licence, r.root,
            coalesce(k.volumes, (
                select count(distinct s.volume_id) from lacuna.source s
                join lacuna.volume_dataset m on (m.volume_id, m.dataset_id) = (s.volume_id, d.id) where s.release_id = r.id)),
            coalesce(k.subjects, (
                select count(distinct v.subject_id) from lacuna.source s
                join lacuna.volume_dataset m on (m.volume_id, m.dataset_id) = (s.volume_id, d.id)
                join lacuna.volume v on v.id = s.volume_id where s.release_id = r.id)),
            (select w.reason from lacuna.withdrawn_dataset g join lacuna.withdrawal w on w.id = g.withdrawal_id
             where g.dataset_id = d.id),
            (select count(distinct w.case_name) from lacuna.waiting_now w where w.release_id = r.id),
            array(select l.licence from lacuna.release_licence l where l.release_id = r.id order by l.position),
            array(select l.source from lacuna.release_licence l where l.release_id = r.id order by l.position)
        from lacuna.dataset d join lacuna.release r on r.dataset_id = d.id left join kept k on k.dataset_id = d.id
        where $1::text is null or d.name = $1 order by d.name, r.id
        """
    let name: String?
    var binds: [any PostgresBindable] { [name] }
    func decode(_ row: PostgresRow) throws -> DatasetRow {
        DatasetRow(
            name: try row.decode(0), release: try row.decode(1), layout: try row.decode(2), origin: try row.decode(3),
            licence: try row.decode(4), licences: try Self.licences(row), root: try row.decode(5),
            volumes: try row.decode(6), subjects: try row.decode(7), removed: try row.decode(8),
            waiting: try row.decode(9))
    }

    private static func licences(_ row: PostgresRow) throws -> [String] {
        let (texts, sources): ([String], [String]) = (try row.decode(10), try row.decode(11))
        let all = zip(texts, sources).map(LicenceStatement.init)
        let stated = all.filter { !$0.isMissing }
        var seen: Set<String> = []
        return (stated.isEmpty ? all : stated).map(\.text).filter { seen.insert($0).inserted }
    }
}
