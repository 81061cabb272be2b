import Domain
import Postgres

/// The newest label of a case of a release for every organ of its volume: its annotation, or the shipped label where the
/// annotation is retracted; or the newest annotation of an annotator of it.
struct LabelsOfRelease: Statement {
    static let sql = """
        select organ.key, w.status, w.origin, m.content_sha256, w.mask_id, w.annotation_id, w.extent, array(
            select f.file from (
                select w.label_file_id as id
                union all
                select u.label_file_id from lacuna.mask_file u where u.mask_id = w.mask_id) i
            join lacuna.label_file f on f.id = i.id), w.proposed and $3 = ''
        from (
            select distinct on (organ_id) * from (
                (select distinct on (organ_id) organ_id, status, origin, mask_id, id as annotation_id, extent, label_file_id,
                    proposed
                 from lacuna.annotation where volume_id = $1 and release_id = $2 and (source_id is null or source_id = $4)
                   and rater is not distinct from nullif($3, '') and not partitioned order by organ_id, id desc)
                union all
                (select distinct on (s.organ_id) s.organ_id,
                    case when s.mask_id is null then 'unlabelled' else 'pseudo' end::lacuna.label_status, 'model', s.mask_id, null,
                    null, s.label_file_id, false
                 from lacuna.shipped_label s left join lacuna.label_file f on f.id = s.label_file_id
                 where s.volume_id = $1 and s.release_id = $2 and $3 = '' and (f.id is null or f.source_id = $4)
                 order by s.organ_id, s.id desc)
            ) latest order by organ_id, status = 'unlabelled', annotation_id is null
        ) w
        join lacuna.organ on organ.id = w.organ_id
        left join lacuna.mask m on m.id = w.mask_id
        """
    let volume: VolumeID
    let release: Int32
    /// Empty: the release itself.
    let rater: String
    /// The case.
    let source: SourceID
    var binds: [any PostgresBindable] { [volume, release, rater, source] }
    func decode(_ row: PostgresRow) throws -> ReleaseAnnotation {
        ReleaseAnnotation(
            organ: try row.decode(0), status: try row.decode(1), origin: try row.decode(2), content: try row.decode(3),
            mask: try row.decode(4), annotation: try row.decode(5), extent: try row.decode(6),
            isHeld: try row.decode(8), files: try row.decode(7))
    }
}

/// The labels of a release in a volume that other cases of the same scan contain.
struct LabelsOfOtherCases: Statement {
    static let sql = """
        select o.key, w.id, w.status, m.content_sha256, m.voxels
        from (
            select * from (
                select distinct on (organ_id) organ_id, id, status, mask_id, source_id from lacuna.annotation
                where volume_id = $1 and release_id = $2 and rater is null and not partitioned and not proposed
                order by organ_id, id desc) a
            union all
            select * from (
                select distinct on (s.organ_id) s.organ_id, null::bigint,
                    case when s.mask_id is null then 'unlabelled' else 'pseudo' end::lacuna.label_status, s.mask_id, f.source_id
                from lacuna.shipped_label s left join lacuna.label_file f on f.id = s.label_file_id
                where s.volume_id = $1 and s.release_id = $2 order by s.organ_id, s.id desc) s) w
        join lacuna.organ o on o.id = w.organ_id left join lacuna.mask m on m.id = w.mask_id
        where w.source_id <> $3 and w.status <> 'unlabelled'
        """
    let volume: VolumeID
    let release: Int32
    let source: SourceID
    var binds: [any PostgresBindable] { [volume, release, source] }
    func decode(_ row: PostgresRow) throws -> LabelOfOtherCase {
        LabelOfOtherCase(
            organ: try row.decode(0), annotation: try row.decode(1), status: try row.decode(2),
            content: try row.decode(3), voxels: try row.decode(4))
    }
}

/// Records annotations again as proposed ones, because the label of another case of the scan replaces them.
struct HoldAnnotations: Statement {
    static let sql = """
        insert into lacuna.annotation (volume_id, organ_id, release_id, source_id, status, origin, mask_id, extent, label_file_id,
            parent_id, change_id, proposed)
        select volume_id, organ_id, release_id, source_id, status, origin, mask_id, extent, label_file_id, id, $2, true
        from lacuna.annotation where id = any ($1::bigint[])
        """
    let annotations: [Int64]
    let change: ChangeID
    var binds: [any PostgresBindable] { [annotations, change] }
}

