"""All SQL of the package. Order and conditions are those of the programs' statements of the same purpose."""

# ruff: noqa: E501

from __future__ import annotations

READ_ONLY = "set default_transaction_read_only = on"

#: The login, and whether it may read the catalogue.
READER = """
    select session_user, pg_has_role(current_user, 'lacuna_manager', 'usage') or pg_has_role(current_user, 'lacuna_owner', 'usage')
    """

CURRENT_REVISION = "select lacuna.current_revision()"

CATALOGUE = "select id::text from lacuna.catalogue"

#: Binds: a time, three times. The newest revision, and whether the time is in the future.
REVISION_AT = r"""
    with wanted as (
        select case when %s ~ '^\d{4}-\d{2}-\d{2}$' then %s::text::date + interval '1 day' else %s::text::timestamptz end as time)
    select (select max(revision) from lacuna.change where committed_at < wanted.time), wanted.time > clock_timestamp() + interval '1 day'
    from wanted
    """

ORGANS = """
    select o.key, o.name, o.is_lesion, h.key from lacuna.organ o left join lacuna.organ h on h.id = o.host_id
    order by o.position, o.id
    """

ORGAN_LINKS = """
    select p.key, w.key, l.relation from lacuna.organ_link l
    join lacuna.organ p on p.id = l.part_id join lacuna.organ w on w.id = l.whole_id order by w.position, p.position
    """

ORGAN_SYNONYMS = """
    select s.name, o.key from lacuna.organ_synonym s join lacuna.organ o on o.id = s.organ_id order by s.name
    """

#: Binds: a revision (null: now), five times. Kind, organ, status, origin, partial, number, median.
COVERAGE = """
    select 'count', o.key, c.status::text, c.origin::text, c.partial, c.n::bigint, null::float8
    from lacuna.coverage_rows(%s::bigint, '{catalogue}') c join lacuna.organ o on o.id = c.organ_id
    union all
    select 'size', null, null, null, null, volumes::bigint, null from lacuna.coverage_volumes(%s::bigint, '{catalogue}')
    union all
    select 'surplus', o.key, null, null, null, c.n::bigint, null
    from lacuna.coverage_surplus(%s::bigint, '{catalogue}') c join lacuna.organ o on o.id = c.organ_id
    union all
    select 'median', o.key, null, null, null, null, c.median::float8
    from lacuna.coverage_confidence(%s::bigint, '{catalogue}') c join lacuna.organ o on o.id = c.organ_id
    union all
    select 'division', p.key, w.key, null, null, null, null from lacuna.organ_link l
    join lacuna.organ p on p.id = l.part_id join lacuna.organ w on w.id = l.whole_id
    where l.relation = 'division' and %s::bigint is null
    """

#: Organ and mean Dice on held-out volumes, of the rounds whose labels are current.
HELD_OUT_DICE = """
    select o.key, avg(e.dice)::float8 from lacuna.evaluation e join lacuna.organ o on o.id = e.organ_id
    where e.dice is not null and exists (
        select from lacuna.pseudo_pointer p where (p.round_id, p.organ_id) = (e.round_id, e.organ_id))
    group by e.round_id, o.key
    """

#: Organ, soft Dice, predicted Dice and its bounds, of the rounds whose labels are current.
LABEL_QUALITY = """
    select o.key, q.soft_dice::float8, q.dice::float8, q.dice_lower::float8, q.dice_upper::float8
    from lacuna.label_quality q join lacuna.organ o on o.id = q.organ_id
    where exists (select from lacuna.pseudo_pointer p where (p.round_id, p.organ_id) = (q.round_id, q.organ_id))
    """

