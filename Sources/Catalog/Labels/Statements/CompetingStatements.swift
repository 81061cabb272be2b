import Domain
import Postgres

struct CompetingAnnotations: Statement {
    static let sql = """
        select c.organ, a.status, a.origin, m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, a.extent, false,
            lacuna.annotation_source(d.name, r.name, a.rater, a.partitioned), c.contradicts, c.choice
        from lacuna.competing_annotations($1, $2::integer, $3::integer, $4::text[], $5::text[], $6::text[], $7::bigint[]) c
        join lacuna.annotation a on a.id = c.annotation_id
        left join lacuna.mask m on m.id = a.mask_id
        left join lacuna.release r on r.id = a.release_id
        left join lacuna.dataset d on d.id = r.dataset_id
        """
    let volume: VolumeID
    let place: CasePlace
    let claims: [LabelClaim]
    var binds: [any PostgresBindable] {
        [
            volume, place.dataset, place.release, claims.map(\.organ), claims.map(\.status.rawValue),
            claims.map(\.origin.rawValue), claims.map(\.voxels),
        ]
    }
    func decode(_ row: PostgresRow) throws -> CompetingAnnotation {
        guard let choice = CompetingAnnotation.Choice(rawValue: try row.decode(12)) else {
            throw try row.field(12).mismatch("a choice")
        }
        return CompetingAnnotation(
            organ: try row.decode(0), status: try row.decode(1), origin: try row.decode(2),
            mask: try MaskLocation.ifPresent(in: row, from: 3), limits: try LabelLimits(row, from: 8),
            source: try row.decode(10), relation: .otherSource, isContradiction: try row.decode(11), choice: choice)
    }
}

/// The newest annotations of a release itself, each of the case or of another one of the same scan.
struct EarlierAnnotations: Statement {
    static let sql = """
        select o.key, a.status, a.origin, m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, a.extent, false,
            case when coalesce(s.case_name = $6, true) then d.name || ' ' || r.name else d.name || '/' || s.case_name end,
            a.status::text <> c.status and coalesce(case a.status when 'annotated' then m.voxels else c.voxels end, 0) > 0,
            coalesce(s.case_name = $6, true)
        from unnest($3::text[], $4::text[], $5::bigint[]) as c (organ, status, voxels)
        join lacuna.organ o on o.key = c.organ
        cross join lateral (
            select * from lacuna.annotation n
            where n.volume_id = $1 and n.organ_id = o.id and n.release_id = $2 and n.rater is null and not n.partitioned
              and not n.proposed order by n.id desc limit 1) a
        left join lacuna.mask m on m.id = a.mask_id
        left join lacuna.source s on s.id = a.source_id
        join lacuna.release r on r.id = a.release_id
        join lacuna.dataset d on d.id = r.dataset_id
        where a.status <> 'unlabelled' and c.status in ('annotated', 'absent')
        """
    let volume: VolumeID
    let release: Int32
    let caseName: String
    let claims: [LabelClaim]
    var binds: [any PostgresBindable] {
        [volume, release, claims.map(\.organ), claims.map(\.status.rawValue), claims.map(\.voxels), caseName]
    }
    func decode(_ row: PostgresRow) throws -> CompetingAnnotation {
        let isSame: Bool = try row.decode(12)
        return CompetingAnnotation(
            organ: try row.decode(0), status: try row.decode(1), origin: try row.decode(2),
            mask: try MaskLocation.ifPresent(in: row, from: 3), limits: try LabelLimits(row, from: 8),
            source: try row.decode(10), relation: isSame ? .sameCase : .otherCase, isContradiction: try row.decode(11),
            choice: isSame ? .new : .held)
    }
}

/// The volume of a scan with each of its sources, without those of one case.
struct SourcesOfScan: Statement {
    static let sql = """
        select v.id, d.name || '/' || s.case_name, s.spacing, n.modality
        from lacuna.volume v
        left join lacuna.source s on s.volume_id = v.id and (s.release_id is distinct from $2::integer or s.case_name <> $3)
        left join lacuna.source_modality_now n on n.source_id = s.id
        left join lacuna.release r on r.id = s.release_id
        left join lacuna.dataset d on d.id = r.dataset_id
        where v.identity = $1
        order by s.id
        """
    struct Found: Sendable {
        let volume: VolumeID
        let source: KnownScan.Source?
    }
    let identity: Digest
    let release: Int32?
    let caseName: String
    var binds: [any PostgresBindable] { [identity, release, caseName] }
    func decode(_ row: PostgresRow) throws -> Found {
        let isNamed = try row.decode(1, as: String?.self) != nil
        return Found(volume: try row.decode(0), source: isNamed ? try KnownScan.Source(row, from: 1) : nil)
    }
}

extension KnownScan.Source {
    /// Three columns: name, spacing, modality.
    init(_ row: PostgresRow, from column: Int) throws {
        let spacing: [Double] = try row.decode(column + 1)
        self.init(
            name: try row.decode(column), spacing: Vector3(spacing[0], spacing[1], spacing[2]),
            modality: try row.decode(column + 2))
    }
}

struct CurrentAnnotationsOfOrgans: Statement {
    static let sql = """
        select o.key, c.status, case when a.release_id = $2 then d.name || '/' || s.case_name
                else lacuna.annotation_source(d.name, r.name, a.rater, a.partitioned) end,
            m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, a.extent, false, m.box
        from lacuna.annotation_current c
        join lacuna.organ o on o.id = c.organ_id
        join lacuna.annotation a on a.id = c.annotation_id
        left join lacuna.source s on s.id = a.source_id
        left join lacuna.mask m on m.id = a.mask_id
        left join lacuna.release r on r.id = a.release_id
        left join lacuna.dataset d on d.id = r.dataset_id
        where c.volume_id = $1 and ($2::integer is null or a.release_id is distinct from $2 or s.case_name <> $3)
          and (c.status = 'absent' or m.voxels > 0)
        order by o.position
        """
    let volume: VolumeID
    let release: Int32?
    let caseName: String
    var binds: [any PostgresBindable] { [volume, release, caseName] }
    func decode(_ row: PostgresRow) throws -> CurrentAnnotation {
        CurrentAnnotation(
            organ: try row.decode(0), status: try row.decode(1), source: try row.decode(2),
            mask: try MaskLocation.ifPresent(in: row, from: 3), limits: try LabelLimits(row, from: 8),
            box: try row.decode(10))
    }
}
