import Domain
import Postgres
import TestSupport
import Testing

/// Coverage counted again, from label states and the base tables, by SQL that shares nothing with the kept counts.
enum Recount {
    /// Every volume with the datasets that it has a source in, and with 0 for the whole catalogue; without what was withdrawn.
    private static let scope = """
        with said as (
            select distinct on (w.dataset_id, w.subject_id, w.volume_id) w.* from lacuna.withdrawal w
            order by w.dataset_id, w.subject_id, w.volume_id, w.id desc
        ), scope as (
            select distinct s.volume_id, d.dataset_id
            from lacuna.source s join lacuna.release r on r.id = s.release_id join lacuna.volume v on v.id = s.volume_id
            cross join lateral (values (r.dataset_id), (0)) as d (dataset_id)
            where not exists (
                select from said w where w.stands and (
                    w.dataset_id = r.dataset_id or w.subject_id = v.subject_id or w.volume_id = v.id)))
        """

    static func states(asOf revision: Int) -> String {
        """
        \(scope) select c.dataset_id, l.organ_id, l.status, l.origin, l.partial, count(*)
        from lacuna.label_states(\(revision)) l join scope c using (volume_id) group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        """
    }

    static func confidence(asOf revision: Int) -> String {
        """
        \(scope) select c.dataset_id, l.organ_id,
            least(199, floor(percentile_disc(0.5) within group (order by l.confidence)::float8 * 200))
        from lacuna.label_states(\(revision)) l join scope c using (volume_id) where l.confidence is not null
        group by 1, 2 order by 1, 2
        """
    }

    static let volumes = """
        \(scope) select c.dataset_id, count(*), count(distinct v.subject_id) from scope c join lacuna.volume v on v.id = c.volume_id
        group by 1 order by 1
        """

    static func keptStates(_ revision: String) -> String {
        "select * from lacuna.coverage_counts(\(revision)) order by 1, 2, 3, 4, 5"
    }

    static func keptConfidence(_ revision: String) -> String {
        "select dataset_id, organ_id, round((median * 200 - 0.5)::numeric) from lacuna.coverage_confidence(\(revision)) order by 1, 2"
    }

    static func keptVolumes(_ revision: String) -> String {
        "select * from lacuna.coverage_volumes(\(revision)) where volumes <> 0 or subjects <> 0 order by 1"
    }
}

/// The kept counts of now are those of a recount.
func expectTrueCoverage(_ world: World, _ comment: Comment? = nil) async throws {
    let revision = try await world.revision()
    let root = world.root
    #expect(
        try await root.ask(Recount.keptStates("null")) == root.ask(Recount.states(asOf: revision)), comment)
    #expect(
        try await root.ask(Recount.keptConfidence("null")) == root.ask(Recount.confidence(asOf: revision)), comment)
    #expect(try await root.ask(Recount.keptVolumes("null")) == root.ask(Recount.volumes), comment)
}
