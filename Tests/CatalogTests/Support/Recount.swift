import Domain
import Postgres
import TestSupport
import Testing

/// Coverage counted again, from label states and the base tables, by SQL that does not read the recorded counts.
enum Recount {
    /// Every volume with the scopes of the datasets that it has a source in and of the whole catalogue; without withdrawn ones.
    private static let scope = """
        with newest as (
            select distinct on (w.dataset_id, w.subject_id, w.volume_id) w.* from lacuna.withdrawal w
            order by w.dataset_id, w.subject_id, w.volume_id, w.id desc
        ), scope as (
            select distinct s.volume_id, d.id as scope_id
            from lacuna.source s join lacuna.release r on r.id = s.release_id join lacuna.volume v on v.id = s.volume_id
            join lacuna.coverage_scope d on d.dataset_id = r.dataset_id or d.kind = 'catalogue'
            where not exists (
                select from newest w where w.withdrawn and (
                    w.dataset_id = r.dataset_id or w.subject_id = v.subject_id or w.volume_id = v.id)))
        """

    static func states(asOf revision: Int) -> String {
        """
        \(scope) select c.scope_id, l.organ_id, l.status, l.origin, l.partial, count(*)
        from lacuna.label_states(\(revision)) l join scope c using (volume_id) group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        """
    }

    static func confidence(asOf revision: Int) -> String {
        """
        \(scope) select c.scope_id, l.organ_id,
            least(199, floor(percentile_disc(0.5) within group (order by l.confidence)::float8 * 200))
        from lacuna.label_states(\(revision)) l join scope c using (volume_id) where l.confidence is not null
        group by 1, 2 order by 1, 2
        """
    }

    static let volumes = """
        \(scope) select c.scope_id, count(*), count(distinct v.subject_id) from scope c join lacuna.volume v on v.id = c.volume_id
        group by 1 order by 1
        """

    /// Every volume that is not withheld with the part of every split that its subject is in.
    private static let member = """
        with member as (
            select v.id as volume_id, v.subject_id, k.id as scope
            from lacuna.split s cross join lacuna.volume v
            left join lacuna.split_member m on m.split_id = s.id and m.subject_id = v.subject_id
            join lacuna.coverage_scope k on k.split_id = s.id and k.part is not distinct from m.part
            where not exists (select from lacuna.withheld_volume h where h.volume_id = v.id)),
        state as (select * from lacuna.label_states((select lacuna.current_revision())))
        """

    /// Pseudo labels of published rounds that no current annotation hides.
    private static let shown = """
        with shown as (
            select k.id as scope, l.organ_id, l.confidence
            from lacuna.pseudo_label l join lacuna.round r on r.id = l.round_id and r.published_change_id is not null
            join lacuna.coverage_scope k on k.round_id = r.id
            where not exists (select from lacuna.annotation_current a where (a.volume_id, a.organ_id) = (l.volume_id, l.organ_id))
              and not exists (select from lacuna.withheld_volume h where h.volume_id = l.volume_id)
              and not exists (select from lacuna.rejected_mask j where j.mask_id = l.mask_id))
        """
    private static let medianBin =
        "least(199, floor(percentile_disc(0.5) within group (order by confidence)::float8 * 200))"