#: Binds: a dataset (null: all) twice, whether withheld volumes are included, a volume (null: all) twice. One row a source.
VOLUMES = """
    with page as (
        select v.* from lacuna.volume v
        where (%(dataset)s::text is null or exists (
                select from lacuna.source s join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id
                where s.volume_id = v.id and d.name = %(dataset)s
                  and (exists (select from lacuna.withheld_volume h where h.volume_id = v.id)
                       or exists (select from lacuna.volume_dataset m where (m.volume_id, m.dataset_id) = (v.id, d.id)))))
          and (%(withheld)s or not exists (select from lacuna.withheld_volume h where h.volume_id = v.id))
          and (%(volume)s::bigint is null or v.id = %(volume)s))
    select p.id, j.name, p.shape_x, p.shape_y, p.shape_z, p.modality,
        (select case when w.volume_id is null then 'removed: ' else 'excluded: ' end || w.reason
         from lacuna.withheld_volume h join lacuna.withdrawal w on w.id = h.withdrawal_id where h.volume_id = p.id),
        d.name, r.name, s.case_name, s.file, i.root, encode(s.file_sha256, 'hex'), s.affine, s.orientation, n.modality,
        g.dataset_id is not null, s.study, s.phase
    from page p
    cross join lateral (select name from lacuna.subject where id = p.subject_id offset 0) j
    cross join lateral (select * from lacuna.source where volume_id = p.id offset 0) s
    join lacuna.source_modality_now n on n.source_id = s.id
    join lacuna.release r on r.id = s.release_id
    join lacuna.release i on i.id = coalesce(s.image_release_id, s.release_id)
    join lacuna.dataset d on d.id = r.dataset_id
    left join lacuna.withdrawn_dataset g on g.dataset_id = d.id
    order by p.id, g.dataset_id is not null, s.id
    """

#: Binds: a name. The volumes with that id or, as DATASET/CASE, the newest source of the case.
RESOLVE_VOLUME = """
    select id from lacuna.volume where %(name)s ~ '^[0-9]{1,18}$' and id = case when %(name)s ~ '^[0-9]{1,18}$' then %(name)s::text::bigint end
    union
    (select s.volume_id from lacuna.dataset d join lacuna.release r on r.dataset_id = d.id
     join lacuna.source s on s.release_id = r.id and s.case_name = substr(%(name)s, length(d.name) + 2)
     where starts_with(%(name)s, d.name || '/') order by s.id desc limit 1)
    """

#: Binds: a revision, a volume (null: all), organs (null: all). By volume and the organ's position.
LABELS = """
    with spacing as (
        select s.volume_id, min(s.spacing[1] * s.spacing[2] * s.spacing[3]) as smallest,
            max(s.spacing[1] * s.spacing[2] * s.spacing[3]) as largest,
            (array_agg(d.name || '/' || s.case_name order by s.id))[1] as case_name
        from lacuna.source s join lacuna.release e on e.id = s.release_id join lacuna.dataset d on d.id = e.dataset_id
        where %(volume)s::bigint is null or s.volume_id = %(volume)s group by s.volume_id)
    select l.mask_id, l.volume_id, g.case_name, o.key, l.status::text,
        coalesce(run.name || '/' || r.number, h.name, lacuna.annotation_source(d.name, e.name, a.rater, a.partitioned)),
        l.origin::text, m.voxels, case when g.largest <= 1.001 * g.smallest then m.voxels * g.smallest / 1000 end,
        run.name || '/' || r.number, l.confidence::float8, p.dice::float8, p.dice_lower::float8, p.dice_upper::float8, p.soft_dice::float8, l.revision, l.activity_id,
        b.purged_at is not null
    from lacuna.label_states(%(revision)s, %(volume)s::bigint, %(only)s::smallint) l
    join lacuna.organ o on o.id = l.organ_id
    left join spacing g using (volume_id)
    left join lacuna.mask m on m.id = l.mask_id
    left join lacuna.object b on b.digest = m.object_digest
    left join lateral (
        select k.* from lacuna.pseudo_label k where l.round_id is not null and k.mask_id = l.mask_id and not k.carried) p on true
    left join lacuna.round r on r.id = p.round_id
    left join lacuna.run on run.id = r.run_id
    left join lacuna.annotation a on a.id = l.annotation_id
    left join lacuna.release e on e.id = a.release_id left join lacuna.dataset d on d.id = e.dataset_id
    left join lateral (
        select t.name || ' ' || q.name as name
        from lacuna.shipped_label s join lacuna.release q on q.id = s.release_id join lacuna.dataset t on t.id = q.dataset_id
        where l.annotation_id is null and l.round_id is null
          and (s.volume_id, s.organ_id, s.mask_id) = (l.volume_id, l.organ_id, l.mask_id)
        order by s.id desc limit 1) h on true
    where %(organs)s::text[] is null or o.key = any (%(organs)s)
    order by l.volume_id, o.position
    """

