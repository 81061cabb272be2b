import Domain
import Postgres

/// The current annotation of each source of (volume, organ), with held labels, without retracted ones and other proposals.
struct CurrentAnnotations: Statement {
    static let sql = """
        select release_id, coalesce(rater, ''), partitioned, status, case when proposed then source_id end, proposed from (
            select distinct on (a.release_id, a.rater, a.partitioned, a.proposed, case when a.proposed then a.source_id end)
                a.release_id, a.rater, a.partitioned, a.status, a.source_id, a.proposed from lacuna.annotation a
            join lacuna.organ o on o.id = a.organ_id
            where a.volume_id = $1 and o.key = $2
              and (not a.proposed or a.release_id is not null and a.rater is null and not a.partitioned)
            order by a.release_id, a.rater, a.partitioned, a.proposed, case when a.proposed then a.source_id end, a.id desc) latest
        where status <> 'unlabelled' order by release_id nulls first, rater nulls first, partitioned, proposed, source_id
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
            release: try row.decode(0), rater: try row.decode(1), isPartitioned: try row.decode(2),
            heldCase: try row.decode(4), isHeld: try row.decode(5))
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
    /// The case of a held label; else nil.
    let heldCase: SourceID?
    /// Whether it is a held label of the release.
    let isHeld: Bool

    init(
        release: Int32?, rater: String, isPartitioned: Bool = false, heldCase: SourceID? = nil, isHeld: Bool = false
    ) {
        (self.release, self.rater, self.isPartitioned) = (release, rater, isPartitioned)
        (self.heldCase, self.isHeld) = (heldCase, isHeld)
    }

    static let person = AnnotationSource(release: nil, rater: "")
}

struct InsertCorrections: Statement {
    static let sql = """
        insert into lacuna.annotation (volume_id, organ_id, release_id, rater, partitioned, status, origin, parent_id, source_id,
            proposed, change_id)
        select $1, o.id, r.release, nullif(r.rater, ''), r.partitioned, $3::lacuna.label_status, 'expert', p.id, p.source_id,
            r.held, $5
        from unnest($4::integer[], $6::text[], $7::boolean[], $8::bigint[], $9::boolean[])
            as r (release, rater, partitioned, source, held)
        join lacuna.organ o on o.key = $2
        left join lateral (
            select a.id, a.source_id from lacuna.annotation a where a.volume_id = $1 and a.organ_id = o.id
             and a.release_id is not distinct from r.release and a.rater is not distinct from nullif(r.rater, '')
             and a.partitioned = r.partitioned and a.proposed = r.held and (not r.held or a.source_id is not distinct from r.source)
            order by a.id desc limit 1) p on true
        """
    let volume: VolumeID
    let organ: OrganKey
    let status: LabelStatus
    let sources: [AnnotationSource]
    let change: ChangeID
    var binds: [any PostgresBindable] {
        [
            volume, organ, status, sources.map(\.release), change, sources.map(\.rater), sources.map(\.isPartitioned),
            sources.map(\.heldCase), sources.map(\.isHeld),
        ]
    }
}