/// Records the objects of annotated and shipped masks, or finds the same.
struct StoreObjects: Statement {
    static let sql = """
        select lacuna.store_object(o.digest, 'annotation', o.bytes)
        from (select distinct digest, bytes from unnest($1::bytea[], $2::bigint[]) as g (digest, bytes)) o
        """
    let masks: [StoredMask]
    var binds: [any PostgresBindable] { [masks.map(\.object), masks.map(\.objectBytes)] }
}

struct InsertMasks: Statement {
    static let sql = """
        with made as (
            insert into lacuna.mask (volume_id, organ_id, activity_id, parent_id, content_sha256, object_digest, object_offset,
                object_length, voxels, known_voxels, box)
            select $1, o.id, $2, m.parent, m.content, m.object, m.start, m.length, m.voxels, m.known,
                ($11::integer[])[6 * (m.i - 1) + 1 : 6 * m.i]
            from unnest($3::text[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
                with ordinality as m (organ, parent, content, object, start, length, voxels, known, i)
            join lacuna.organ o on o.key = m.organ
            returning id, organ_id)
        select o.key, made.id from made join lacuna.organ o on o.id = made.organ_id
        """
    let batch: LabelBatch
    /// Each with a mask.
    let labels: [LabelRecord]
    let parents: [MaskID?]
    var binds: [any PostgresBindable] {
        let masks = labels.compactMap(\.mask)
        return [
            batch.volume, batch.activity, labels.map(\.organ), parents, masks.map(\.content), masks.map(\.object),
            masks.map(\.offset), masks.map(\.length), masks.map(\.voxels), masks.map(\.knownVoxels),
            masks.flatMap(\.box.bounds),
        ]
    }
    func decode(_ row: PostgresRow) throws -> (OrganKey, MaskID) { (try row.decode(0), try row.decode(1)) }
}

/// The files that a mask was read from, beside the one in its annotation.
struct InsertMaskFiles: Statement {
    static let sql = """
        insert into lacuna.mask_file (mask_id, label_file_id) select * from unnest($1::bigint[], $2::bigint[])
        """
    /// Parallel to `files`.
    let masks: [MaskID]
    let files: [Int64]
    var binds: [any PostgresBindable] { [masks, files] }
}

/// Annotations of a single annotator, and those that are held, are proposed ones beside those of the release.
struct InsertAnnotations: Statement {
    static let sql = """
        insert into lacuna.annotation (volume_id, organ_id, release_id, status, origin, mask_id, extent, label_file_id, parent_id,
            change_id, rater, proposed, accepted, source_id)
        select $1, o.id, $2, a.status::lacuna.label_status, a.origin::lacuna.label_origin, a.mask,
            case when a.has_extent then ($10::integer[])[6 * (a.i - 1) + 1 : 6 * a.i] end, a.file, a.parent, $3, nullif($12, ''),
            a.proposed, a.accepted, $15
        from unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $11::boolean[],
            $13::boolean[], $14::boolean[])
            with ordinality as a (organ, status, origin, mask, file, parent, has_extent, proposed, accepted, i)
        join lacuna.organ o on o.key = a.organ
        """
    let batch: LabelBatch
    let labels: [LabelRecord]
    let masks: [MaskID?]
    let parents: [Int64?]
    let proposed: [Bool]
    /// Whether a person accepted them; none of these is proposed.
    let accepted: [Bool]
    var binds: [any PostgresBindable] {
        let nowhere = VoxelBox(lower: .zero, upper: .zero)
        return [
            batch.volume, batch.release, batch.change, labels.map(\.organ), labels.map(\.status.rawValue),
            labels.map(\.origin.rawValue), masks, batch.files(of: labels), parents,
            labels.flatMap { ($0.extent ?? nowhere).bounds }, labels.map { $0.extent != nil }, batch.rater,
            proposed, accepted, batch.source,
        ]
    }
}

/// The mask of a retracted label is null.
struct InsertShippedLabels: Statement {
    static let sql = """
        insert into lacuna.shipped_label (volume_id, organ_id, release_id, mask_id, label_file_id, change_id)
        select $1, o.id, $2, s.mask, s.file, $3
        from unnest($4::text[], $5::bigint[], $6::bigint[]) as s (organ, mask, file)
        join lacuna.organ o on o.key = s.organ
        """
    let batch: LabelBatch
    let labels: [LabelRecord]
    let masks: [MaskID?]
    var binds: [any PostgresBindable] {
        [batch.volume, batch.release, batch.change, labels.map(\.organ), masks, batch.files(of: labels)]
    }
}
