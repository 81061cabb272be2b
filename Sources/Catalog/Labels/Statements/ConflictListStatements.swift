import Domain
import Postgres

struct ListDifferingAnnotations: Statement {
    static let sql = """
        with contested as (
            select a.volume_id, a.organ_id from lacuna.annotation a
            where (a.rater is null or a.release_id is null) and ($1::bigint is null or a.volume_id = $1)
              and ($2::text is null or a.organ_id = (select id from lacuna.organ where key = $2))
            group by 1, 2
            having count(distinct (a.release_id, a.rater, a.partitioned, a.proposed, case when a.proposed then a.source_id end)) > 1),
        latest as (
            select c.volume_id, c.organ_id, w.id, w.status from contested c cross join lateral (
                select distinct on (a.release_id, a.rater, a.partitioned, a.proposed, case when a.proposed then a.source_id end)
                    a.id, a.status, a.release_id
                from lacuna.annotation a
                where a.volume_id = c.volume_id and a.organ_id = c.organ_id
                  and (a.rater is null or a.release_id is null) and (a.release_id is not null or not a.proposed)
                order by a.release_id, a.rater, a.partitioned, a.proposed, case when a.proposed then a.source_id end, a.id desc) w
            where w.status <> 'unlabelled'
              and not exists (
                select from lacuna.release r join lacuna.withdrawn_dataset g on g.dataset_id = r.dataset_id where r.id = w.release_id)
              and not exists (select from lacuna.withheld_volume h where h.volume_id = c.volume_id)),
        side as (
            select a.id, a.status, a.origin, a.mask_id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, a.extent,
                m.voxels, lacuna.annotation_source(d.name, r.name, a.rater, a.partitioned) as source, d.name as dataset,
                a.release_id, d.name || '/' || s.case_name as case_name,
                a.release_id is null or a.accepted as personal, a.proposed as held
            from latest l join lacuna.annotation a on a.id = l.id
            left join lacuna.mask m on m.id = a.mask_id left join lacuna.source s on s.id = a.source_id
            left join lacuna.release r on r.id = a.release_id left join lacuna.dataset d on d.id = r.dataset_id)
        select l.volume_id, lacuna.case_name(l.volume_id, $3),
            v.shape_x, v.shape_y, v.shape_z, organ.key,
            c.id, case when c.release_id = o.release_id then coalesce(c.case_name, c.source) else c.source end, c.status, c.origin, c.mask_id, c.content_sha256, c.object_digest, c.object_offset, c.object_length, c.extent,
            false, c.personal, c.held,
            o.id, case when c.release_id = o.release_id then coalesce(o.case_name, o.source) else o.source end, o.status, o.origin, o.mask_id, o.content_sha256, o.object_digest, o.object_offset, o.object_length, o.extent,
            false, o.personal, o.held,
            c.status is distinct from o.status, overlap.first_id is not null, overlap.dice
        from latest l
        join side o on o.id = l.id
        join lacuna.organ on organ.id = l.organ_id
        join lacuna.volume v on v.id = l.volume_id
        left join lacuna.annotation_current n on (n.volume_id, n.organ_id) = (l.volume_id, l.organ_id)
        left join side c on c.id = n.annotation_id
        left join lacuna.annotation_overlap overlap
            on (overlap.first_id, overlap.second_id) = (least(c.id, o.id), greatest(c.id, o.id))
        where l.id is distinct from n.annotation_id and ($3::text is null or c.dataset = $3 or o.dataset = $3 or exists (
            select from latest e join side u on u.id = e.id
            where (e.volume_id, e.organ_id) = (l.volume_id, l.organ_id) and u.dataset = $3 and u.status = c.status
              and (c.status <> o.status or u.content_sha256 = c.content_sha256)))
          and case
            when c.id is null then o.held
            when c.status <> o.status then coalesce(c.voxels, o.voxels) > 0
            else c.status = 'annotated' and (c.content_sha256 <> o.content_sha256 or c.extent is distinct from o.extent) end
        order by l.volume_id, organ.position, o.id
        """
    let volume: VolumeID?
    let organ: OrganKey?
    let dataset: String?
    var binds: [any PostgresBindable] { [volume, organ, dataset] }
    func decode(_ row: PostgresRow) throws -> DifferingAnnotations {
        DifferingAnnotations(
            volume: try row.decode(0), caseName: try row.decode(1),
            shape: GridShape(try row.decode(2), try row.decode(3), try row.decode(4)), organ: try row.decode(5),
            current: try ConflictSide.ifPresent(in: row, from: 6), other: try ConflictSide(row, from: 19),
            isContradiction: try row.decode(32), isCompared: try row.decode(33), dice: try row.decode(34))
    }
}

extension ConflictSide {
    /// Thirteen columns: id, source, status, origin, location of the mask, limits, whether it is a person's, whether it is held.
    fileprivate init(_ row: PostgresRow, from column: Int) throws {
        self.init(
            annotation: try row.decode(column), source: try row.decode(column + 1), status: try row.decode(column + 2),
            origin: try row.decode(column + 3), mask: try MaskLocation.ifPresent(in: row, from: column + 4),
            limits: try LabelLimits(row, from: column + 9), isPersonal: try row.decode(column + 11),
            isHeld: try row.decode(column + 12))
    }

