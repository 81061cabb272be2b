import TestSupport
import Testing

extension Place {
    /// Everything about annotations and the masks that imports made.
    func annotations() async throws -> [String] {
        try await ask(
            """
            select (select md5(string_agg(a::text, ';' order by id)) from lacuna.annotation a),
                (select md5(string_agg(c::text, ';' order by volume_id, organ_id)) from lacuna.annotation_current c),
                (select md5(string_agg(m::text, ';' order by m.id)) from lacuna.mask m
                    join lacuna.activity y on y.id = m.activity_id where y.kind = 'import')
            """)
    }

    /// Every pseudo label of the run: round, volume, organ, content, confidence.
    func labels() async throws -> [String] {
        try await ask(
            """
            select r.number, l.volume_id, o.key, encode(m.content_sha256, 'hex'), l.confidence
            from lacuna.pseudo_label l join lacuna.round r on r.id = l.round_id
            join lacuna.organ o on o.id = l.organ_id join lacuna.mask m on m.id = l.mask_id
            order by 1, 2, 3
            """)
    }

    /// The last checkpoint of every round and kind.
    func checkpoints() async throws -> [String] {
        try await ask(
            """
            select distinct on (r.number, c.kind) r.number, c.kind, c.step, encode(c.object_digest, 'hex')
            from lacuna.checkpoint c join lacuna.round r on r.id = c.round_id order by r.number, c.kind, c.step desc
            """)
    }

    /// Rounds with their state and the number of their labels.
    func rounds() async throws -> [String] {
        try await ask(
            """
            select r.number, r.state, r.published_change_id is not null,
                (select count(*) from lacuna.pseudo_label l where l.round_id = r.id)
            from lacuna.round r order by 1
            """)
    }

    /// The masks that a round predicted, also those that are withheld.
    func predictedMasks(ofRound number: Int) async throws -> Int {
        try await self.number(
            "select count(*) from lacuna.predicted_mask m join lacuna.round r on r.id = m.round_id where r.number = \(number)"
        )
    }

    /// What must be true at every moment, also after a kill.
    func expectInvariants(annotations before: [String], _ comment: Comment) async throws {
        for (rule, question) in Self.rules {
            #expect(try await number("select count(*) from (\(question)) broken") == 0, "\(comment): \(rule)")
        }
        #expect(try await annotations() == before, "\(comment): no annotation changes")
        #expect(try await ask(Self.keptCounts) == ask(Self.recount), "\(comment): coverage counts the visible labels")
        let verified = try await lacuna("verify", "--read-data")
        #expect(verified.status == 0, "\(comment): \(verified.output)")
    }

    private static let rules = [
        (
            "a round is published with its change, or the last one without",
            """
            select from lacuna.round r where (r.state = 'published') <> (r.published_change_id is not null)
            and not (r.state = 'published'
                and r.number = (select max(number) from lacuna.round where run_id = r.run_id))
            """
        ),
        (
            "a published round has all of its labels",
            """
            select from lacuna.round r join lacuna.run on run.id = r.run_id
            cross join jsonb_array_elements_text(r.record -> 'relabelling' -> 'organs') k
            join lacuna.organ o on o.key = k
            join lacuna.split_member m on m.split_id = run.split_id and m.part = 'train'
            join lacuna.volume v on v.subject_id = m.subject_id
            where r.published_change_id is not null and not exists (
                select from lacuna.run_input i where (i.run_id, i.volume_id, i.organ_id) = (run.id, v.id, o.id))
            and not exists (
                select from lacuna.pseudo_label l where (l.round_id, l.volume_id, l.organ_id) = (r.id, v.id, o.id))
            """
        ),
        (
            "only published rounds are visible",
            """
            select from lacuna.pseudo_pointer p join lacuna.round r on r.id = p.round_id
            where r.published_change_id is null
            """
        ),
        (
            "held-out volumes have no pseudo label",
            """
            select from lacuna.pseudo_label l join lacuna.round r on r.id = l.round_id
            join lacuna.run on run.id = r.run_id join lacuna.volume v on v.id = l.volume_id
            join lacuna.split_member m on m.split_id = run.split_id and m.subject_id = v.subject_id
            where m.part <> 'train'
            """
        ),
        (
            "no annotated organ has a pseudo label",
            """
            select from lacuna.pseudo_label l join lacuna.annotation_current a using (volume_id, organ_id)
            """
        ),
    ]

    private static let keptCounts = "select * from lacuna.coverage_counts(null) order by 1, 2, 3, 4, 5"

    private static let recount = """
        with scope as (
            select distinct s.volume_id, d.id as scope_id from lacuna.source s join lacuna.release r on r.id = s.release_id
            join lacuna.coverage_scope d on d.dataset_id = r.dataset_id or d.kind = 'catalogue')
        select c.scope_id, l.organ_id, l.status, l.origin, l.partial, count(*) as n
        from lacuna.label_states(lacuna.current_revision()) l join scope c using (volume_id)
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        """
}