ORGAN_NUMBER = "select id from lacuna.organ where key = %s"

#: Binds: a revision, a volume (null: all). The volumes in use as of the revision, with DATASET/CASE of their first source.
VOLUMES_IN_USE = """
    select v.id, (
        select d.name || '/' || s.case_name from lacuna.source s join lacuna.release e on e.id = s.release_id
        join lacuna.dataset d on d.id = e.dataset_id where s.volume_id = v.id order by s.id limit 1)
    from lacuna.volume v
    where (%(volume)s::bigint is null or v.id = %(volume)s)
      and exists (
        select from lacuna.source s join lacuna.change c on c.id = s.change_id
        where s.volume_id = v.id and c.revision <= %(revision)s)
      and not coalesce((
        select h.withheld from lacuna.volume_withholding h join lacuna.change c on c.id = h.change_id
        where h.volume_id = v.id and c.revision <= %(revision)s order by h.id desc limit 1), false)
    order by v.id
    """

#: Binds: a mask.
MASK = """
    select m.id, m.volume_id, o.key, array[v.shape_x, v.shape_y, v.shape_z], encode(m.content_sha256, 'hex'),
        encode(m.object_digest, 'hex'), m.object_offset, m.object_length, m.voxels, m.known_voxels,
        (select a.extent from lacuna.annotation a where a.mask_id = m.id order by a.id limit 1),
        exists (select from lacuna.predicted_mask l where l.mask_id = m.id), b.purged_at is not null,
        (select case when w.volume_id is null then 'removed: ' else 'excluded: ' end || w.reason
         from lacuna.withheld_volume h join lacuna.withdrawal w on w.id = h.withdrawal_id where h.volume_id = m.volume_id),
        exists (
            select from lacuna.withdrawn_dataset g join lacuna.release r using (dataset_id)
            where r.id in (
                select a.release_id from lacuna.annotation a where a.mask_id = m.id
                union all select s.release_id from lacuna.shipped_label s where s.mask_id = m.id))
            or lacuna.derives_from_removed(m.id)
    from lacuna.mask m join lacuna.organ o on o.id = m.organ_id join lacuna.volume v on v.id = m.volume_id
    join lacuna.object b on b.digest = m.object_digest
    where m.id = %s
    """

#: Binds: a revision, a volume, names of datasets (empty: all). The labels that an export takes, by the organs' positions.
EXPORT_LABELS = """
    select o.key, l.status::text, l.origin::text, l.confidence::float8, m.id, a.extent
    from lacuna.label_states(%(revision)s, %(volume)s, null,
        case when cardinality(%(datasets)s::text[]) > 0
            then array(select n.id from lacuna.dataset n where n.name = any (%(datasets)s)) end) l
    join lacuna.organ o on o.id = l.organ_id
    left join lacuna.mask m on m.id = l.mask_id
    left join lacuna.annotation a on a.id = l.annotation_id
    left join lacuna.release e on e.id = coalesce(
        a.release_id,
        (select s.release_id from lacuna.shipped_label s
         where l.annotation_id is null and l.round_id is null and s.mask_id = l.mask_id limit 1))
    where not exists (select from lacuna.withdrawn_dataset w where w.dataset_id = e.dataset_id)
      and not lacuna.is_recalled(l.round_id)
      and not lacuna.derives_from_removed(l.mask_id)
    order by o.position
    """

DATASETS = "select name from lacuna.dataset order by name"

SPLITS = "select name from lacuna.split order by name"

#: Binds: a split. The name of each subject of it, and its part.
SPLIT_PARTS = """
    select j.name, m.part::text from lacuna.split s join lacuna.split_member m on m.split_id = s.id
    join lacuna.subject j on j.id = m.subject_id where s.name = %s
    """

LOCKED_VOLUMES = "select id from lacuna.volume where subject_id in (select subject_id from lacuna.locked_subject)"
