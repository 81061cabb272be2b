import Domain
import Postgres

/// The box of an organ's current annotation in volume `g.volume_id`.
private func boxOfCurrent(_ organ: StaticString) -> String {
    """
    select k.box from lacuna.organ o
        join lacuna.annotation_current c on (c.volume_id, c.organ_id) = (g.volume_id, o.id)
        join lacuna.annotation a on a.id = c.annotation_id join lacuna.mask k on k.id = a.mask_id
        where o.key = '\(organ)' and k.voxels > 0
    """
}

/// Current composite labels with their masks, geometry, and the current labels of their sides; and current sides whose
/// composite label is not current any more.
struct ListPartitionCandidates: Statement {
    static let sql = """
        with side as (
            select id, key from lacuna.organ where key = any ($2::text[])
        ), composite as (
            select a.volume_id, a.id, a.status, a.release_id, a.mask_id
            from lacuna.organ o
            join lacuna.annotation_current c on c.organ_id = o.id
            join lacuna.annotation a on a.id = c.annotation_id
            where o.key = $1
            union all
            select s.volume_id, s.id, 'pseudo', s.release_id, s.mask_id
            from lacuna.organ o
            join lacuna.shipped_current c on c.organ_id = o.id
            join lacuna.shipped_label s on s.id = c.shipped_label_id
            where o.key = $1 and not exists (
                select from lacuna.annotation_current a where (a.volume_id, a.organ_id) = (c.volume_id, o.id))
            union all
            (select distinct on (w.volume_id) w.volume_id, w.id, 'unlabelled'::lacuna.label_status, w.release_id, null::bigint
             from side s
             join lacuna.annotation_current c on c.organ_id = s.id
             join lacuna.annotation w on w.id = c.annotation_id
             where w.partitioned and not exists (
                select from lacuna.organ o join lacuna.annotation_current a on (a.volume_id, a.organ_id) = (w.volume_id, o.id)
                where o.key = $1)
             order by w.volume_id)
        )
        select g.volume_id, v.shape_x, v.shape_y, v.shape_z, t.name, t.affine, g.id, g.status,
            m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length,
            array(select s.key from side s join lacuna.annotation_current c on (c.volume_id, c.organ_id) = (g.volume_id, s.id)
                  join lacuna.annotation w on w.id = c.annotation_id where not w.partitioned order by s.key),
            (select count(*) from lacuna.mask_input i where i.mask_id = any (d.masks) and i.input_id = g.mask_id),
            (select count(*) from lacuna.mask_input i where i.mask_id = any (d.masks) and i.input_id <> g.mask_id),
            l.box, p.box
        from composite g
        join lacuna.volume v on v.id = g.volume_id
        left join lacuna.mask m on m.id = g.mask_id
        cross join lateral (
            select e.name || '/' || s.case_name as name, s.affine from lacuna.source s
            join lacuna.release r on r.id = s.release_id join lacuna.dataset e on e.id = r.dataset_id
            where s.volume_id = g.volume_id order by s.release_id = g.release_id desc nulls last, s.id limit 1) t
        cross join lateral (
            select array_agg(w.mask_id) as masks from side s
            cross join lateral (
                select a.mask_id, a.status from lacuna.annotation a
                where a.volume_id = g.volume_id and a.organ_id = s.id and a.partitioned
                  and a.release_id is not distinct from g.release_id
                order by a.id desc limit 1) w
            where w.status = 'annotated') d
        left join lateral (\(boxOfCurrent("liver"))) l on true
        left join lateral (\(boxOfCurrent("spleen"))) p on true
        where (cardinality($4::bigint[]) = 0 or g.volume_id = any ($4::bigint[]))
          and ($3::text is null or exists (
              select from lacuna.release r join lacuna.dataset e on e.id = r.dataset_id
              where r.id = g.release_id and e.name = $3))
        order by g.volume_id
        """
    let organ: OrganKey
    let sides: [OrganKey]
    let dataset: String?
    let volumes: [VolumeID]
    var binds: [any PostgresBindable] { [organ, sides, dataset, volumes] }
    func decode(_ row: PostgresRow) throws -> PartitionCandidate {
        PartitionCandidate(
            volume: try row.decode(0),
            shape: GridShape(try row.decode(1), try row.decode(2), try row.decode(3)), caseName: try row.decode(4),
            affine: try row.decode(5), annotation: try row.decode(6), status: try row.decode(7),
            mask: try MaskLocation.ifPresent(in: row, from: 8), labelledSides: try row.decode(13),
            dividedSides: try row.decode(14), outdatedSides: try row.decode(15), liver: try row.decode(16),
            spleen: try row.decode(17))
    }
}

