import Domain
import Postgres

/// The current annotation of each source of (volume, organ), without retracted and proposed ones.
struct CurrentAnnotations: Statement {
    static let sql = """
        select release_id, coalesce(rater, ''), partitioned, status from (
            select distinct on (a.release_id, a.rater, a.partitioned) a.release_id, a.rater, a.partitioned, a.status from lacuna.annotation a
            join lacuna.organ o on o.id = a.organ_id
            where a.volume_id = $1 and o.key = $2 and not a.proposed order by a.release_id, a.rater, a.partitioned, a.id desc) latest
        where status <> 'unlabelled' order by release_id nulls first, rater nulls first, partitioned
        """
    struct Found: Sendable {
        let source: AnnotationSource
        let status: LabelStatus
    }
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> Found {
        let source = AnnotationSource(
            release: try row.decode(0), rater: try row.decode(1), isPartitioned: try row.decode(2))
        return Found(source: source, status: try row.decode(3))
    }
}

/// The source of annotations: a release, an annotator of it, a person, or the partition of a composite label of either.
struct AnnotationSource: Hashable, Sendable {
    /// Nil for a person.
    let release: Int32?
    /// Empty for the release itself and for an unnamed person.
    let rater: String
    let isPartitioned: Bool

    init(release: Int32?, rater: String, isPartitioned: Bool = false) {
        (self.release, self.rater, self.isPartitioned) = (release, rater, isPartitioned)
    }

    static let person = AnnotationSource(release: nil, rater: "")
}

struct InsertCorrections: Statement {
    static let sql = """
        insert into lacuna.annotation (volume_id, organ_id, release_id, rater, partitioned, status, origin, parent_id, change_id)
        select $1, o.id, r.release, nullif(r.rater, ''), r.partitioned, $3::lacuna.label_status, 'expert',
            (select max(a.id) from lacuna.annotation a where a.volume_id = $1 and a.organ_id = o.id
             and a.release_id is not distinct from r.release and a.rater is not distinct from nullif(r.rater, '')
             and a.partitioned = r.partitioned and not a.proposed), $5
        from unnest($4::integer[], $6::text[], $7::boolean[]) as r (release, rater, partitioned) join lacuna.organ o on o.key = $2
        """
    let volume: VolumeID
    let organ: OrganKey
    let status: LabelStatus
    let sources: [AnnotationSource]
    let change: ChangeID
    var binds: [any PostgresBindable] {
        [
            volume, organ, status, sources.map(\.release), change, sources.map(\.rater), sources.map(\.isPartitioned),
        ]
    }
}
