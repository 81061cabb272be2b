import Domain
import Postgres

/// What each release and rater, and a person (release null), says of (volume, organ) unless it was taken back.
struct CurrentAnnotations: Statement {
    static let sql = """
        select release_id, rater, status from (
            select distinct on (a.release_id, a.rater) a.release_id, a.rater, a.status from lacuna.annotation a
            join lacuna.organ o on o.id = a.organ_id
            where a.volume_id = $1 and o.key = $2 and not a.proposed order by a.release_id, a.rater, a.id desc) word
        where status <> 'unlabelled' order by release_id nulls first, rater
        """
    struct Found: Sendable {
        let source: AnnotationSource
        let status: LabelStatus
    }
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> Found {
        Found(source: AnnotationSource(release: try row.decode(0), rater: try row.decode(1)), status: try row.decode(2))
    }
}

/// Who says something: a release, a rater of it, or a person.
struct AnnotationSource: Hashable, Sendable {
    /// Nil for a person's own word.
    let release: Int32?
    let rater: String

    static let person = AnnotationSource(release: nil, rater: "")
}

struct InsertCorrections: Statement {
    static let sql = """
        insert into lacuna.annotation (volume_id, organ_id, release_id, rater, status, origin, parent_id, change_id)
        select $1, o.id, r.release, r.rater, $3::lacuna.label_status, 'expert',
            (select max(a.id) from lacuna.annotation a where a.volume_id = $1 and a.organ_id = o.id
             and a.release_id is not distinct from r.release and a.rater = r.rater and not a.proposed), $5
        from unnest($4::integer[], $6::text[]) as r (release, rater) join lacuna.organ o on o.key = $2
        """
    let volume: VolumeID
    let organ: OrganKey
    let status: LabelStatus
    let sources: [AnnotationSource]
    let change: ChangeID
    var binds: [any PostgresBindable] {
        [volume, organ, status, sources.map(\.release), change, sources.map(\.rater)]
    }
}
