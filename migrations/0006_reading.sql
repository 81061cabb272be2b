-- Reads of label states: coverage with the sums that it is read from, and all states as of a revision.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

-- Deltas are fetched change by change, because few were made since the last snapshot, which the planner cannot know.

create function coverage_base(p_revision bigint) returns table (revision bigint, is_behind boolean)
language sql stable as $$
    select s.revision, exists (
        select from lacuna.change c where c.revision > s.revision and (p_revision is null or c.revision <= p_revision))
    from (select max(n.revision) from lacuna.coverage_snapshot n where p_revision is null or n.revision <= p_revision) s (revision)
$$;
comment on function coverage_base(bigint) is 'The newest snapshot as of a revision (null: now), and whether changes were made after it.';

create function coverage_rows(p_revision bigint default null, p_kinds coverage_scope_kind[] default '{catalogue,dataset}')
returns table (scope_id integer, organ_id smallint, status label_status, origin label_origin, partial boolean, n bigint)
language plpgsql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
#variable_conflict use_column
declare
    base bigint;
    is_behind boolean;
    scopes integer[] := scopes_of(p_kinds);
begin
    select * into base, is_behind from coverage_base(p_revision);
    if not is_behind then
        return query
        select s.scope_id, s.organ_id, s.status, s.origin, s.partial, s.n
        from coverage_sum s where s.revision = base and s.scope_id = any (scopes);
        return;
    end if;
    return query
    select u.scope_id, u.organ_id, u.status, u.origin, u.partial, sum(u.n)::bigint from (
        select s.scope_id, s.organ_id, s.status, s.origin, s.partial, s.n
        from coverage_sum s where s.revision = base and s.scope_id = any (scopes)
        union all
        select d.scope_id, d.organ_id, d.status, d.origin, d.partial, d.n
        from change c cross join lateral (select * from coverage_delta d where d.change_id = c.id offset 0) d
        where c.revision > base and (p_revision is null or c.revision <= p_revision)
          and d.scope_id = any (scopes)
    ) u group by 1, 2, 3, 4, 5 having sum(u.n) <> 0;
end $$;
comment on function coverage_rows(bigint, coverage_scope_kind[]) is 'The counts of label states in all scopes of some kinds as of a revision (null: now); status unlabelled counts volumes in which only a whole of the organ is annotated.';

create function coverage_counts(p_revision bigint default null, p_kinds coverage_scope_kind[] default '{catalogue,dataset}')
returns table (scope_id integer, organ_id smallint, status label_status, origin label_origin, partial boolean, n bigint)
language sql stable set search_path = pg_catalog, lacuna, pg_temp as $$
    select * from coverage_rows(p_revision, p_kinds) c where c.status <> 'unlabelled'
$$;
comment on function coverage_counts(bigint, coverage_scope_kind[]) is 'coverage_rows without the status unlabelled.';

-- The snapshot has the medians; bins are summed only where confidences were added or removed since.
create function coverage_confidence(p_revision bigint default null, p_kinds coverage_scope_kind[] default '{catalogue,dataset}')
returns table (scope_id integer, organ_id smallint, median real)
language plpgsql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
#variable_conflict use_column
declare
    base bigint;
    is_behind boolean;
    scopes integer[] := scopes_of(p_kinds);