/// Masks of sides; the parent of each is the mask of the side's last partition.
struct InsertPartitionMasks: Statement {
    static let sql = """
        with made as (
            insert into lacuna.mask (volume_id, organ_id, activity_id, parent_id, content_sha256, object_digest, object_offset,
                object_length, voxels, known_voxels, box)
            select a.volume_id, o.id, $2,
                (select w.mask_id from lacuna.annotation w
                 where w.volume_id = a.volume_id and w.organ_id = o.id and w.partitioned
                   and w.release_id is not distinct from a.release_id and w.mask_id is not null
                 order by w.id desc limit 1),
                m.content, m.object, m.start, m.length, m.voxels, m.known, ($10::integer[])[6 * (m.i - 1) + 1 : 6 * m.i]
            from unnest($3::text[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
                with ordinality as m (organ, content, object, start, length, voxels, known, i)
            join lacuna.organ o on o.key = m.organ
            join lacuna.annotation a on a.id = $1
            returning id, organ_id)
        select o.key, made.id from made join lacuna.organ o on o.id = made.organ_id
        """
    let annotation: Int64
    let sides: [OrganKey]
    let masks: [StoredMask]
    let activity: ActivityID
    var binds: [any PostgresBindable] {
        [
            annotation, activity, sides, masks.map(\.content), masks.map(\.object), masks.map(\.offset),
            masks.map(\.length), masks.map(\.voxels), masks.map(\.knownVoxels), masks.flatMap(\.box.bounds),
        ]
    }
    func decode(_ row: PostgresRow) throws -> (OrganKey, MaskID) { (try row.decode(0), try row.decode(1)) }
}

/// Annotates each side as the composite label is annotated, with its part of the voxels.
struct InsertPartitionAnnotations: Statement {
    static let sql = """
        insert into lacuna.annotation (
            volume_id, organ_id, release_id, source_id, partitioned, accepted, status, origin, mask_id, extent, parent_id, change_id)
        select a.volume_id, o.id, a.release_id, a.source_id, true, a.accepted, a.status, a.origin, s.mask, a.extent,
            (select max(w.id) from lacuna.annotation w
             where w.volume_id = a.volume_id and w.organ_id = o.id and w.partitioned
               and w.release_id is not distinct from a.release_id), $4
        from unnest($2::text[], $3::bigint[]) as s (organ, mask)
        join lacuna.organ o on o.key = s.organ join lacuna.annotation a on a.id = $1
        """
    let annotation: Int64
    let sides: [OrganKey]
    let masks: [MaskID]
    let change: ChangeID
    var binds: [any PostgresBindable] { [annotation, sides, masks, change] }
}

struct ActivityIsPartition: Statement {
    static let sql = "select exists (select from lacuna.activity where id = $1 and kind = 'partition')"
    let activity: ActivityID
    var binds: [any PostgresBindable] { [activity] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

/// The sides that an activity annotated and that are still the newest of their source.
struct AnnotationsOfPartition: Statement {
    static let sql = """
        select a.id from lacuna.change c join lacuna.annotation a on a.change_id = c.id
        where c.activity_id = $1 and a.partitioned and not exists (
            select from lacuna.annotation n
            where n.volume_id = a.volume_id and n.organ_id = a.organ_id and n.partitioned and n.id > a.id
              and n.release_id is not distinct from a.release_id)
        order by a.id
        """
    let activity: ActivityID
    var binds: [any PostgresBindable] { [activity] }
    func decode(_ row: PostgresRow) throws -> Int64 { try row.decode(0) }
}
