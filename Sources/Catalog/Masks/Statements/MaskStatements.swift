import Domain
import Postgres

struct ListLabels: Statement {
    static let sql = """
        with spacing as (
            select s.volume_id, min(s.spacing[1] * s.spacing[2] * s.spacing[3]) as smallest,
                max(s.spacing[1] * s.spacing[2] * s.spacing[3]) as largest,
                (array_agg(d.name || '/' || s.case_name order by d.name is distinct from $4, s.id))[1] as case_name
            from lacuna.source s join lacuna.release e on e.id = s.release_id join lacuna.dataset d on d.id = e.dataset_id
            where $2::bigint is null or s.volume_id = $2 group by s.volume_id)
        select l.mask_id, l.volume_id, o.key, l.status, l.origin, m.voxels,
            case when g.largest <= 1.001 * g.smallest then m.voxels * g.smallest / 1000 end,
            run.name || '/' || r.number, l.confidence, l.revision, l.activity_id, g.case_name,
            coalesce(run.name || '/' || r.number, h.name, lacuna.annotation_source(d.name, e.name, a.rater, a.partitioned)),
            coalesce(run.name || '/' || r.number, h.dataset, d.name, nullif(a.rater, ''), 'a person'), b.purged_at is not null,
            p.soft_dice, p.dice, p.dice_lower, p.dice_upper
        from lacuna.label_states(coalesce($1, lacuna.current_revision()), $2, (select id from lacuna.organ where key = $3)) l
        join lacuna.organ o on o.id = l.organ_id
        left join spacing g using (volume_id)
        left join lacuna.mask m on m.id = l.mask_id
        left join lacuna.object b on b.digest = m.object_digest
        left join lateral (
            select k.* from lacuna.pseudo_label k where l.round_id is not null and k.mask_id = l.mask_id and not k.carried) p on true
        left join lacuna.round r on r.id = p.round_id
        left join lacuna.run on run.id = r.run_id
        left join lacuna.annotation a on a.id = l.annotation_id
        left join lacuna.release e on e.id = a.release_id left join lacuna.dataset d on d.id = e.dataset_id
        left join lateral (
            select t.name || ' ' || q.name as name, t.name as dataset
            from lacuna.shipped_label s join lacuna.release q on q.id = s.release_id join lacuna.dataset t on t.id = q.dataset_id
            where l.annotation_id is null and l.round_id is null
              and (s.volume_id, s.organ_id, s.mask_id) = (l.volume_id, l.organ_id, l.mask_id)
            order by s.id desc limit 1) h on true
        order by l.volume_id, o.position
        """
    let revision: Revision?
    let volume: VolumeID?
    let organ: OrganKey?
    /// The dataset under whose name a volume is listed, where it has one.
    let dataset: String?
    var binds: [any PostgresBindable] { [revision, volume, organ, dataset] }
    func decode(_ row: PostgresRow) throws -> LabelRow {
        LabelRow(
            mask: try row.decode(0), volume: try row.decode(1), caseName: try row.decode(11), organ: try row.decode(2),
            status: try row.decode(3), origin: try row.decode(4), voxels: try row.decode(5),
            millilitres: try row.decode(6), round: try row.decode(7), confidence: try row.decode(8),
            quality: try MaskQuality.ifPresent(in: row, from: 15), withheld: nil, revision: try row.decode(9),
            activity: try row.decode(10), source: try row.decode(12),
            author: try row.decode(13), isPurged: try row.decode(14))
    }
}

