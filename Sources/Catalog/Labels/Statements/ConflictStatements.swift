import Domain
import Postgres

struct ListLabelVersions: Statement {
    static let sql = """
        with wanted as (select id from lacuna.organ where key = $2),
        current as (
            select l.mask_id, l.annotation_id
            from lacuna.label_states(lacuna.current_revision(), $1, (select id from wanted)) l),
        latest as (
            select distinct on (a.release_id, a.rater, a.partitioned, a.proposed, case when a.proposed then a.source_id end) a.* from lacuna.annotation a
            where a.volume_id = $1 and a.organ_id = (select id from wanted)
            order by a.release_id, a.rater, a.partitioned, a.proposed, case when a.proposed then a.source_id end, a.id desc),
        found as (
            select w.mask_id, lacuna.annotation_source(d.name, r.name, w.rater, w.partitioned) as source, w.status, w.origin,
                w.id = (select annotation_id from current) as is_current, w.proposed, 1 as part, w.id, w.extent
            from latest w left join lacuna.release r on r.id = w.release_id left join lacuna.dataset d on d.id = r.dataset_id
            where w.status <> 'unlabelled'
              and not exists (select from lacuna.withdrawn_dataset g where g.dataset_id = r.dataset_id)
            union all
            select l.mask_id, run.name || '/' || r.number, 'pseudo', 'model', l.mask_id = (select mask_id from current), false, 2,
                l.mask_id, null
            from lacuna.pseudo_pointer p join lacuna.pseudo_label l on (l.round_id, l.organ_id) = (p.round_id, p.organ_id)
            join lacuna.pseudo_label k on k.mask_id = l.mask_id and not k.carried
            join lacuna.round r on r.id = k.round_id join lacuna.run on run.id = r.run_id
            where l.volume_id = $1 and l.organ_id = (select id from wanted)
              and not exists (select from lacuna.withheld_volume h where h.volume_id = l.volume_id)
              and not exists (select from lacuna.rejected_mask j where j.mask_id = l.mask_id)
            union all
            select s.mask_id, d.name || ' ' || r.name, 'pseudo', 'model', s.mask_id = (select mask_id from current), false, 3, s.id,
                null
            from lacuna.shipped_current c join lacuna.shipped_label s on s.id = c.shipped_label_id
            join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id
            where c.volume_id = $1 and c.organ_id = (select id from wanted))
        select m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, f.source, f.status, f.origin,
            coalesce(f.is_current, false), f.proposed, f.extent, f.part = 2
        from found f left join lacuna.mask m on m.id = f.mask_id
        order by f.is_current desc nulls last, f.part, f.id
        """
    let volume: VolumeID
    let organ: OrganKey
    var binds: [any PostgresBindable] { [volume, organ] }
    func decode(_ row: PostgresRow) throws -> LabelVersion {
        LabelVersion(
            mask: try MaskLocation.ifPresent(in: row, from: 0), source: try row.decode(5), status: try row.decode(6),
            origin: try row.decode(7), isCurrent: try row.decode(8), isProposed: try row.decode(9),
            limits: try LabelLimits(row, from: 10))
    }
}

struct CurrentPolicy: Statement {
    static let sql = """
        select p.kind, array(select d.name from unnest(p.datasets) with ordinality as n (id, i)
                             join lacuna.dataset d using (id) order by n.i), c.revision
        from lacuna.annotation_policy p join lacuna.change c on c.id = p.change_id order by p.id desc limit 1
        """
    func decode(_ row: PostgresRow) throws -> AnnotationPolicy {
        guard let kind = AnnotationPolicy.Kind(rawValue: try row.decode(0)) else {
            throw try row.field(0).mismatch("a policy")
        }
        return AnnotationPolicy(kind: kind, datasets: try row.decode(1), revision: try row.decode(2))
    }
}

/// The change, or nil where the policy is in force already.
struct SetPolicy: Statement {
    static let sql = "select lacuna.set_policy($1, $2::text[], $3, $4)"
    let policy: AnnotationPolicy
    let reason: String
    let program: String
    var binds: [any PostgresBindable] { [policy.kind.rawValue, policy.datasets, reason, program] }
    func decode(_ row: PostgresRow) throws -> ChangeID? { try row.decode(0) }
}
