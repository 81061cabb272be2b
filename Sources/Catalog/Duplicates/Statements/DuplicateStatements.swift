import Domain
import Postgres

/// `DATASET/CASE` of the newest source of a volume, as column `name` of one row; empty without a source.
private func nameOfNewestSource(of volume: StaticString) -> String {
    """
    select coalesce(max(d.name || '/' || c.case_name), '') as name from (
        select release_id, case_name from lacuna.source where volume_id = \(volume) order by id desc limit 1) c
    join lacuna.release r on r.id = c.release_id join lacuna.dataset d on d.id = r.dataset_id
    """
}

/// A pair of both kinds is listed under the more certain one.
struct ProposedDuplicates: Statement {
    static let sql = """
        with pair as (
            select a.id as first, b.id as second, 1 as rank from lacuna.volume a
            join lacuna.volume b on b.orientation_blind = a.orientation_blind and b.id > a.id
            union all
            select a.id, b.id, 2 from lacuna.volume a join lacuna.volume b on b.clipped = a.clipped and b.id > a.id),
        best as (select first, second, min(rank) as rank from pair group by first, second)
        select p.first, x.name, s.name, p.second, y.name, t.name, case p.rank when 1 then 'orientation' else 'clipped' end
        from best p
        join lacuna.volume a on a.id = p.first join lacuna.subject s on s.id = a.subject_id
        join lacuna.volume b on b.id = p.second join lacuna.subject t on t.id = b.subject_id
        cross join lateral (\(nameOfNewestSource(of: "p.first"))) x
        cross join lateral (\(nameOfNewestSource(of: "p.second"))) y
        order by p.first, p.second
        """
    func decode(_ row: PostgresRow) throws -> DuplicateRow {
        guard let kind = DuplicateKind(rawValue: try row.decode(6)) else {
            throw try row.field(6).mismatch("a kind of duplicate")
        }
        return DuplicateRow(
            first: try DuplicateVolume(row, from: 0), second: try DuplicateVolume(row, from: 3), kind: kind)
    }
}

struct DescribeDuplicates: Statement {
    static let sql = """
        select v.id, coalesce(x.name, ''), s.name from lacuna.volume v join lacuna.subject s on s.id = v.subject_id
        left join lateral (
            select d.name || '/' || c.case_name as name from lacuna.source c
            join lacuna.release r on r.id = c.release_id join lacuna.dataset d on d.id = r.dataset_id
            where c.volume_id = v.id order by c.id desc limit 1) x on true
        where v.id = any ($1::bigint[])
        """
    let volumes: [VolumeID]
    var binds: [any PostgresBindable] { [volumes] }
    func decode(_ row: PostgresRow) throws -> DuplicateVolume { try DuplicateVolume(row, from: 0) }
}

struct InsertDescriptor: Statement {
    static let sql = """
        insert into lacuna.image_descriptor (volume_id, version, descriptor) values ($1, $2::smallint, $3) on conflict do nothing
        """
    let volume: VolumeID
    let record: DescriptorRecord
    var binds: [any PostgresBindable] { [volume, Int16(record.version), record.descriptor] }
}

/// Volumes that are too small for a descriptor have an empty one.
struct ListDescriptors: Statement {
    static let sql = """
        select f.volume_id, f.descriptor from lacuna.image_descriptor f
        where f.version = $1::smallint and octet_length(f.descriptor) = $2 and f.volume_id > $3
          and not exists (select from lacuna.withheld_volume w where w.volume_id = f.volume_id)
        order by f.volume_id limit $4
        """
    struct Row: Sendable {
        let volume: VolumeID
        let descriptor: [UInt8]
    }
    let version: Int
    let size: Int
    let after: VolumeID
    let limit: Int
    var binds: [any PostgresBindable] { [Int16(version), Int32(size), after, limit] }
    func decode(_ row: PostgresRow) throws -> Row { Row(volume: try row.decode(0), descriptor: try row.decode(1)) }
}

struct VolumesWithoutDescriptor: Statement {
    static let sql = """
        select distinct on (v.id) v.id, d.name || '/' || s.case_name, i.root || '/' || s.file, s.file_sha256, v.modality,
            v.identity
        from lacuna.volume v join lacuna.source s on s.volume_id = v.id join lacuna.release r on r.id = s.release_id
        join lacuna.release i on i.id = coalesce(s.image_release_id, s.release_id)
        join lacuna.dataset d on d.id = r.dataset_id
        where not exists (select from lacuna.image_descriptor f where f.volume_id = v.id and f.version = $1::smallint)
          and not exists (select from lacuna.withheld_volume w where w.volume_id = v.id)
          and not exists (select from lacuna.withdrawn_dataset w where w.dataset_id = d.id)
        order by v.id, s.id desc
        """
    let version: Int
    var binds: [any PostgresBindable] { [Int16(version)] }
    func decode(_ row: PostgresRow) throws -> UndescribedImage {
        UndescribedImage(
            volume: try row.decode(0), name: try row.decode(1), file: try row.decode(2), sha256: try row.decode(3),
            modality: try row.decode(4), identity: try row.decode(5))
    }
}

struct CountWithoutDescriptor: Statement {
    static let sql = """
        select count(*) from lacuna.volume v
        where not exists (select from lacuna.image_descriptor f where f.volume_id = v.id and f.version = $1::smallint)
          and not exists (select from lacuna.withheld_volume w where w.volume_id = v.id)
        """
    let version: Int
    var binds: [any PostgresBindable] { [Int16(version)] }
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}

extension DuplicateVolume {
    fileprivate init(_ row: PostgresRow, from column: Int) throws {
        self.init(
            id: try row.decode(column), name: try row.decode(column + 1), subject: try row.decode(column + 2))
    }
}
