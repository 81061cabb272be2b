import Domain
import Postgres

/// The newest source of every case of two releases.
private let casesOfReleases = """
    side as (
        select r.id, r.name = $2 as is_before, r.name = $3 as is_after
        from lacuna.release r join lacuna.dataset d on d.id = r.dataset_id where d.name = $1 and r.name in ($2, $3)),
    sides as (
        select distinct on (x.id, s.case_name) x.*, s.case_name, s.volume_id, abs(s.spacing[1] * s.spacing[2] * s.spacing[3]) as size
        from side x join lacuna.source s on s.release_id = x.id order by x.id, s.case_name, s.id desc)
    """

struct PairedCases: Statement {
    static let sql = """
        with \(casesOfReleases)
        select case_name, max(volume_id) filter (where is_before), max(volume_id) filter (where is_after)
        from sides group by case_name order by case_name
        """
    let dataset: String
    let before: String
    let after: String
    var binds: [any PostgresBindable] { [dataset, before, after] }
    func decode(_ row: PostgresRow) throws -> CasePair {
        CasePair(caseName: try row.decode(0), before: try row.decode(1), after: try row.decode(2))
    }
}

struct PairedLabels: Statement {
    static let sql = """
        with \(casesOfReleases),
        label as (
            select c.is_before, c.is_after, c.case_name, w.organ_id, w.status, w.origin, c.size, v.shape_x, v.shape_y, v.shape_z,
                m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, w.extent
            from sides c join lacuna.volume v on v.id = c.volume_id
            cross join lateral (
                select distinct on (organ_id) * from (
                    (select distinct on (organ_id) organ_id, status, origin, mask_id, extent from lacuna.annotation a
                     where a.volume_id = c.volume_id and a.release_id = c.id and a.rater is null and not a.partitioned
                       and not a.proposed
                     order by organ_id, a.id desc)
                    union all
                    (select distinct on (organ_id) organ_id,
                        case when mask_id is null then 'unlabelled' else 'pseudo' end::lacuna.label_status, 'model', mask_id, null
                     from lacuna.shipped_label s where s.volume_id = c.volume_id and s.release_id = c.id order by organ_id, s.id desc)
                ) latest order by organ_id, status = 'unlabelled', status = 'pseudo') w
            left join lacuna.mask m on m.id = w.mask_id
            where w.status <> 'unlabelled')
        select coalesce(a.case_name, b.case_name), o.key,
            a.status, a.origin, a.size, a.shape_x, a.shape_y, a.shape_z,
            a.id, a.content_sha256, a.object_digest, a.object_offset, a.object_length, a.extent,
            b.status, b.origin, b.size, b.shape_x, b.shape_y, b.shape_z,
            b.id, b.content_sha256, b.object_digest, b.object_offset, b.object_length, b.extent
        from (select * from label where is_before) a
        full join (select * from label where is_after) b using (case_name, organ_id)
        join lacuna.organ o on o.id = organ_id
        order by 1, o.position
        """
    let dataset: String
    let before: String
    let after: String
    var binds: [any PostgresBindable] { [dataset, before, after] }
    func decode(_ row: PostgresRow) throws -> LabelPair {
        LabelPair(
            caseName: try row.decode(0), organ: try row.decode(1), before: try ReleaseLabel(row, from: 2),
            after: try ReleaseLabel(row, from: 14))
    }
}

/// Of a file that was read more than once, the last reading.
struct FilesOfRelease: Statement {
    static let sql = """
        with asked as (
            select r.id from lacuna.release r join lacuna.dataset d on d.id = r.dataset_id where d.name = $1 and r.name = $2),
        file as (
            select s.file, s.file_sha256, s.file_bytes, s.change_id from lacuna.source s
            where s.release_id in (select id from asked) and s.image_release_id is null
            union all
            select w.file, w.file_sha256, w.file_bytes, null from lacuna.waiting_now w where w.release_id in (select id from asked)
            union all
            select s.file, s.file_sha256, s.file_bytes, s.change_id from lacuna.source s
            where s.image_release_id in (select id from asked)
            union all
            select f.file, f.file_sha256, f.file_bytes, f.change_id from lacuna.label_file f
            join lacuna.source s on s.id = f.source_id where s.release_id in (select id from asked))
        select distinct on (file) file, file_sha256, file_bytes from file order by file, change_id desc nulls first
        """
    let dataset: String
    let release: String
    var binds: [any PostgresBindable] { [dataset, release] }
    func decode(_ row: PostgresRow) throws -> ReleaseFile {
        ReleaseFile(path: try row.decode(0), sha256: try row.decode(1), bytes: try row.decode(2))
    }
}

struct SetReleaseRoot: Statement {
    static let sql = """
        update lacuna.release r set root = $3 from lacuna.dataset d where d.id = r.dataset_id and d.name = $1 and r.name = $2
        """
    let dataset: String
    let release: String
    let root: String
    var binds: [any PostgresBindable] { [dataset, release, root] }
}

extension ReleaseLabel {
    /// Nil where the first column is null: the release has no label.
    fileprivate init?(_ row: PostgresRow, from column: Int) throws {
        guard let status: LabelStatus = try row.decode(column, as: LabelStatus?.self) else { return nil }
        self.init(
            status: status, origin: try row.decode(column + 1),
            mask: try MaskLocation.ifPresent(in: row, from: column + 6),
            shape: GridShape(
                try row.decode(column + 3), try row.decode(column + 4), try row.decode(column + 5)),
            extent: try row.decode(column + 11), voxelVolume: try row.decode(column + 2))
    }
}
