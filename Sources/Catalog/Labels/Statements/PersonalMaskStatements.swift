import Domain
import Postgres

/// The newest annotation of a person.
struct AnnotationOfRater: Statement {
    static let sql = """
        select a.id, a.status, a.origin, a.mask_id, m.content_sha256,
            exists (
                select from lacuna.annotation_current c
                where (c.volume_id, c.organ_id) = (a.volume_id, a.organ_id) and c.annotation_id = a.id), a.extent
        from lacuna.annotation a join lacuna.organ o on o.id = a.organ_id left join lacuna.mask m on m.id = a.mask_id
        where a.volume_id = $1 and o.key = $2 and a.release_id is null and not a.partitioned
          and a.rater is not distinct from nullif($3, '') and a.proposed = $4
        order by a.id desc limit 1
        """
    struct Found: Sendable {
        let annotation: Int64
        let status: LabelStatus
        let origin: LabelOrigin
        let mask: MaskID?
        let content: Digest?
        let isCurrent: Bool
        let extent: VoxelBox?

        func isSame(_ status: LabelStatus, _ other: AnnotationContent?) -> Bool {
            self.status == status && content == other?.mask.content && extent == other?.extent
        }
    }
    let annotation: PersonalAnnotation
    var binds: [any PostgresBindable] {
        [annotation.volume, annotation.organ, annotation.rater, annotation.isProposed]
    }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(
            annotation: try row.decode(0), status: try row.decode(1), origin: try row.decode(2),
            mask: try row.decode(3),
            content: try row.decode(4), isCurrent: try row.decode(5), extent: try row.decode(6))
    }
}

/// The parent is the current mask of (volume, organ); a mask that was computed from others has inputs instead.
struct InsertMask: Statement {
    static let sql = """
        insert into lacuna.mask (volume_id, organ_id, activity_id, parent_id, content_sha256, object_digest, object_offset,
            object_length, voxels, known_voxels, box)
        select $1, o.id, $3,
            (select l.mask_id from lacuna.label_states(lacuna.current_revision(), $1, o.id) l where cardinality($11::bigint[]) = 0),
            $4, $5, $6, $7, $8, $9, $10
        from lacuna.organ o where o.key = $2 returning id
        """
    let annotation: PersonalAnnotation
    let mask: StoredMask
    let activity: ActivityID
    var binds: [any PostgresBindable] {
        [
            annotation.volume, annotation.organ, activity, mask.content, mask.object, mask.offset, mask.length,
            mask.voxels, mask.knownVoxels, mask.box.bounds, annotation.inputs,
        ]
    }
    func decode(_ row: PostgresRow) throws -> MaskID { try row.decode(0) }
}

struct InsertMaskInputs: Statement {
    static let sql = "insert into lacuna.mask_input (mask_id, input_id) select $1, unnest($2::bigint[])"
    let mask: MaskID
    let inputs: [MaskID]
    var binds: [any PostgresBindable] { [mask, inputs] }
}

struct InsertPersonalAnnotation: Statement {
    static let sql = """
        insert into lacuna.annotation (volume_id, organ_id, rater, status, origin, mask_id, parent_id, proposed, change_id,
            extent)
        select $1, o.id, nullif($3, ''), $4::lacuna.label_status, $5::lacuna.label_origin, $6, $7, $8, $9, $10::integer[]
        from lacuna.organ o where o.key = $2 returning id
        """
    let annotation: PersonalAnnotation
    let status: LabelStatus
    let mask: MaskID?
    let extent: VoxelBox?
    let parent: Int64?
    let change: ChangeID
    var binds: [any PostgresBindable] {
        [
            annotation.volume, annotation.organ, annotation.rater, status, annotation.origin, mask, parent,
            annotation.isProposed, change, extent?.bounds,
        ]
    }
    func decode(_ row: PostgresRow) throws -> Int64 { try row.decode(0) }
}

struct AnnotationIsCurrent: Statement {
    static let sql = """
        select exists (
            select from lacuna.annotation a join lacuna.annotation_current c using (volume_id, organ_id)
            where a.id = $1 and c.annotation_id = a.id)
        """
    let annotation: Int64
    var binds: [any PostgresBindable] { [annotation] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// The annotations of the newest correction of (volume, organ) that are still the newest of their source.
struct NewestCorrection: Statement {
    static let sql = """
        with written as (
            select a.* from lacuna.annotation a join lacuna.organ o on o.id = a.organ_id
            where a.volume_id = $1 and o.key = $2
              and (not a.proposed or a.release_id is not null and a.rater is null and not a.partitioned)
        ), newest as (
            select w.change_id from written w
            join lacuna.change c on c.id = w.change_id join lacuna.activity y on y.id = c.activity_id
            where y.kind = 'correction' order by w.id desc limit 1)
        select w.id from written w join newest using (change_id)
        where not exists (
            select from written n where n.id > w.id and n.release_id is not distinct from w.release_id
              and n.rater is not distinct from w.rater and n.partitioned = w.partitioned and n.proposed = w.proposed
              and (not w.proposed or n.source_id is not distinct from w.source_id))
        order by w.id
        """
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> Int64 { try row.decode(0) }
}

/// Restores the versions before some annotations; annotations without an earlier version are retracted.
struct UndoAnnotations: Statement {
    static let sql = """
        insert into lacuna.annotation (volume_id, organ_id, release_id, source_id, rater, partitioned, status, origin, mask_id, extent,
            label_file_id, parent_id, proposed, accepted, change_id)
        select a.volume_id, a.organ_id, a.release_id, coalesce(p.source_id, a.source_id), a.rater, a.partitioned,
            coalesce(p.status, 'unlabelled'), coalesce(p.origin, a.origin), p.mask_id, p.extent, p.label_file_id, a.id, a.proposed,
            coalesce(p.accepted, false), $2
        from lacuna.annotation a left join lacuna.annotation p on p.id = a.parent_id where a.id = any ($1::bigint[])
        """
    let annotations: [Int64]
    let change: ChangeID
    var binds: [any PostgresBindable] { [annotations, change] }
}