begin
    select * into base, is_behind from coverage_base(p_revision);
    if not is_behind then
        return query
        select m.scope_id, m.organ_id, m.median
        from confidence_median m where m.revision = base and m.scope_id = any (scopes);
        return;
    end if;
    return query
    with recent as materialized (
        select d.scope_id, d.organ_id, d.bin, d.n
        from change c cross join lateral (select * from confidence_delta d where d.change_id = c.id offset 0) d
        where c.revision > base and (p_revision is null or c.revision <= p_revision)
          and d.scope_id = any (scopes)
    ), touched as materialized (
        select distinct r.scope_id, r.organ_id from recent r
    ), binned as (
        select u.scope_id, u.organ_id, u.bin, sum(u.n) as n from (
            select t.scope_id, t.organ_id, s.bin, s.n
            from touched t cross join lateral (
                select s.bin, s.n from confidence_sum s
                where s.revision = base and s.scope_id = t.scope_id and s.organ_id = t.organ_id
                offset 0) s
            union all
            select * from recent
        ) u group by 1, 2, 3 having sum(u.n) <> 0
    ), ranked as (
        select b.*, sum(n) over w as upto, sum(n) over (partition by b.scope_id, b.organ_id) as total
        from binned b window w as (partition by b.scope_id, b.organ_id order by bin)
    )
    select m.scope_id, m.organ_id, m.median
    from confidence_median m
    where m.revision = base and m.scope_id = any (scopes)
      and (m.scope_id, m.organ_id) not in (select t.scope_id, t.organ_id from touched t)
    union all
    select r.scope_id, r.organ_id, ((min(r.bin) + 0.5) / 200)::real
    from ranked r where 2 * r.upto >= r.total group by 1, 2;
end $$;
comment on function coverage_confidence(bigint, coverage_scope_kind[]) is 'The median confidence of the pseudo labels by scope and organ, correct to half a bin (0.0025), as of a revision (null: now).';

create function coverage_volumes(p_revision bigint default null, p_kinds coverage_scope_kind[] default '{catalogue,dataset}')
returns table (scope_id integer, volumes bigint, subjects bigint)
language plpgsql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
#variable_conflict use_column
declare
    base bigint;
    is_behind boolean;
    scopes integer[] := scopes_of(p_kinds);
begin
    select * into base, is_behind from coverage_base(p_revision);
    if not is_behind then
        return query
        select s.scope_id, s.volumes, s.subjects
        from volume_sum s where s.revision = base and s.scope_id = any (scopes);
        return;
    end if;
    return query
    select u.scope_id, sum(u.volumes)::bigint, sum(u.subjects)::bigint from (
        select s.scope_id, s.volumes, s.subjects from volume_sum s
        where s.revision = base and s.scope_id = any (scopes)
        union all
        select d.scope_id, d.volumes, d.subjects
        from change c cross join lateral (select * from volume_delta d where d.change_id = c.id offset 0) d
        where c.revision > base and (p_revision is null or c.revision <= p_revision)
          and d.scope_id = any (scopes)
    ) u group by 1;
end $$;
comment on function coverage_volumes(bigint, coverage_scope_kind[]) is 'The number of volumes and of subjects in all scopes of some kinds as of a revision (null: now).';

create function coverage_surplus(p_revision bigint default null, p_kinds coverage_scope_kind[] default '{catalogue,dataset}')
returns table (scope_id integer, organ_id smallint, n bigint)
language plpgsql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
#variable_conflict use_column
declare
    base bigint;
    is_behind boolean;
    scopes integer[] := scopes_of(p_kinds);
begin
    select * into base, is_behind from coverage_base(p_revision);
    return query
    select u.scope_id, u.organ_id, sum(u.n)::bigint from (
        select s.scope_id, s.organ_id, s.n from surplus_sum s where s.revision = base and s.scope_id = any (scopes)
        union all
        select d.scope_id, d.organ_id, d.n
        from change c cross join lateral (select * from surplus_delta d where d.change_id = c.id offset 0) d
        where is_behind and c.revision > base and (p_revision is null or c.revision <= p_revision)
          and d.scope_id = any (scopes)
    ) u group by 1, 2 having sum(u.n) <> 0;
end $$;
comment on function coverage_surplus(bigint, coverage_scope_kind[]) is 'The number of volumes with an organ annotated or absent beyond the first of each subject, in all scopes of some kinds as of a revision (null: now).';

create function compact_coverage(p_least integer default 0) returns bigint language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    base bigint;
    upto bigint;