    /// The recorded counts of splits, rounds and organs that are known through a whole, each with its recount, by name.
    static let groupings: [(name: String, counted: String, kept: String)] = [
        (
            "states by split",
            "\(member) select m.scope, s.organ_id, s.status, s.origin, s.partial, count(*) from member m join state s "
                + "using (volume_id) group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5",
            "select * from lacuna.coverage_counts(null, '{split}') order by 1, 2, 3, 4, 5"
        ),
        (
            "volumes by split",
            "\(member) select scope, count(*), count(distinct subject_id) from member group by 1 order by 1",
            "select * from lacuna.coverage_volumes(null, '{split}') where volumes <> 0 or subjects <> 0 order by 1"
        ),
        (
            "medians by split",
            "\(member) select m.scope, s.organ_id, \(medianBin) from member m join state s using (volume_id) "
                + "where s.confidence is not null group by 1, 2 order by 1, 2",
            "select scope_id, organ_id, round((median * 200 - 0.5)::numeric) "
                + "from lacuna.coverage_confidence(null, '{split}') order by 1, 2"
        ),
        (
            "states by round", "\(shown) select scope, organ_id, count(*) from shown group by 1, 2 order by 1, 2",
            "select scope_id, organ_id, n from lacuna.coverage_counts(null, '{round}') order by 1, 2"
        ),
        (
            "medians by round",
            "\(shown) select scope, organ_id, \(medianBin) from shown where confidence is not null group by 1, 2 order by 1, 2",
            "select scope_id, organ_id, round((median * 200 - 0.5)::numeric) "
                + "from lacuna.coverage_confidence(null, '{round}') order by 1, 2"
        ),
        (
            "subjects",
            "\(scope) \(subjects(in: "scope")) join lacuna.volume v on v.id = c.volume_id group by 1, 2 order by 1, 2",
            keptSubjects("null", "{catalogue,dataset}")
        ),
        (
            "subjects by split",
            "\(member) select m.scope, s.organ_id, count(distinct m.subject_id) from member m join state s using (volume_id) "
                + "where s.status in ('annotated', 'absent') group by 1, 2 order by 1, 2",
            keptSubjects("null", "{split}")
        ),
        (
            "known through a whole",
            """
            \(scope), lone as (
                select distinct a.volume_id, l.part_id from lacuna.annotation_current a
                join lacuna.organ_link l on l.whole_id = a.organ_id and l.relation = 'division'
                where a.status = 'annotated' and not exists (
                    select from lacuna.annotation_current p where p.volume_id = a.volume_id and p.organ_id = l.part_id))
            select c.scope_id, l.part_id, count(*) from lone l join scope c using (volume_id) group by 1, 2 order by 1, 2
            """,
            "select scope_id, organ_id, n from lacuna.coverage_rows() where status = 'unlabelled' order by 1, 2"
        ),
    ]

    /// The subjects with an organ annotated or absent, by scope and organ.
    private static func subjects(in scope: String) -> String {
        """
        select c.scope_id, l.organ_id, count(distinct v.subject_id)
        from lacuna.label_states((select lacuna.current_revision())) l
        join \(scope) c on c.volume_id = l.volume_id and l.status in ('annotated', 'absent')
        """
    }

    static func keptSubjects(_ revision: String, _ kinds: String) -> String {
        """
        select scope_id, organ_id, sum(n) from (
            select scope_id, organ_id, n from lacuna.coverage_counts(\(revision), '\(kinds)') where status in ('annotated', 'absent')
            union all
            select scope_id, organ_id, -n from lacuna.coverage_surplus(\(revision), '\(kinds)')) u
        group by 1, 2 having sum(n) <> 0 order by 1, 2
        """
    }

    static func keptStates(_ revision: String) -> String {
        "select * from lacuna.coverage_counts(\(revision)) order by 1, 2, 3, 4, 5"
    }

    static func keptConfidence(_ revision: String) -> String {
        "select scope_id, organ_id, round((median * 200 - 0.5)::numeric) from lacuna.coverage_confidence(\(revision)) order by 1, 2"
    }

    static func keptVolumes(_ revision: String) -> String {
        "select * from lacuna.coverage_volumes(\(revision)) where volumes <> 0 or subjects <> 0 order by 1"
    }
}

/// The recorded counts equal a recount.
func expectTrueCoverage(_ world: World, _ comment: Comment? = nil) async throws {
    let revision = try await world.revision()
    let root = world.root
    #expect(
        try await root.ask(Recount.keptStates("null")) == root.ask(Recount.states(asOf: revision)), comment)
    #expect(
        try await root.ask(Recount.keptConfidence("null")) == root.ask(Recount.confidence(asOf: revision)), comment)
    #expect(try await root.ask(Recount.keptVolumes("null")) == root.ask(Recount.volumes), comment)
    for (name, counted, kept) in Recount.groupings {
        let note: Comment = "\(name), \(comment?.rawValue ?? "")"
        #expect(try await root.ask(kept) == root.ask(counted), note)
    }
}