    fileprivate static func ifPresent(in row: PostgresRow, from column: Int) throws -> ConflictSide? {
        guard try row.decode(column, as: Int64?.self) != nil else { return nil }
        return try ConflictSide(row, from: column)
    }
}

struct InsertOverlaps: Statement {
    static let sql = """
        insert into lacuna.annotation_overlap (first_id, second_id, dice)
        select * from unnest($1::bigint[], $2::bigint[], $3::real[]) on conflict do nothing
        """
    let overlaps: [AnnotationOverlap]
    var binds: [any PostgresBindable] {
        [overlaps.map(\.first), overlaps.map(\.second), overlaps.map { $0.dice.map(Float.init) }]
    }
}

struct ListDifferingHeaders: Statement {
    static let sql = """
        with named as (
            select s.id, s.volume_id, s.spacing, n.modality, d.name as dataset, d.name || '/' || s.case_name as name
            from lacuna.source s join lacuna.source_modality_now n on n.source_id = s.id join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id
            where ($1::bigint is null or s.volume_id = $1)
              and not exists (select from lacuna.withdrawn_dataset g where g.dataset_id = d.id)
              and not exists (select from lacuna.withheld_volume h where h.volume_id = s.volume_id)),
        first as (select distinct on (volume_id) * from named order by volume_id, id),
        known as (select distinct on (volume_id) * from named where modality <> 'other' order by volume_id, id),
        found as (
            select 'spacing' as kind, f.volume_id, f.id as first_id, n.id as other_id from first f join named n using (volume_id)
            where exists (
                select from unnest(f.spacing, n.spacing) as u (a, b) where abs(u.a - u.b) > greatest(abs(u.a), abs(u.b)) / 1000)
            union all
            select 'modality', k.volume_id, k.id, n.id from known k join named n using (volume_id)
            where n.modality <> 'other' and n.modality <> k.modality)
        select f.kind, f.volume_id, case when b.dataset = $2 then b.name else a.name end,
            a.name, a.spacing, a.modality, b.name, b.spacing, b.modality
        from found f join named a on a.id = f.first_id join named b on b.id = f.other_id
        where $2::text is null or a.dataset = $2 or b.dataset = $2
        order by f.volume_id, f.kind desc, b.id
        """
    let volume: VolumeID?
    let dataset: String?
    var binds: [any PostgresBindable] { [volume, dataset] }
    func decode(_ row: PostgresRow) throws -> DifferingHeaders {
        guard let kind = DifferingHeaders.Kind(rawValue: try row.decode(0)) else {
            throw try row.field(0).mismatch("a kind of header")
        }
        return DifferingHeaders(
            kind: kind, volume: try row.decode(1), caseName: try row.decode(2),
            first: try KnownScan.Source(row, from: 3), other: try KnownScan.Source(row, from: 6))
    }
}

struct ListAnnotatedInAbsent: Statement {
    /// The current annotations, of the volume in the third parameter or of all.
    static let named = """
        named as (
            select c.*, o.key, a.mask_id, m.voxels, d.name as dataset,
                lacuna.annotation_source(d.name, r.name, a.rater, a.partitioned) as source
            from lacuna.annotation_current c join lacuna.annotation a on a.id = c.annotation_id
            join lacuna.organ o on o.id = c.organ_id left join lacuna.mask m on m.id = a.mask_id
            left join lacuna.release r on r.id = a.release_id left join lacuna.dataset d on d.id = r.dataset_id
            where $3::bigint is null or c.volume_id = $3)
        """
    static let sql = """
        with \(named)
        select w.volume_id, lacuna.case_name(w.volume_id, $5),
            w.key, w.source, p.key, p.source, p.mask_id
        from unnest($1::text[], $2::text[]) as i (part, whole)
        join named w on w.key = i.whole and w.status = 'absent'
        join named p on p.key = i.part and p.volume_id = w.volume_id and p.status = 'annotated' and p.voxels > 0
        where ($4::text is null or $4 in (w.key, p.key)) and ($5::text is null or $5 in (w.dataset, p.dataset))
        order by w.volume_id, w.key, p.key
        """
    let pairs: [(part: OrganKey, whole: OrganKey)]
    let volume: VolumeID?
    let organ: OrganKey?
    let dataset: String?
    var binds: [any PostgresBindable] { [pairs.map(\.part), pairs.map(\.whole), volume, organ, dataset] }
    func decode(_ row: PostgresRow) throws -> AnnotatedInAbsent {
        AnnotatedInAbsent(
            volume: try row.decode(0), caseName: try row.decode(1), absent: try row.decode(2),
            absentSource: try row.decode(3), annotated: try row.decode(4), annotatedSource: try row.decode(5),
            mask: try row.decode(6))
    }
}