/// The newest proposed annotation of each source, of volumes that are not withheld.
struct ListProposedAnnotations: Statement {
    static let sql = """
        with latest as (
            select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater, a.partitioned, a.source_id) a.* from lacuna.annotation a
            where a.proposed and ($1::bigint is null or a.volume_id = $1)
              and ($2::text is null or a.organ_id = (select id from lacuna.organ where key = $2))
            order by a.volume_id, a.organ_id, a.release_id, a.rater, a.partitioned, a.source_id, a.id desc)
        select w.mask_id, w.volume_id, o.key, w.status, w.origin, m.voxels,
            case when g.largest <= 1.001 * g.smallest then m.voxels * g.smallest / 1000 end,
            c.revision, c.activity_id, g.case_name,
            lacuna.annotation_source(d.name, r.name, w.rater, w.partitioned),
            coalesce(nullif(w.rater, ''), d.name, 'a person'), b.purged_at is not null
        from latest w
        join lacuna.organ o on o.id = w.organ_id join lacuna.change c on c.id = w.change_id
        left join lateral (
            select min(s.spacing[1] * s.spacing[2] * s.spacing[3]) as smallest,
                max(s.spacing[1] * s.spacing[2] * s.spacing[3]) as largest,
                (array_agg(e.name || '/' || s.case_name order by e.name is distinct from $3, s.id))[1] as case_name
            from lacuna.source s join lacuna.release q on q.id = s.release_id join lacuna.dataset e on e.id = q.dataset_id
            where s.volume_id = w.volume_id) g on true
        left join lacuna.mask m on m.id = w.mask_id
        left join lacuna.object b on b.digest = m.object_digest
        left join lacuna.release r on r.id = w.release_id left join lacuna.dataset d on d.id = r.dataset_id
        where w.status <> 'unlabelled'
          and not exists (select from lacuna.withdrawn_dataset g where g.dataset_id = r.dataset_id)
          and not exists (select from lacuna.withheld_volume h where h.volume_id = w.volume_id)
        order by w.volume_id, o.position, w.release_id, w.rater nulls first
        """
    let volume: VolumeID?
    let organ: OrganKey?
    let dataset: String?
    var binds: [any PostgresBindable] { [volume, organ, dataset] }
    func decode(_ row: PostgresRow) throws -> LabelRow {
        LabelRow(
            mask: try row.decode(0), volume: try row.decode(1), caseName: try row.decode(9), organ: try row.decode(2),
            status: try row.decode(3), origin: try row.decode(4), voxels: try row.decode(5),
            millilitres: try row.decode(6), round: nil, confidence: nil, quality: nil, withheld: nil,
            revision: try row.decode(7),
            activity: try row.decode(8), source: try row.decode(10), author: try row.decode(11),
            isPurged: try row.decode(12))
    }
}

struct ListWithheldMasks: Statement {
    static let sql = """
        with newest as (
            select r.id, r.number, run.name, c.revision, c.activity_id
            from (select run_id from lacuna.adoption order by id desc limit 1) a
            join lacuna.run on run.id = a.run_id join lacuna.round r on r.run_id = run.id
            join lacuna.change c on c.id = r.published_change_id
            where not lacuna.is_recalled(r.id) order by r.number desc limit 1)
        select w.mask_id, w.volume_id, o.key, m.voxels,
            case when g.largest <= 1.001 * g.smallest then m.voxels * g.smallest / 1000 end, n.name || '/' || n.number,
            w.confidence, w.soft_dice, w.dice, w.dice_lower, w.dice_upper, w.withheld, n.revision, m.activity_id, g.case_name,
            b.purged_at is not null
        from newest n
        join lacuna.predicted_mask w on w.round_id = n.id and w.withheld is not null
        join lacuna.organ o on o.id = w.organ_id
        join lacuna.mask m on m.id = w.mask_id join lacuna.object b on b.digest = m.object_digest
        left join lateral (
            select min(s.spacing[1] * s.spacing[2] * s.spacing[3]) as smallest,
                max(s.spacing[1] * s.spacing[2] * s.spacing[3]) as largest,
                (array_agg(d.name || '/' || s.case_name order by d.name is distinct from $3, s.id))[1] as case_name
            from lacuna.source s join lacuna.release e on e.id = s.release_id join lacuna.dataset d on d.id = e.dataset_id
            where s.volume_id = w.volume_id) g on true
        where ($1::bigint is null or w.volume_id = $1)
          and ($2::text is null or w.organ_id = (select id from lacuna.organ where key = $2))
          and not exists (select from lacuna.withheld_volume h where h.volume_id = w.volume_id)
          and not exists (
            select from lacuna.annotation_current a where a.volume_id = w.volume_id and a.organ_id = w.organ_id)
          and not exists (select from lacuna.rejected_mask j where j.mask_id = w.mask_id)
        order by w.volume_id, o.position
        """
    let volume: VolumeID?
    let organ: OrganKey?
    let dataset: String?
    var binds: [any PostgresBindable] { [volume, organ, dataset] }
    func decode(_ row: PostgresRow) throws -> LabelRow {
        let round: String = try row.decode(5)
        return LabelRow(
            mask: try row.decode(0), volume: try row.decode(1), caseName: try row.decode(14), organ: try row.decode(2),
            status: .pseudo, origin: .model, voxels: try row.decode(3), millilitres: try row.decode(4), round: round,
            confidence: try row.decode(6), quality: try MaskQuality.ifPresent(in: row, from: 7),
            withheld: try row.decode(11), revision: try row.decode(12), activity: try row.decode(13), source: round,
            author: round, isPurged: try row.decode(15))
    }
}

