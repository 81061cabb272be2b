-- Questions about label states: coverage, and every state as of a revision.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create function coverage_counts(p_revision bigint default null)
returns table (dataset_id integer, organ_id smallint, status label_status, origin label_origin, partial boolean, n bigint)
language sql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with base as (select max(revision) as revision from coverage_snapshot where p_revision is null or revision <= p_revision)
    select u.dataset_id, u.organ_id, u.status, u.origin, u.partial, sum(u.n)::bigint from (
        select s.dataset_id, s.organ_id, s.status, s.origin, s.partial, s.n from coverage_sum s join base using (revision)
        union all
        select d.dataset_id, d.organ_id, d.status, d.origin, d.partial, d.n
        from base join change c on c.revision > base.revision and (p_revision is null or c.revision <= p_revision)
        join coverage_delta d on d.change_id = c.id
    ) u group by 1, 2, 3, 4, 5 having sum(u.n) <> 0
$$;

-- The median of the binned confidences: the middle of the bin that holds it, right to half a bin (0.0025). The snapshot has
-- it; only where confidences came or went since are bins summed.
create function coverage_confidence(p_revision bigint default null)
returns table (dataset_id integer, organ_id smallint, median real)
language sql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with base as (select max(revision) as revision from coverage_snapshot where p_revision is null or revision <= p_revision),
    recent as materialized (
        select d.dataset_id, d.organ_id, d.bin, d.n
        from base join change c on c.revision > base.revision and (p_revision is null or c.revision <= p_revision)
        join confidence_delta d on d.change_id = c.id
    ),
    touched as materialized (select distinct r.dataset_id, r.organ_id from recent r),
    binned as (
        select u.dataset_id, u.organ_id, u.bin, sum(u.n) as n from (
            select s.dataset_id, s.organ_id, s.bin, s.n
            from confidence_sum s join base using (revision) join touched using (dataset_id, organ_id)
            union all
            select * from recent
        ) u group by 1, 2, 3 having sum(u.n) <> 0
    ),
    ranked as (
        select b.*, sum(n) over w as upto, sum(n) over (partition by b.dataset_id, b.organ_id) as total
        from binned b window w as (partition by b.dataset_id, b.organ_id order by bin)
    )
    select m.dataset_id, m.organ_id, m.median
    from confidence_median m join base using (revision)
    where not exists (select from touched t where (t.dataset_id, t.organ_id) = (m.dataset_id, m.organ_id))
    union all
    select r.dataset_id, r.organ_id, ((min(r.bin) + 0.5) / 200)::real
    from ranked r where 2 * r.upto >= r.total group by 1, 2
$$;

create function coverage_volumes(p_revision bigint default null)
returns table (dataset_id integer, volumes bigint, subjects bigint)
language sql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with base as (select max(revision) as revision from coverage_snapshot where p_revision is null or revision <= p_revision)
    select u.dataset_id, sum(u.volumes)::bigint, sum(u.subjects)::bigint from (
        select s.dataset_id, s.volumes, s.subjects from volume_sum s join base using (revision)
        union all
        select d.dataset_id, d.volumes, d.subjects
        from base join change c on c.revision > base.revision and (p_revision is null or c.revision <= p_revision)
        join volume_delta d on d.change_id = c.id
    ) u group by 1
$$;

-- Every known state as of a revision, computed from history alone; unlabelled is the absence of a row.
create function label_states(p_revision bigint, p_volume bigint default null, p_organ smallint default null)
returns table (
    volume_id bigint, organ_id smallint, status label_status, origin label_origin, partial boolean, mask_id bigint,
    confidence real, round_id bigint, annotation_id bigint, revision bigint, activity_id bigint)
language sql stable set search_path = pg_catalog, lacuna, pg_temp as $$
    with word as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater)
            a.id, a.volume_id, a.organ_id, a.release_id, a.status, a.origin, a.extent is not null as partial, a.mask_id,
            c.revision, c.activity_id
        from annotation a join change c on c.id = a.change_id
        where c.revision <= p_revision
          and (p_volume is null or a.volume_id = p_volume) and (p_organ is null or a.organ_id = p_organ)
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.id desc
    ), annotated as (
        select distinct on (w.volume_id, w.organ_id) w.* from word w where w.status <> 'unlabelled'
        order by w.volume_id, w.organ_id, w.origin, w.release_id desc nulls first, w.id desc
    ), adopted as (
        select ad.run_id from adoption ad join change c on c.id = ad.change_id
        where c.revision <= p_revision order by ad.id desc limit 1
    ), pointer as (
        select distinct on (p.organ_id) p.organ_id, p.round_id, c.revision
        from round_pointer p join change c on c.id = p.change_id
        where p.run_id = (select run_id from adopted) and c.revision <= p_revision
        order by p.organ_id, p.id desc
    ), pseudo as (
        select l.volume_id, l.organ_id, l.mask_id, l.confidence, l.round_id, p.revision
        from pointer p join pseudo_label l on l.round_id = p.round_id and l.organ_id = p.organ_id
        where (p_volume is null or l.volume_id = p_volume) and (p_organ is null or l.organ_id = p_organ)
    ), shipped as (
        select distinct on (s.volume_id, s.organ_id) s.volume_id, s.organ_id, s.mask_id, c.revision, c.activity_id
        from shipped_label s join change c on c.id = s.change_id
        where c.revision <= p_revision
          and (p_volume is null or s.volume_id = p_volume) and (p_organ is null or s.organ_id = p_organ)
        order by s.volume_id, s.organ_id, s.release_id desc, s.id desc
    )
    select a.volume_id, a.organ_id, a.status, a.origin, a.partial, a.mask_id, null::real, null::bigint, a.id, a.revision,
        a.activity_id
    from annotated a
    union all
    select p.volume_id, p.organ_id, 'pseudo', 'model', false, p.mask_id, p.confidence, p.round_id, null, p.revision, m.activity_id
    from pseudo p join mask m on m.id = p.mask_id
    where not exists (select from annotated a where (a.volume_id, a.organ_id) = (p.volume_id, p.organ_id))
    union all
    select s.volume_id, s.organ_id, 'pseudo', 'model', false, s.mask_id, null, null, null, s.revision, s.activity_id
    from shipped s
    where not exists (select from annotated a where (a.volume_id, a.organ_id) = (s.volume_id, s.organ_id))
      and not exists (select from pseudo p where (p.volume_id, p.organ_id) = (s.volume_id, s.organ_id))
$$;

grant execute on function coverage_counts(bigint), coverage_confidence(bigint), coverage_volumes(bigint) to lacuna_manager, lacuna_trainer;
grant execute on function label_states(bigint, bigint, smallint) to lacuna_manager;