begin
    perform pg_advisory_xact_lock(compaction_lock());
    select max(revision) into base from coverage_snapshot;
    select coalesce(max(revision), 0) into upto from change;
    if upto <= base or (p_least > 0 and p_least > (
        select count(*) from (
            select 1 from change c cross join lateral (
                select from coverage_delta d where d.change_id = c.id union all select from confidence_delta d where d.change_id = c.id
            ) d where c.revision > base limit p_least) appended)) then
        return base;
    end if;
    insert into confidence_median
    select upto, m.scope_id, m.organ_id, m.median from coverage_confidence(upto, enum_range(null::coverage_scope_kind)) m;
    insert into coverage_snapshot values (upto);
    insert into coverage_sum
    select upto, scope_id, organ_id, status, origin, partial, sum(n) from (
        select scope_id, organ_id, status, origin, partial, n from coverage_sum where revision = base
        union all
        select d.scope_id, d.organ_id, d.status, d.origin, d.partial, d.n
        from change c cross join lateral (select * from coverage_delta d where d.change_id = c.id offset 0) d
        where c.revision > base and c.revision <= upto
    ) u group by scope_id, organ_id, status, origin, partial having sum(n) <> 0;
    insert into confidence_sum
    select upto, scope_id, organ_id, bin, sum(n) from (
        select scope_id, organ_id, bin, n from confidence_sum where revision = base
        union all
        select d.scope_id, d.organ_id, d.bin, d.n
        from change c cross join lateral (select * from confidence_delta d where d.change_id = c.id offset 0) d
        where c.revision > base and c.revision <= upto
    ) u group by scope_id, organ_id, bin having sum(n) <> 0;
    insert into volume_sum
    select upto, scope_id, sum(volumes), sum(subjects) from (
        select scope_id, volumes, subjects from volume_sum where revision = base
        union all
        select d.scope_id, d.volumes, d.subjects
        from change c cross join lateral (select * from volume_delta d where d.change_id = c.id offset 0) d
        where c.revision > base and c.revision <= upto
    ) u group by scope_id;
    insert into surplus_sum
    select upto, scope_id, organ_id, sum(n) from (
        select scope_id, organ_id, n from surplus_sum where revision = base
        union all
        select d.scope_id, d.organ_id, d.n
        from change c cross join lateral (select * from surplus_delta d where d.change_id = c.id offset 0) d
        where c.revision > base and c.revision <= upto
    ) u group by scope_id, organ_id having sum(n) <> 0;
    return upto;
end $$;
comment on function compact_coverage(integer) is 'Sums all committed deltas into a new snapshot and returns its revision; where fewer than p_least rows were added since the last snapshot, returns that.';

create function case_name(p_volume bigint, p_dataset text) returns text
language sql stable set search_path = pg_catalog, lacuna, pg_temp as $$
    select d.name || '/' || s.case_name from source s join release r on r.id = s.release_id join dataset d on d.id = r.dataset_id
    left join withdrawn_dataset g on g.dataset_id = d.id
    where s.volume_id = p_volume order by d.name is distinct from p_dataset, g.dataset_id is not null, s.id limit 1
$$;
comment on function case_name(bigint, text) is 'DATASET/CASE of a volume, if possible in a dataset (null: any), else in one that is in use; the first that was recorded.';
grant execute on function case_name(bigint, text) to lacuna_manager;

-- As current_label, from history, and in the same order of labels. It cannot read the view, which reads derived tables of now.
create function label_states(
    p_revision bigint, p_volume bigint default null, p_organ smallint default null, p_datasets integer[] default null)
returns table (
    volume_id bigint, organ_id smallint, status label_status, origin label_origin, partial boolean, mask_id bigint,
    confidence real, round_id bigint, annotation_id bigint, revision bigint, activity_id bigint)
