import Domain
import Postgres

/// Masks that have a centre are skipped.
struct InsertMaskCentres: Statement {
    static let sql = """
        insert into lacuna.mask_centre (mask_id, x, y, z)
        select c.mask, c.x, c.y, c.z from unnest($1::bigint[], $2::float8[], $3::float8[], $4::float8[]) as c (mask, x, y, z)
        on conflict do nothing
        """
    let centres: [MaskCentre]
    var binds: [any PostgresBindable] {
        [centres.map(\.mask), centres.map(\.centre.x), centres.map(\.centre.y), centres.map(\.centre.z)]
    }
}

/// Current masks of some organs, with foreground, of volumes that are not withheld, without a centre.
struct SidedMasksWithoutCentre: Statement {
    static let sql = """
        select m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, v.shape_x, v.shape_y, v.shape_z
        from lacuna.current_mask c join lacuna.organ o on o.id = c.organ_id join lacuna.mask m on m.id = c.mask_id
        join lacuna.volume v on v.id = c.volume_id
        where o.key = any ($1::text[]) and m.voxels > 0
          and not exists (select from lacuna.mask_centre k where k.mask_id = m.id)
        order by m.object_digest, m.object_offset
        """
    struct Row: Sendable {
        let location: MaskLocation
        let shape: GridShape
    }
    let organs: [OrganKey]
    var binds: [any PostgresBindable] { [organs] }
    func decode(_ row: PostgresRow) throws -> Row {
        Row(
            location: try MaskLocation(row, from: 0),
            shape: GridShape(try row.decode(5), try row.decode(6), try row.decode(7)))
    }
}

/// World x of both organs of each pair in one volume, by the geometry of the volume's first source.
struct CentresOfSidedMasks: Statement {
    static let sql = """
        with centre as (
            select c.volume_id, o.key, c.mask_id,
                g.affine[1] * k.x + g.affine[2] * k.y + g.affine[3] * k.z + g.affine[4] as x
            from lacuna.current_mask c join lacuna.organ o on o.id = c.organ_id join lacuna.mask_centre k on k.mask_id = c.mask_id
            cross join lateral (
                select s.affine from lacuna.source s join lacuna.release r on r.id = s.release_id
                where s.volume_id = c.volume_id
                order by exists (select from lacuna.withdrawn_dataset w where w.dataset_id = r.dataset_id), s.id limit 1) g
            where o.key = any ($1::text[]) or o.key = any ($2::text[]))
        select a.volume_id, coalesce(n.name, ''), s.name, p.i::integer - 1, a.x, b.x, a.mask_id, b.mask_id
        from unnest($1::text[], $2::text[]) with ordinality as p (to_right, to_left, i)
        join centre a on a.key = p.to_right join centre b on b.key = p.to_left and b.volume_id = a.volume_id
        join lacuna.volume v on v.id = a.volume_id join lacuna.subject s on s.id = v.subject_id
        left join lateral (
            select d.name || '/' || c.case_name as name from lacuna.source c join lacuna.release r on r.id = c.release_id
            join lacuna.dataset d on d.id = r.dataset_id where c.volume_id = a.volume_id order by c.id desc limit 1) n on true
        order by a.volume_id, p.i
        """
    let pairs: [SidedPair]
    var binds: [any PostgresBindable] { [pairs.map(\.right), pairs.map(\.left)] }
    func decode(_ row: PostgresRow) throws -> SidedMasks {
        let pair: Int = try row.decode(3)
        return SidedMasks(
            volume: try row.decode(0), name: try row.decode(1), subject: try row.decode(2), pair: pairs[pair],
            rightX: try row.decode(4), leftX: try row.decode(5), rightMask: try row.decode(6),
            leftMask: try row.decode(7))
    }
}
