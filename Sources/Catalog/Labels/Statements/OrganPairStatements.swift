import Domain
import Postgres

/// Wholes that have voxels although each of their divisions is absent.
struct ListWholesWithoutDivisions: Statement {
    static let sql = """
        with \(ListAnnotatedInAbsent.named)
        select w.volume_id, lacuna.case_name(w.volume_id, $5),
            w.key, w.source, w.mask_id, string_agg(distinct p.source, ', '), array_agg(i.part order by i.part)
        from unnest($1::text[], $2::text[]) as i (part, whole)
        join named w on w.key = i.whole and w.status = 'annotated' and w.voxels > 0
        left join named p on p.key = i.part and p.volume_id = w.volume_id and p.status = 'absent'
        group by w.volume_id, w.key, w.source, w.mask_id
        having count(*) = count(p.key) and ($4::text is null or w.key = $4 or bool_or(i.part = $4))
           and ($5::text is null or bool_or(w.dataset = $5 or p.dataset = $5))
        order by w.volume_id, w.key
        """
    let pairs: [(part: OrganKey, whole: OrganKey)]
    let volume: VolumeID?
    let organ: OrganKey?
    let dataset: String?
    var binds: [any PostgresBindable] { [pairs.map(\.part), pairs.map(\.whole), volume, organ, dataset] }
    func decode(_ row: PostgresRow) throws -> WholeWithoutDivisions {
        let divisions: [String] = try row.decode(6)
        return WholeWithoutDivisions(
            volume: try row.decode(0), caseName: try row.decode(1), whole: try row.decode(2),
            wholeSource: try row.decode(3), mask: try row.decode(4), divisionSources: try row.decode(5),
            divisions: divisions.map { OrganKey(rawValue: $0) })
    }
}

/// Current masks of two organs by different sources whose common voxels could contradict each other.
struct ListOrganPairs: Statement {
    static let sql = """
        with shared as (
            select c.volume_id from lacuna.annotation_current c join lacuna.annotation a on a.id = c.annotation_id
            where c.status = 'annotated' and ($4::bigint is null or c.volume_id = $4)
            group by c.volume_id having count(distinct coalesce(a.source_id, -a.id)) > 1),
        used as materialized (
            select c.volume_id, o.key, a.id, a.source_id, a.extent, m.id as mask_id, m.content_sha256, m.object_digest,
                m.object_offset, m.object_length, m.voxels, m.known_voxels, m.box, d.name as dataset,
                lacuna.annotation_source(d.name, r.name, a.rater, a.partitioned) as source
            from shared join lacuna.annotation_current c using (volume_id) join lacuna.annotation a on a.id = c.annotation_id
            join lacuna.mask m on m.id = a.mask_id and m.voxels > 0 join lacuna.organ o on o.id = c.organ_id
            left join lacuna.release r on r.id = a.release_id left join lacuna.dataset d on d.id = r.dataset_id)
        select a.volume_id, lacuna.case_name(a.volume_id, $6),
            v.shape_x, v.shape_y, v.shape_z, i.inside,
            a.key, a.id, a.source, a.voxels, a.mask_id, a.content_sha256, a.object_digest, a.object_offset, a.object_length, a.extent, false,
            b.key, b.id, b.source, b.voxels, b.mask_id, b.content_sha256, b.object_digest, b.object_offset, b.object_length, b.extent, false,
            case
                when a.content_sha256 = b.content_sha256 then a.voxels
                when meet.boxes or i.inside and (b.extent is not null or b.known_voxels is not null) then overlap.shared
                else 0 end
        from unnest($1::text[], $2::text[], $3::boolean[]) as i (first, second, inside)
        join used a on a.key = i.first join used b on b.key = i.second and b.volume_id = a.volume_id
        join lacuna.volume v on v.id = a.volume_id
        cross join lateral (
            select a.box[1] < b.box[4] and b.box[1] < a.box[4] and a.box[2] < b.box[5] and b.box[2] < a.box[5]
                and a.box[3] < b.box[6] and b.box[3] < a.box[6] as boxes) meet
        left join lacuna.organ_overlap overlap on (overlap.first_id, overlap.second_id) = (a.id, b.id)
        where (a.source_id is distinct from b.source_id or a.source_id is null) and (i.inside or meet.boxes)
          and ($5::text is null or $5 in (a.key, b.key)) and ($6::text is null or $6 in (a.dataset, b.dataset))
        order by a.volume_id, a.id, b.id
        """
    let relations: [OrganPairRelation]
    let volume: VolumeID?
    let organ: OrganKey?
    let dataset: String?
    var binds: [any PostgresBindable] {
        [relations.map(\.first), relations.map(\.second), relations.map(\.isInside), volume, organ, dataset]
    }
    func decode(_ row: PostgresRow) throws -> OrganPair {
        OrganPair(
            volume: try row.decode(0), caseName: try row.decode(1),
            shape: GridShape(try row.decode(2), try row.decode(3), try row.decode(4)), isInside: try row.decode(5),
            first: try OrganPair.Side(row, from: 6), second: try OrganPair.Side(row, from: 17),
            shared: try row.decode(28))
    }
}

extension OrganPair.Side {
    /// Eleven columns: organ, annotation, source, voxels, location of the mask, limits.
    fileprivate init(_ row: PostgresRow, from column: Int) throws {
        self.init(
            organ: try row.decode(column), annotation: try row.decode(column + 1), source: try row.decode(column + 2),
            voxels: try row.decode(column + 3), mask: try MaskLocation(row, from: column + 4),
            limits: try LabelLimits(row, from: column + 9))
    }
}

struct InsertOrganOverlaps: Statement {
    static let sql = """
        insert into lacuna.organ_overlap (first_id, second_id, shared)
        select * from unnest($1::bigint[], $2::bigint[], $3::bigint[]) on conflict do nothing
        """
    let overlaps: [OrganOverlap]
    var binds: [any PostgresBindable] {
        [overlaps.map(\.first), overlaps.map(\.second), overlaps.map(\.shared)]
    }
}
