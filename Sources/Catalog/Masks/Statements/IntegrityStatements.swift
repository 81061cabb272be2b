import Domain
import Postgres

struct FindMask: Statement {
    static let sql = "\(MaskFacts.selection) where m.id = $1"
    let mask: MaskID
    var binds: [any PostgresBindable] { [mask] }
    func decode(_ row: PostgresRow) throws -> MaskFacts { try MaskFacts(row) }
}

struct MaskFactsInObject: Statement {
    static let sql = "\(MaskFacts.selection) where m.object_digest = $1 order by m.object_offset, m.id"
    let object: Digest
    var binds: [any PostgresBindable] { [object] }
    func decode(_ row: PostgresRow) throws -> MaskFacts { try MaskFacts(row) }
}

struct NamesObjects: Statement {
    static let sql = "select exists (select from lacuna.object where purged_at is null)"
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

struct ContentsOfObject: Statement {
    static let sql = """
        select o.key || ' of ' || coalesce(
            (select d.name || '/' || s.case_name from lacuna.source s join lacuna.release r on r.id = s.release_id
             join lacuna.dataset d on d.id = r.dataset_id where s.volume_id = m.volume_id order by s.id limit 1),
            'volume ' || m.volume_id)
        from lacuna.mask m join lacuna.organ o on o.id = m.organ_id
        where m.object_digest = $1 group by m.volume_id, o.key, o.position order by m.volume_id, o.position
        """
    let object: Digest
    var binds: [any PostgresBindable] { [object] }
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

/// Without files of removed data.
struct ListImageFiles: Statement {
    static let sql = """
        select d.name || '/' || s.case_name, i.root || '/' || s.file, s.file_sha256, s.file_bytes from lacuna.source s
        join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id
        join lacuna.release i on i.id = coalesce(s.image_release_id, s.release_id)
        where not exists (select from lacuna.withdrawn_dataset w where w.dataset_id = d.id)
          and not exists (
            select from lacuna.withheld_volume h join lacuna.withdrawal w on w.id = h.withdrawal_id
            where h.volume_id = s.volume_id and w.volume_id is null)
        order by d.name, s.case_name, s.id
        """
    func decode(_ row: PostgresRow) throws -> ReferencedFile { try ReferencedFile(row) }
}

struct ListWaitingFiles: Statement {
    static let sql = """
        select d.name || '/' || w.case_name, r.root || '/' || w.file, w.file_sha256, w.file_bytes from lacuna.waiting_now w
        join lacuna.release r on r.id = w.release_id join lacuna.dataset d on d.id = r.dataset_id
        where not exists (select from lacuna.withdrawn_dataset g where g.dataset_id = d.id)
        order by d.name, w.case_name, w.file
        """
    func decode(_ row: PostgresRow) throws -> ReferencedFile { try ReferencedFile(row) }
}

extension ReferencedFile {
    init(_ row: PostgresRow) throws {
        self.init(
            name: try row.decode(0), path: try row.decode(1), sha256: try row.decode(2), bytes: try row.decode(3))
    }
}

extension MaskFacts {
    /// The columns that `init` decodes, of masks `m`.
    fileprivate static let selection = """
        select m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, m.volume_id, o.key,
            v.shape_x, v.shape_y, v.shape_z, m.voxels, m.known_voxels, m.parent_id, m.activity_id
        from lacuna.mask m join lacuna.organ o on o.id = m.organ_id join lacuna.volume v on v.id = m.volume_id
        """

    init(_ row: PostgresRow) throws {
        self.init(
            location: try MaskLocation(row, from: 0), volume: try row.decode(5), organ: try row.decode(6),
            shape: GridShape(try row.decode(7), try row.decode(8), try row.decode(9)), voxels: try row.decode(10),
            knownVoxels: try row.decode(11), parent: try row.decode(12), activity: try row.decode(13))
    }
}
