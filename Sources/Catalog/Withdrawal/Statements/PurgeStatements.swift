import Domain
import Postgres

struct PurgePlan: Statement {
    static let sql = """
        select p.digest, p.kind::text, p.bytes, to_char(p.purged_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), p.purged_by,
            p.users
        from lacuna.purge_plan($1::integer, $2) p order by p.digest
        """
    let dataset: DatasetID?
    let subject: SubjectID?
    var binds: [any PostgresBindable] { [dataset, subject] }
    func decode(_ row: PostgresRow) throws -> PurgeObject {
        let activity: ActivityID? = try row.decode(4)
        let time: String? = try row.decode(3)
        let event = activity.flatMap { activity in time.map { PurgeEvent(time: $0, activity: activity) } }
        return PurgeObject(
            digest: try row.decode(0), kind: try row.decode(1), bytes: try row.decode(2), purged: event,
            users: try row.decode(5))
    }
}

/// The activity of the purge.
struct PurgeRemoved: Statement {
    static let sql = "select lacuna.purge_removed($1::integer, $2, $3, $4)"
    let dataset: DatasetID?
    let subject: SubjectID?
    let reason: String
    let program: String
    var binds: [any PostgresBindable] { [dataset, subject, reason, program] }
    func decode(_ row: PostgresRow) throws -> ActivityID { try row.decode(0) }
}

struct ListPurgeImages: Statement {
    static let sql = """
        with leaving as materialized (
            select v.id from lacuna.volumes_of_removal($1::integer, $2) v (id)
        ), concerned as (
            select s.file_sha256, s.volume_id, coalesce(s.image_release_id, s.release_id) as release_id, s.file
            from leaving l join lacuna.source s on s.volume_id = l.id
            union
            select s.file_sha256, s.volume_id, coalesce(s.image_release_id, s.release_id), s.file
            from lacuna.release r join lacuna.source s on s.release_id = r.id where r.dataset_id = $1::integer
        )
        select distinct on (c.file_sha256) c.file_sha256, v.identity, r.root || '/' || c.file, (
            select d.name || '/' || o.case_name from lacuna.source o join lacuna.release q on q.id = o.release_id
            join lacuna.dataset d on d.id = q.dataset_id
            where o.file_sha256 = c.file_sha256
              and not exists (select from lacuna.withdrawn_dataset w where w.dataset_id = d.id)
              and not exists (
                select from lacuna.withheld_volume h join lacuna.withdrawal w on w.id = h.withdrawal_id
                where h.volume_id = o.volume_id and w.volume_id is null)
            order by o.id limit 1)
        from concerned c join lacuna.volume v on v.id = c.volume_id join lacuna.release r on r.id = c.release_id
        order by c.file_sha256, c.volume_id
        """
    let dataset: DatasetID?
    let subject: SubjectID?
    var binds: [any PostgresBindable] { [dataset, subject] }
    func decode(_ row: PostgresRow) throws -> PurgeImage {
        PurgeImage(
            digest: try row.decode(0), identity: try row.decode(1), file: try row.decode(2), user: try row.decode(3))
    }
}

struct ListPurgeDescriptors: Statement {
    static let sql = """
        select d.volume_id, d.version::integer, sha256(d.descriptor), octet_length(d.descriptor)
        from lacuna.volumes_of_removal($1::integer, $2) v (id) join lacuna.image_descriptor d on d.volume_id = v.id
        order by d.volume_id, d.version
        """
    let dataset: DatasetID?
    let subject: SubjectID?
    var binds: [any PostgresBindable] { [dataset, subject] }
    func decode(_ row: PostgresRow) throws -> PurgeDescriptor {
        PurgeDescriptor(
            volume: try row.decode(0), version: Int(try row.decode(1, as: Int32.self)), digest: try row.decode(2),
            bytes: Int(try row.decode(3, as: Int32.self)))
    }
}

struct DescribePurge: Statement {
    static let sql = """
        select a.agent, a.account, to_char(a.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), a.program, a.reason
        from lacuna.activity a where a.id = $1
        """
    let activity: ActivityID
    var binds: [any PostgresBindable] { [activity] }
    func decode(_ row: PostgresRow) throws -> PurgeRecord {
        PurgeRecord(
            activity: activity, login: try row.decode(0), account: try row.decode(1), time: try row.decode(2),
            program: try row.decode(3), reason: try row.decode(4, as: String?.self) ?? "")
    }
}

/// The purge of a mask's object; no row where the object is not purged.
struct FindPurgeOfMask: Statement {
    static let sql = """
        select to_char(o.purged_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), o.purged_by
        from lacuna.mask m join lacuna.object o on o.digest = m.object_digest where m.id = $1 and o.purged_at is not null
        """
    let mask: MaskID
    var binds: [any PostgresBindable] { [mask] }
    func decode(_ row: PostgresRow) throws -> PurgeEvent {
        PurgeEvent(time: try row.decode(0), activity: try row.decode(1))
    }
}

/// The purge of a volume that is withheld since; no row where it is not purged.
struct FindPurgeOfVolume: Statement {
    static let sql = """
        select to_char(a.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), a.id
        from lacuna.purged_volume p join lacuna.activity a on a.id = p.activity_id where p.volume_id = $1
        """
    let volume: VolumeID
    var binds: [any PostgresBindable] { [volume] }
    func decode(_ row: PostgresRow) throws -> PurgeEvent {
        PurgeEvent(time: try row.decode(0), activity: try row.decode(1))
    }
}

/// Every checksum of an image file that a row names, also of removed data.
struct ListImageDigests: Statement {
    static let sql = "select distinct file_sha256 from lacuna.source"
    func decode(_ row: PostgresRow) throws -> Digest { try row.decode(0) }
}
