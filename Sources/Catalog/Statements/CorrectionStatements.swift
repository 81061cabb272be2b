import Domain
import Postgres

/// What each release, and a person (release null), says of (volume, organ) unless it was taken back.
struct StandingWords: Statement {
    static let sql = """
        select release_id, status from (
            select distinct on (a.release_id) a.release_id, a.status from lacuna.annotation a
            join lacuna.organ o on o.id = a.organ_id
            where a.volume_id = $1 and o.key = $2 and a.rater = '' order by a.release_id, a.id desc) word
        where status <> 'unlabelled' order by release_id nulls first
        """
    struct Found: Sendable {
        let release: Int32?
        let status: LabelStatus
    }
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> Found { Found(release: try row.decode(0), status: try row.decode(1)) }
}

struct InsertWords: Statement {
    static let sql = """
        insert into lacuna.annotation (volume_id, organ_id, release_id, status, origin, parent_id, change_id)
        select $1, o.id, r.release, $3::lacuna.label_status, 'expert',
            (select max(a.id) from lacuna.annotation a where a.volume_id = $1 and a.organ_id = o.id
             and a.release_id is not distinct from r.release and a.rater = ''), $5
        from unnest($4::integer[]) as r (release) join lacuna.organ o on o.key = $2
        """
    let volume: VolumeID
    let organ: OrganKey
    let status: LabelStatus
    let releases: [Int32?]
    let change: ChangeID
    var binds: [any PostgresBindable] { [volume, organ, status, releases, change] }
}