/// The mask of the current state: the annotation's, else the visible round's, else the shipped one.
struct LocateMask: Statement {
    static let sql = """
        select m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length
        from lacuna.label_states(lacuna.current_revision(), $1, (select id from lacuna.organ where key = $2)) l
        join lacuna.mask m on m.id = l.mask_id
        """
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> MaskLocation { try MaskLocation(row, from: 0) }
}

struct MasksInObject: Statement {
    static let sql = """
        select id, content_sha256, object_digest, object_offset, object_length from lacuna.mask
        where object_digest = $1 order by object_offset, id
        """
    let object: Digest
    var binds: [any PostgresBindable] { [object] }
    func decode(_ row: PostgresRow) throws -> MaskLocation { try MaskLocation(row, from: 0) }
}

struct HistoryOfMasks: Statement {
    static let sql = """
        select m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, m.parent_id,
            coalesce((select a.origin from lacuna.annotation a where a.mask_id = m.id limit 1), 'model'),
            run.name || '/' || r.number, l.confidence, m.voxels, m.activity_id,
            m.id = (
                select s.mask_id
                from lacuna.label_states(lacuna.current_revision(), $1, (select id from lacuna.organ where key = $2)) s),
            l.soft_dice, l.dice, l.dice_lower, l.dice_upper, l.withheld
        from lacuna.mask m
        join lacuna.organ o on o.id = m.organ_id and o.key = $2
        left join lateral (select p.* from lacuna.predicted_mask p where p.mask_id = m.id offset 0) l on true
        left join lacuna.round r on r.id = l.round_id
        left join lacuna.run on run.id = r.run_id
        where m.volume_id = $1 and (r.id is null or r.published_change_id is not null)
        order by m.id
        """
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> MaskVersion {
        MaskVersion(
            mask: try MaskLocation(row, from: 0), parent: try row.decode(5), origin: try row.decode(6),
            round: try row.decode(7), confidence: try row.decode(8),
            quality: try MaskQuality.ifPresent(in: row, from: 12), withheld: try row.decode(16),
            voxels: try row.decode(9),
            activity: try row.decode(10), isCurrent: try row.decode(11, as: Bool?.self) ?? false)
    }
}

struct ListObjects: Statement {
    static let sql = "select digest, bytes, purged_at is not null from lacuna.object order by digest"
    func decode(_ row: PostgresRow) throws -> ObjectRow {
        ObjectRow(digest: try row.decode(0), bytes: try row.decode(1), isPurged: try row.decode(2))
    }
}

extension MaskLocation {
    /// Five columns: mask, checksum, object, offset, length.
    init(_ row: PostgresRow, from column: Int) throws {
        self.init(
            mask: try row.decode(column), content: try row.decode(column + 1), object: try row.decode(column + 2),
            offset: try row.decode(column + 3), length: try row.decode(column + 4))
    }

    /// Nil where the first column is null.
    static func ifPresent(in row: PostgresRow, from column: Int) throws -> MaskLocation? {
        guard try row.decode(column, as: MaskID?.self) != nil else { return nil }
        return try MaskLocation(row, from: column)
    }
}
