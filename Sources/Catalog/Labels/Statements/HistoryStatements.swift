import Domain
import Postgres

/// A pointer is an event of a volume that its round labelled, or that an earlier round of the run did. The round of a mask is the one
/// that predicted it, also where a later round keeps it.
struct LabelHistory: Statement {
    static let sql = """
        with wanted as (select id from lacuna.organ where key = $2),
        shown as (
            select mask_id, annotation_id from lacuna.label_states(lacuna.current_revision(), $1, (select id from wanted))),
        event as (
            select a.id as annotation_id, a.mask_id, a.status, a.origin, a.release_id, null::bigint as round_id,
                case when not a.partitioned and (a.release_id is null or a.rater is not null) then coalesce(a.rater, '') end as rater,
                null::real as confidence, null::bigint as shown_id, a.change_id, a.proposed
            from lacuna.annotation a where a.volume_id = $1 and a.organ_id = (select id from wanted)
            union all
            select null, s.mask_id, case when s.mask_id is null then 'unlabelled' else 'pseudo' end::lacuna.label_status,
                'model', s.release_id, null, null, null, null, s.change_id, false
            from lacuna.shipped_label s where s.volume_id = $1 and s.organ_id = (select id from wanted)
            union all
            select null, l.mask_id, case when l.mask_id is null then 'unlabelled' else 'pseudo' end::lacuna.label_status,
                'model', null, case when l.carried then k.round_id else p.round_id end, null, l.confidence, l.round_id,
                p.change_id, false
            from lacuna.round_pointer p
            left join lacuna.pseudo_label l on (l.round_id, l.volume_id, l.organ_id) = (p.round_id, $1, p.organ_id)
            left join lacuna.pseudo_label k on l.carried and k.mask_id = l.mask_id and not k.carried
            where p.organ_id = (select id from wanted) and (l.mask_id is not null or exists (
                select from lacuna.pseudo_label e join lacuna.round r on r.id = e.round_id
                where e.volume_id = $1 and e.organ_id = p.organ_id and r.run_id = p.run_id
                  and r.published_change_id < p.change_id))
            union all
            select null, null, 'unlabelled', 'model', null, null, v.person, null, null, j.change_id, false
            from lacuna.review v join lacuna.rejected_mask j on j.change_id = v.change_id
            where v.volume_id = $1 and v.organ_id = (select id from wanted)
        ),
        numbered as (
            select e.*, c.revision, c.committed_at, c.activity_id,
                row_number() over (order by c.revision, e.annotation_id, e.mask_id) as n,
                coalesce(e.annotation_id = s.annotation_id or (e.annotation_id is null and e.mask_id = s.mask_id), false)
                    as matches
            from event e join lacuna.change c on c.id = e.change_id left join shown s on true
        )
        select t.mask_id, m.parent_id, t.status, t.origin, d.name, run.name || '/' || r.number, t.confidence, m.voxels,
            t.revision, to_char(t.committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), y.agent, y.id, y.kind,
            y.reason, t.matches and t.n = max(t.n) filter (where t.matches) over (), t.rater, y.account,
            coalesce(h.status, 'unlabelled'), h.mask_id, t.proposed, l.soft_dice, l.dice, l.dice_lower, l.dice_upper
        from numbered t
        join lacuna.activity y on y.id = t.activity_id
        left join lacuna.mask m on m.id = t.mask_id
        left join lacuna.release e on e.id = t.release_id
        left join lacuna.dataset d on d.id = e.dataset_id
        left join lacuna.round r on r.id = t.round_id
        left join lacuna.run on run.id = r.run_id
        left join lacuna.pseudo_label l on (l.round_id, l.volume_id, l.organ_id) = (t.shown_id, $1, (select id from wanted))
        left join lateral lacuna.label_states(t.revision, $1, (select id from wanted)) h on true
        order by t.n
        """
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> LabelEvent {
        LabelEvent(
            mask: try row.decode(0), parent: try row.decode(1), status: try row.decode(2), origin: try row.decode(3),
            dataset: try row.decode(4), rater: try row.decode(15), round: try row.decode(5),
            confidence: try row.decode(6), quality: try MaskQuality.ifPresent(in: row, from: 20),
            voxels: try row.decode(7), revision: try row.decode(8),
            time: try row.decode(9), who: try row.decode(10), account: try row.decode(16),
            activity: try row.decode(11), kind: try row.decode(12), reason: try row.decode(13),
            isProposed: try row.decode(19), isCurrent: try row.decode(14, as: Bool?.self) ?? false,
            statusAfter: try row.decode(17),
            maskAfter: try row.decode(18))
    }
}