language plpgsql stable set search_path = pg_catalog, lacuna, pg_temp set plan_cache_mode = force_custom_plan set jit = off as $$
#variable_conflict use_column
begin
    -- Planned for its arguments each time: a plan for any volume or all reads every annotation to find one volume's.
    return query
    with policy as materialized (
        select p.kind, p.datasets from annotation_policy p join change c on c.id = p.change_id
        where c.revision <= p_revision order by p.id desc limit 1
    ), removed as materialized (
        select r.id as release_id from release r
        where (select w.withdrawn from withdrawal w join change c on c.id = w.change_id
               where w.dataset_id = r.dataset_id and c.revision <= p_revision order by w.id desc limit 1)
    ), withheld as materialized (
        select h.volume_id from (
            select distinct on (v.volume_id) v.volume_id, v.withheld
            from volume_withholding v join change c on c.id = v.change_id
            where c.revision <= p_revision and (p_volume is null or v.volume_id = p_volume)
            order by v.volume_id, v.id desc) h
        where h.withheld
    ), latest as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater, a.partitioned, a.proposed,
                case when a.proposed then a.source_id end)
            a.id, a.volume_id, a.organ_id, a.release_id, a.ranked_release, a.status, a.origin, a.extent is not null as partial,
            a.mask_id, a.proposed, c.revision, c.activity_id
        from annotation a join change c on c.id = a.change_id
        where c.revision <= p_revision
          and (not a.proposed or p_datasets is not null and a.release_id is not null and a.rater is null and not a.partitioned)
          and (p_volume is null or a.volume_id = p_volume) and (p_organ is null or a.organ_id = p_organ)
          and (p_datasets is null or a.release_id is null
               or a.release_id in (select n.id from release n where n.dataset_id = any (p_datasets)))
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.partitioned, a.proposed, case when a.proposed then a.source_id end,
            a.id desc
    ), annotated as ( -- a held label of one of the datasets only where nothing in them contradicts it
        select distinct on (w.volume_id, w.organ_id) w.*
        from latest w left join release r on r.id = w.release_id left join policy p on true
        where w.status <> 'unlabelled'
          and not exists (select from removed g where g.release_id = w.release_id)
          and not exists (select from withheld h where h.volume_id = w.volume_id)
        order by w.volume_id, w.organ_id, w.proposed, annotation_rank(p.kind, p.datasets, r.dataset_id, w.ranked_release) nulls first,
            w.origin, w.ranked_release desc nulls first, w.id desc
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
          and not exists (select from withheld h where h.volume_id = l.volume_id)
          and not exists (
            select from rejected_mask j join change c on c.id = j.change_id where j.mask_id = l.mask_id and c.revision <= p_revision)
    ), offered as (
        select distinct on (s.volume_id, s.organ_id, s.release_id)
            s.volume_id, s.organ_id, s.release_id, s.mask_id, c.revision, c.activity_id
        from shipped_label s join change c on c.id = s.change_id
        where c.revision <= p_revision
          and (p_volume is null or s.volume_id = p_volume) and (p_organ is null or s.organ_id = p_organ)
          and (p_datasets is null
               or s.release_id in (select n.id from release n where n.dataset_id = any (p_datasets)))
          and not exists (select from removed g where g.release_id = s.release_id)
          and not exists (select from withheld h where h.volume_id = s.volume_id)
        order by s.volume_id, s.organ_id, s.release_id, s.id desc
    ), shipped as (
        select distinct on (o.volume_id, o.organ_id) o.* from offered o where o.mask_id is not null
        order by o.volume_id, o.organ_id, o.release_id desc
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
      and not exists (select from pseudo p where (p.volume_id, p.organ_id) = (s.volume_id, s.organ_id));
end $$;

comment on function label_states(bigint, bigint, smallint, integer[]) is 'The label of each organ in each volume as of a revision, computed from history; an organ without a row is unlabelled. With datasets: as if no other dataset had been imported, so that a label that is held against another dataset is used; labels of persons and runs belong to none.';

grant execute on function coverage_base(bigint), coverage_rows(bigint, coverage_scope_kind[]),
    coverage_counts(bigint, coverage_scope_kind[]), coverage_confidence(bigint, coverage_scope_kind[]),
    coverage_volumes(bigint, coverage_scope_kind[]), coverage_surplus(bigint, coverage_scope_kind[]) to lacuna_manager;
grant execute on function compact_coverage(integer) to lacuna_manager, lacuna_trainer;
grant execute on function label_states(bigint, bigint, smallint, integer[]) to lacuna_manager;
