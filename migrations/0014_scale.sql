-- Counts for every grouping of coverage, kept as the rows come: the whole catalogue, datasets, parts of splits, published
-- rounds, and organs that are known only through a whole.
--
-- What is counted is a scope, in the column dataset_id: 0 the whole catalogue, above 0 a dataset, below 0 a part of a split or
-- a round. The status unlabelled counts the volumes where an organ is unlabelled and a whole that it divides is annotated.
--
-- A session keeps the plans of its triggers, also those made while the catalogue was empty. Those that run once a case reach
-- every table that grows through a lateral or scalar subquery, so that only an index can serve, whatever the statistics said.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

comment on column coverage_delta.dataset_id is 'A scope: 0 the whole catalogue, above 0 a dataset, below 0 split_scope or round_scope.';
comment on column coverage_delta.status is 'unlabelled: the organ is unlabelled and a whole that it divides is annotated.';

create index change_that_is_open on change (id) where revision is null;

-- The scope of a part of a split; without a part: of the subjects that it leaves out.
create function split_scope(p_split integer, p_part split_part) returns integer language sql immutable as
$$ select -(p_split * 5 + coalesce(array_position('{train,confidence,validation,test}'::lacuna.split_part[], p_part), 0)) $$;

create function round_scope(p_round bigint) returns integer language sql immutable as
$$ select -(1 << 30) - p_round::integer $$;

-- MARK: What is counted

create view volume_scopes as
    select v.id as volume_id, array[0]
        || array(select m.dataset_id from volume_dataset m where m.volume_id = v.id order by m.dataset_id)
        || array(
            select split_scope(s.id, (select m.part from split_member m where m.split_id = s.id and m.subject_id = v.subject_id))
            from split s order by s.id) as scopes
    from volume v;
comment on view volume_scopes is 'Every scope of a volume but rounds. A withheld volume keeps its splits; nothing of it is counted in them.';

create view current_state as
    select a.volume_id, a.organ_id, a.status, a.origin, a.partial, null::smallint as bin from annotation_current a
    union all
    select l.volume_id, l.organ_id, 'pseudo', 'model', false, confidence_bin(l.confidence)
    from pseudo_label l join pseudo_pointer v on (v.organ_id, v.round_id) = (l.organ_id, l.round_id)
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (l.volume_id, l.organ_id))
    union all
    select c.volume_id, c.organ_id, 'pseudo', 'model', false, null
    from shipped_current c
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (c.volume_id, c.organ_id))
      and not exists (
        select from pseudo_label l join pseudo_pointer v on (v.organ_id, v.round_id) = (l.organ_id, l.round_id)
        where (l.volume_id, l.organ_id) = (c.volume_id, c.organ_id))
    union all
    select u.volume_id, u.organ_id, 'unlabelled', 'expert', false, null from (
        select distinct a.volume_id, k.part_id as organ_id
        from annotation_current a join organ_link k on k.whole_id = a.organ_id and k.relation = 'division'
        where a.status = 'annotated'
          and not exists (select from annotation_current p where (p.volume_id, p.organ_id) = (a.volume_id, k.part_id))) u;
comment on view current_state is 'What shows now at every volume and organ, derived rows only; unlabelled: known through a whole.';

create view round_state as
    select l.volume_id, l.organ_id, l.round_id, confidence_bin(l.confidence) as bin
    from pseudo_label l
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (l.volume_id, l.organ_id))
      and not exists (select from withheld_volume h where h.volume_id = l.volume_id);
comment on view round_state is 'The pseudo labels of every round that no annotation hides and that are not withheld.';

create or replace function state_counts(p_volumes bigint[]) returns setof coverage_count
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with counted as materialized (
        select distinct m.volume_id from volume_dataset m where m.volume_id = any (p_volumes)
    ), scope as materialized (
        select c.volume_id, s.scope from counted c cross join lateral (
            select unnest(v.scopes) as scope from volume_scopes v where v.volume_id = c.volume_id offset 0) s
    )
    select c.scope, s.organ_id, s.status, s.origin, s.partial, s.bin, count(*)
    from current_state s join scope c using (volume_id) where s.volume_id = any (p_volumes) group by 1, 2, 3, 4, 5, 6
    union all
    select round_scope(s.round_id), s.organ_id, 'pseudo', 'model', false, s.bin, count(*)
    from round_state s join round r on r.id = s.round_id and r.published_change_id is not null
    where s.volume_id = any (p_volumes) group by 1, 2, 6
$$;

create or replace function scope_sizes(p_volumes bigint[]) returns setof scope_size
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with kin as (
        select v.id as volume_id, v.subject_id from volume v
        where v.subject_id in (select subject_id from volume where id = any (p_volumes))
          and exists (select from volume_dataset m where m.volume_id = v.id)
    )
    select s.scope, count(*) filter (where k.volume_id = any (p_volumes)), count(distinct k.subject_id)
    from kin k cross join lateral (
        select unnest(v.scopes) as scope from volume_scopes v where v.volume_id = k.volume_id offset 0) s
    group by s.scope
$$;

-- MARK: Appending

drop function append_deltas(bigint, state_delta[]);
drop function lower_state(bigint, smallint, bigint);
drop type state_delta;

-- Label states gained (n above 0) or lost in volumes of the same scopes; the shape in which the triggers hand differences over.
create type state_delta as (
    scopes integer[], organ_id smallint, status label_status, origin label_origin, partial boolean, bin smallint, n bigint
);

create function append_deltas(p_change bigint, p_deltas state_delta[]) returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    with scoped as (
        select s.scope, d.* from unnest(p_deltas) d cross join lateral unnest(d.scopes) s (scope)
    ), counted as (
        insert into coverage_delta
        select p_change, scope, organ_id, status, origin, partial, sum(n) from scoped
        group by scope, organ_id, status, origin, partial having sum(n) <> 0
    )
    insert into confidence_delta
    select p_change, scope, organ_id, bin, sum(n) from scoped where bin is not null
    group by scope, organ_id, bin having sum(n) <> 0;
end $$;

-- The change that this transaction has open (nobody else's shows), else a new one.
create function open_change(p_kind text) returns bigint language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_change bigint := (select max(id) from change where revision is null);
begin
    if the_change is null then
        insert into change (activity_id) values (start_activity(p_kind, 'lacuna', '{}')) returning id into the_change;
    end if;
    return the_change;
end $$;

create or replace function record_annotations() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off
set jit = off as $$
declare
    deltas state_delta[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from (select distinct volume_id from added order by volume_id) a
    cross join lateral (select from volume v where v.id = a.volume_id offset 0 for no key update) v;

    with place as materialized (
        select v.volume_id, s.scopes from (select distinct volume_id from added) v
        cross join lateral (select c.scopes from volume_scopes c where c.volume_id = v.volume_id offset 0) s
        where (select true from withheld_volume h where h.volume_id = v.volume_id) is null
    ), pair as materialized (
        select p.volume_id, p.organ_id, c.scopes from (select distinct volume_id, organ_id from added) p join place c using (volume_id)
    ), word as (
        select distinct on (p.volume_id, p.organ_id, a.release_id, a.rater) p.volume_id, p.organ_id, a.*
        from pair p cross join lateral (
            select w.id, w.release_id, w.rater, w.status, w.origin, w.extent is not null as partial from annotation w
            where w.volume_id = p.volume_id and w.organ_id = p.organ_id and not w.proposed offset 0) a
        order by p.volume_id, p.organ_id, a.release_id, a.rater, a.id desc
    ), policy as materialized (
        select p.kind, p.datasets from annotation_policy p order by p.id desc limit 1
    ), best as (
        select distinct on (w.volume_id, w.organ_id) w.*
        from word w left join release r on r.id = w.release_id left join policy p on true
        where w.status <> 'unlabelled' and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by w.volume_id, w.organ_id, annotation_rank(p.kind, p.datasets, r.dataset_id, w.release_id), w.origin,
            w.release_id desc nulls first, w.id desc
    ), judged as materialized ( -- what counts from now on, and what counted before
        select p.volume_id, p.organ_id, p.scopes, b.id, b.status, b.origin, b.partial,
            o.place as old_place, o.annotation_id as old_id, o.status as old_status, o.origin as old_origin, o.partial as old_partial
        from pair p
        left join best b on b.volume_id = p.volume_id and b.organ_id = p.organ_id
        left join lateral (
            select a.ctid as place, a.annotation_id, a.status, a.origin, a.partial from annotation_current a
            where a.volume_id = p.volume_id and a.organ_id = p.organ_id offset 0) o on true
    ), gone as (
        delete from annotation_current where ctid = any (array(select old_place from judged where id is null and old_id is not null))
    ), kept as (
        insert into annotation_current (volume_id, organ_id, annotation_id, status, origin, partial)
        select volume_id, organ_id, id, status, origin, partial from judged where id is not null and id is distinct from old_id
        on conflict (volume_id, organ_id) do update
        set annotation_id = excluded.annotation_id, status = excluded.status, origin = excluded.origin, partial = excluded.partial
    ), flipped as materialized (
        select volume_id, organ_id, scopes, case when id is null then 1 else -1 end as n from judged
        where (id is null) <> (old_id is null)
    ), covered as materialized ( -- pseudo labels that the annotation hides or shows
        select f.volume_id, f.organ_id, f.scopes, f.n, l.round_id, l.bin
        from flipped f cross join lateral (
            select p.round_id, confidence_bin(p.confidence) as bin from pseudo_label p
            where p.volume_id = f.volume_id and p.organ_id = f.organ_id offset 0) l
    ), visible as materialized (
        select c.* from covered c join pseudo_pointer v on v.organ_id = c.organ_id and v.round_id = c.round_id
    ), shipped as (
        select f.scopes, f.organ_id, f.n
        from flipped f left join visible v on v.volume_id = f.volume_id and v.organ_id = f.organ_id
        cross join lateral (
            select from shipped_current s where s.volume_id = f.volume_id and s.organ_id = f.organ_id offset 0) s
        where v.volume_id is null
    ), division as materialized (
        select part_id, whole_id from organ_link where relation = 'division'
    ), before as materialized ( -- parts and wholes that were known in these volumes
        select c.volume_id, c.scopes, o.organ_id, o.status
        from place c cross join lateral (
            select a.organ_id, a.status from annotation_current a where a.volume_id = c.volume_id offset 0) o
        where o.organ_id in (select part_id from division union select whole_id from division)
    ), after as materialized (
        select b.volume_id, b.scopes, b.organ_id, b.status from before b
        where not exists (select from judged j where j.volume_id = b.volume_id and j.organ_id = b.organ_id)
        union all
        select j.volume_id, j.scopes, j.organ_id, j.status from judged j
        where j.id is not null and j.organ_id in (select part_id from division union select whole_id from division)
    ), lone as ( -- parts that are known only through a whole, then and now
        select distinct w.scopes, w.volume_id, d.part_id, 1 as n from after w join division d on d.whole_id = w.organ_id
        where w.status = 'annotated'
          and not exists (select from after p where p.volume_id = w.volume_id and p.organ_id = d.part_id)
        union all
        select distinct w.scopes, w.volume_id, d.part_id, -1 from before w join division d on d.whole_id = w.organ_id
        where w.status = 'annotated'
          and not exists (select from before p where p.volume_id = w.volume_id and p.organ_id = d.part_id)
    ), difference as (
        select scopes, organ_id, status, origin, partial, null::smallint as bin, 1 as n from judged where id is not null
        union all
        select scopes, organ_id, old_status, old_origin, old_partial, null, -1 from judged where old_id is not null
        union all
        select scopes, organ_id, 'pseudo', 'model', false, bin, n from visible
        union all
        select scopes, organ_id, 'pseudo', 'model', false, null, n from shipped
        union all
        select array[round_scope(c.round_id)], c.organ_id, 'pseudo', 'model', false, c.bin, c.n
        from covered c join round r on r.id = c.round_id and r.published_change_id is not null
        union all
        select scopes, part_id, 'unlabelled', 'expert', false, null, n from lone
    ), summed as (
        select scopes, organ_id, status, origin, partial, bin, sum(n) as n from difference group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0
    )
    select array_agg(row(scopes, organ_id, status, origin, partial, bin, n)::state_delta) into deltas from summed;

    perform append_deltas((select max(change_id) from added), deltas);
    return null;
end $$;

create or replace function record_shipped_labels() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off
set jit = off as $$
declare
    deltas state_delta[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from (select distinct volume_id from added order by volume_id) a
    cross join lateral (select from volume v where v.id = a.volume_id offset 0 for no key update) v;

    with place as materialized (
        select v.volume_id, s.scopes from (select distinct volume_id from added) v
        cross join lateral (select c.scopes from volume_scopes c where c.volume_id = v.volume_id offset 0) s
        where (select true from withheld_volume h where h.volume_id = v.volume_id) is null
    ), newest as materialized (
        select distinct on (a.volume_id, a.organ_id) a.id, a.volume_id, a.organ_id, a.release_id, a.mask_id, c.scopes
        from added a join place c using (volume_id)
        order by a.volume_id, a.organ_id, a.release_id desc, a.id desc
    ), known as materialized (
        select n.*, s.id as old_id, s.release_id as old_release, s.place as old_place from newest n
        left join lateral (
            select s.id, s.release_id, c.ctid as place
            from shipped_current c cross join lateral (select * from shipped_label l where l.id = c.shipped_label_id offset 0) s
            where c.volume_id = n.volume_id and c.organ_id = n.organ_id offset 0) s on true
    ), judged as materialized ( -- beneath a label that is taken back shows that of the newest release that stands by its own
        select k.volume_id, k.organ_id, k.scopes, k.old_id, k.old_place,
            case when k.old_release > k.release_id then k.old_id when k.mask_id is not null then k.id else (
                select w.id from (
                    select distinct on (s.release_id) s.id, s.release_id, s.mask_id from shipped_label s
                    where s.volume_id = k.volume_id and s.organ_id = k.organ_id order by s.release_id desc, s.id desc) w
                where w.mask_id is not null
                  and w.release_id <> all (array(
                    select r.id from release r join withdrawn_dataset d on d.dataset_id = r.dataset_id))
                order by w.release_id desc limit 1) end as id
        from known k
    ), gone as (
        delete from shipped_current where ctid = any (array(select old_place from judged where id is null and old_id is not null))
    ), kept as (
        insert into shipped_current as c (volume_id, organ_id, shipped_label_id)
        select volume_id, organ_id, id from judged where id is not null and id is distinct from old_id
        on conflict (volume_id, organ_id) do update set shipped_label_id = excluded.shipped_label_id
    ), shown as (
        select j.scopes, j.organ_id, case when j.id is null then -1 else 1 end as n from judged j
        where (j.id is null) <> (j.old_id is null)
          and (select true from annotation_current a where a.volume_id = j.volume_id and a.organ_id = j.organ_id) is null
          and (select true from pseudo_label l
               where l.round_id = (select v.round_id from pseudo_pointer v where v.organ_id = j.organ_id)
                 and l.volume_id = j.volume_id and l.organ_id = j.organ_id) is null
    ), summed as (
        select scopes, organ_id, sum(n) as n from shown group by 1, 2 having sum(n) <> 0
    )
    select array_agg(row(scopes, organ_id, 'pseudo', 'model', false, null, n)::state_delta) into deltas from summed;

    perform append_deltas((select max(change_id) from added), deltas);
    return null;
end $$;

-- Counts are summed before they are gathered: a round may have millions of labels.
create or replace function move_pointers(p_change bigint, p_organs smallint[], p_rounds bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    deltas state_delta[];
begin
    with move as materialized (
        select m.organ_id, p.round_id as old_round, m.round_id as new_round
        from unnest(p_organs, p_rounds) as m (organ_id, round_id)
        left join pseudo_pointer p on p.organ_id = m.organ_id
        where m.round_id is distinct from p.round_id
    ), turn as (
        select old_round as round_id, organ_id, -1 as n from move where old_round is not null
        union all
        select new_round, organ_id, 1 from move where new_round is not null
    ), shown as materialized ( -- a round is read once, whatever organs of it move
        select l.volume_id, l.organ_id, l.bin, t.n
        from (select distinct round_id from turn) r
        cross join lateral (
            select s.volume_id, s.organ_id, s.bin, s.round_id from round_state s where s.round_id = r.round_id offset 0) l
        join turn t on t.round_id = l.round_id and t.organ_id = l.organ_id
    ), beneath as ( -- a shipped label shows where the pseudo label goes and hides where one comes
        select s.volume_id, s.organ_id, null::smallint as bin, -sum(s.n) as n
        from shown s join shipped_current c using (volume_id, organ_id)
        group by s.volume_id, s.organ_id having sum(s.n) <> 0
    ), place as materialized (
        select v.volume_id, s.scopes from (select distinct volume_id from shown) v
        cross join lateral (select c.scopes from volume_scopes c where c.volume_id = v.volume_id offset 0) s
    ), summed as (
        select c.scopes, s.organ_id, s.bin, sum(s.n) as n
        from (select volume_id, organ_id, bin, n from shown union all select volume_id, organ_id, bin, n from beneath) s
        join place c using (volume_id) group by 1, 2, 3 having sum(s.n) <> 0
    )
    select array_agg(row(scopes, organ_id, 'pseudo', 'model', false, bin, n)::state_delta) into deltas from summed;
    perform append_deltas(p_change, deltas);

    delete from pseudo_pointer p using unnest(p_organs, p_rounds) as m (organ_id, round_id)
    where p.organ_id = m.organ_id and m.round_id is null;
    insert into pseudo_pointer select organ_id, round_id from unnest(p_organs, p_rounds) as m (organ_id, round_id)
    where round_id is not null
    on conflict (organ_id) do update set round_id = excluded.round_id;
end $$;

-- A source of a removed dataset is refused. A volume that is withheld, or whose subject is removed, is restated; all others
-- are counted in their new datasets and, where they had none, in the whole and in the splits.
create or replace function record_sources() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off
set jit = off as $$
declare
    the_change bigint := (select max(change_id) from added);
    special bigint[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    if exists (select from added a join release r on r.id = a.release_id join withdrawn_dataset d using (dataset_id)) then
        raise exception 'the dataset is removed and takes no more cases'
            using errcode = 'LA010', hint = 'lacuna dataset restore brings it back';
    end if;
    perform from (select distinct volume_id from added order by volume_id) a
    cross join lateral (select from volume v where v.id = a.volume_id offset 0 for no key update) v;
    -- Two new volumes of one subject count it once.
    perform from (
        select distinct v.subject_id from added a
        cross join lateral (select subject_id from volume where id = a.volume_id offset 0) v order by 1) a
    cross join lateral (select from subject s where s.id = a.subject_id offset 0 for no key update) s;
    if exists (select from withdrawal) then
        select array_agg(distinct a.volume_id) into special from added a
        where exists (select from withheld_volume h where h.volume_id = a.volume_id) or withdrawal_of(a.volume_id) is not null;
    end if;

    with arrived as materialized (
        select a.volume_id, v.subject_id, (select true from volume_dataset m where m.volume_id = a.volume_id limit 1) as counts
        from (select distinct volume_id from added) a
        cross join lateral (select subject_id from volume where id = a.volume_id offset 0) v
        where a.volume_id <> all (coalesce(special, '{}'))
    ), fresh as materialized (
        select distinct a.volume_id, a.subject_id, r.dataset_id
        from added n join arrived a on a.volume_id = n.volume_id join release r on r.id = n.release_id
        where (select true from volume_dataset m where m.volume_id = a.volume_id and m.dataset_id = r.dataset_id) is null
        union all
        select a.volume_id, a.subject_id, s.scope
        from arrived a cross join lateral (
            select unnest(v.scopes) as scope from volume_scopes v where v.volume_id = a.volume_id offset 0) s
        where a.counts is null and s.scope <= 0
    ), kept as (
        insert into volume_dataset select volume_id, dataset_id from fresh where dataset_id > 0
    ), subjects as materialized (
        select f.dataset_id, count(*) as n from (select distinct dataset_id, subject_id from fresh) f
        where (
            select true from volume o cross join lateral (
                select from volume_dataset m
                where m.volume_id = o.id and (f.dataset_id <= 0 or m.dataset_id = f.dataset_id) limit 1) m
            where o.subject_id = f.subject_id limit 1) is null
        group by f.dataset_id
    ), volumes as (
        insert into volume_delta
        select the_change, f.dataset_id, count(*), coalesce(max(s.n), 0)
        from fresh f left join subjects s using (dataset_id) group by f.dataset_id
    ), state as ( -- labels that the volume already has count in its new dataset too
        select f.dataset_id, s.organ_id, s.status, s.origin, s.partial, s.bin
        from fresh f cross join lateral (select * from current_state c where c.volume_id = f.volume_id offset 0) s
        where f.dataset_id > 0
    ), counted as (
        insert into coverage_delta
        select the_change, dataset_id, organ_id, status, origin, partial, count(*) from state
        group by dataset_id, organ_id, status, origin, partial
    )
    insert into confidence_delta
    select the_change, dataset_id, organ_id, bin, count(*) from state where bin is not null group by dataset_id, organ_id, bin;

    if special is not null then
        perform restate_volumes(the_change, special);
    end if;
    return null;
end $$;

create or replace function check_mask_extent() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
begin
    if exists (
        select from (
            select volume_id, max(box[4]) as x, max(box[5]) as y, max(box[6]) as z, max(known_voxels) as known
            from added group by volume_id) m
        cross join lateral (select shape_x, shape_y, shape_z from volume where id = m.volume_id offset 0) v
        where m.x > v.shape_x or m.y > v.shape_y or m.z > v.shape_z
            or m.known > v.shape_x::bigint * v.shape_y * v.shape_z) then
        raise exception 'a mask reaches beyond its volume' using errcode = 'check_violation', constraint = 'mask_fits_its_volume';
    end if;
    return null;
end $$;

-- MARK: Splits and rounds

-- Counts volumes, with what they have, in other parts of splits; the arrays are parallel.
create function move_volumes(p_change bigint, p_volumes bigint[], p_old integer[], p_new integer[]) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with moved as materialized (
        select m.* from unnest(p_volumes, p_old, p_new) as m (volume_id, old_scope, new_scope) where m.old_scope <> m.new_scope
    ), state as materialized (
        select m.old_scope, m.new_scope, s.organ_id, s.status, s.origin, s.partial, s.bin, count(*) as n
        from moved m cross join lateral (select * from current_state c where c.volume_id = m.volume_id offset 0) s
        group by 1, 2, 3, 4, 5, 6, 7
    ), both_ways as materialized (
        select new_scope as scope, organ_id, status, origin, partial, bin, n from state
        union all
        select old_scope, organ_id, status, origin, partial, bin, -n from state
    ), counted as (
        insert into coverage_delta
        select p_change, scope, organ_id, status, origin, partial, sum(n) from both_ways
        group by scope, organ_id, status, origin, partial having sum(n) <> 0
    ), sized as (
        insert into volume_delta
        select p_change, scope, sum(n), 0 from (
            select new_scope as scope, count(*) as n from moved group by 1
            union all
            select old_scope, -count(*) from moved group by 1) s
        group by scope having sum(n) <> 0
    )
    insert into confidence_delta
    select p_change, scope, organ_id, bin, sum(n) from both_ways where bin is not null
    group by scope, organ_id, bin having sum(n) <> 0
$$;

-- A new split leaves everybody out; it has the counts of the whole, which nobody changes meanwhile.
create function record_split() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_scope integer := split_scope(new.id, null);
begin
    perform pg_advisory_xact_lock(pointer_lock());
    insert into coverage_delta
    select new.change_id, the_scope, c.organ_id, c.status, c.origin, c.partial, c.n from coverage_rows(null, 0, 0) c;
    insert into volume_delta
    select new.change_id, the_scope, v.volumes, v.subjects from coverage_volumes(null, 0, 0) v;
    insert into confidence_delta
    select new.change_id, the_scope, b.organ_id, b.bin, sum(b.n) from (
        select s.organ_id, s.bin, s.n from confidence_sum s
        where s.revision = (select max(revision) from coverage_snapshot) and s.dataset_id = 0
        union all
        select d.organ_id, d.bin, d.n from change c join confidence_delta d on d.change_id = c.id and d.dataset_id = 0
        where c.revision > (select max(revision) from coverage_snapshot)) b
    group by b.organ_id, b.bin having sum(b.n) <> 0;
    return null;
end $$;

create trigger splits_are_counted after insert on split for each row execute function record_split();

create type part_move as (split_id integer, subject_id bigint, old_part split_part, new_part split_part);

create function record_split_members() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    the_change bigint := open_change('split');
    moves part_move[];
    volumes bigint[];
    olds integer[];
    news integer[];
begin
    perform pg_advisory_xact_lock_shared(pointer_lock());
    case tg_op
    when 'INSERT' then
        moves := array(select row(a.split_id, a.subject_id, null, a.part)::part_move from added a);
    when 'DELETE' then
        moves := array(select row(r.split_id, r.subject_id, r.part, null)::part_move from removed r);
    else
        moves := array(
            select row(a.split_id, a.subject_id, r.part, a.part)::part_move from removed r join added a using (split_id, subject_id)
            where a.part <> r.part);
    end case;
    -- Nobody labels these volumes meanwhile; whoever made the split in this transaction keeps everybody out.
    perform from volume where subject_id in (
        select m.subject_id from unnest(moves) m join split s on s.id = m.split_id join change c on c.id = s.change_id
        where c.revision is not null)
    order by id for no key update;
    select array_agg(v.id), array_agg(split_scope(m.split_id, m.old_part)), array_agg(split_scope(m.split_id, m.new_part))
    into volumes, olds, news
    from unnest(moves) m cross join lateral (
        select v.id from volume v where v.subject_id = m.subject_id
          and (select true from volume_dataset d where d.volume_id = v.id limit 1) offset 0) v;
    perform move_volumes(the_change, volumes, olds, news);
    insert into volume_delta
    select the_change, s.scope, 0, sum(s.n) from (
        select split_scope(m.split_id, e.part) as scope, e.n
        from unnest(moves) m
        cross join lateral (values (m.new_part, 1), (m.old_part, -1)) e (part, n)
        where exists (select from volume v join volume_dataset d on d.volume_id = v.id where v.subject_id = m.subject_id)) s
    group by s.scope having sum(s.n) <> 0;
    return null;
end $$;

create trigger members_are_counted after insert on split_member
    referencing new table as added for each statement execute function record_split_members();
create trigger members_are_discounted after delete on split_member
    referencing old table as removed for each statement execute function record_split_members();
create trigger members_are_moved after update on split_member
    referencing old table as removed new table as added for each statement execute function record_split_members();

-- A volume that proves to be another subject's counts where that subject is.
create function record_subjects_of_volumes() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    moved bigint[];
    the_change bigint;
    volumes bigint[];
    olds integer[];
    news integer[];
begin
    moved := array(
        select a.id from added a join removed r using (id) where a.subject_id <> r.subject_id
          and exists (select from volume_dataset d where d.volume_id = a.id));
    if cardinality(moved) = 0 or not exists (select from split) then
        return null;
    end if;
    the_change := open_change('correction');
    select array_agg(a.id), array_agg(split_scope(s.id, o.part)), array_agg(split_scope(s.id, n.part)) into volumes, olds, news
    from added a join removed r using (id) cross join split s
    left join split_member o on o.split_id = s.id and o.subject_id = r.subject_id
    left join split_member n on n.split_id = s.id and n.subject_id = a.subject_id
    where a.id = any (moved);
    perform move_volumes(the_change, volumes, olds, news);
    insert into volume_delta
    select the_change, split_scope(s.id, m.part), 0, sum(e.n) from (
        select distinct r.subject_id, -1 as n from removed r where r.id = any (moved) and not exists (
            select from volume v join volume_dataset d on d.volume_id = v.id where v.subject_id = r.subject_id)
        union all
        select distinct a.subject_id, 1 from added a where a.id = any (moved) and not exists (
            select from volume v join volume_dataset d on d.volume_id = v.id
            where v.subject_id = a.subject_id and v.id <> all (moved))) e
    cross join split s left join split_member m on m.split_id = s.id and m.subject_id = e.subject_id
    group by 2 having sum(e.n) <> 0;
    return null;
end $$;

create trigger subjects_of_volumes_are_counted after update on volume
    referencing old table as removed new table as added for each statement execute function record_subjects_of_volumes();

create function record_publication() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    deltas state_delta[];
begin
    select array_agg(row(array[round_scope(new.id)], s.organ_id, 'pseudo', 'model', false, s.bin, s.n)::state_delta) into deltas
    from (select organ_id, bin, count(*) as n from round_state where round_id = new.id group by 1, 2) s;
    perform append_deltas(new.published_change_id, deltas);
    return null;
end $$;

create trigger published_rounds_are_counted after update on round for each row
    when (old.published_change_id is null and new.published_change_id is not null) execute function record_publication();

-- A whole that is annotated already gets another part.
create function record_divisions() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    parts smallint[];
begin
    parts := array(
        select distinct a.part_id from added a join coverage_rows(null, 0, 0) c on c.organ_id = a.whole_id
        where a.relation = 'division' and c.status = 'annotated');
    if cardinality(parts) = 0 then
        return null;
    end if;
    perform pg_advisory_xact_lock(pointer_lock());
    insert into coverage_delta
    select open_change('ontology'), d.scope, d.organ_id, 'unlabelled', 'expert', false, sum(d.n) from (
        select v.scope, s.organ_id, count(*) as n
        from (select volume_id, organ_id from current_state where status = 'unlabelled' and organ_id = any (parts) offset 0) s
        cross join lateral (select unnest(c.scopes) as scope from volume_scopes c where c.volume_id = s.volume_id offset 0) v
        where exists (select from volume_dataset m where m.volume_id = s.volume_id) group by 1, 2
        union all
        select c.dataset_id, c.organ_id, -c.n from coverage_rows(null, -2147483648) c
        where c.status = 'unlabelled' and c.organ_id = any (parts)) d
    group by d.scope, d.organ_id having sum(d.n) <> 0;
    return null;
end $$;

create trigger divisions_are_counted after insert on organ_link
    referencing new table as added for each statement execute function record_divisions();

-- MARK: Reading

-- All counts of the scopes from p_first to p_last, with those of organs that are known through a whole (unlabelled).
create function coverage_rows(p_revision bigint default null, p_first integer default 0, p_last integer default 2147483647)
returns table (dataset_id integer, organ_id smallint, status label_status, origin label_origin, partial boolean, n bigint)
language sql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with base as materialized (
        select max(revision) as revision from coverage_snapshot where p_revision is null or revision <= p_revision)
    select u.dataset_id, u.organ_id, u.status, u.origin, u.partial, sum(u.n)::bigint from (
        select s.dataset_id, s.organ_id, s.status, s.origin, s.partial, s.n
        from coverage_sum s where s.revision = (select revision from base) and s.dataset_id between p_first and p_last
        union all
        select d.dataset_id, d.organ_id, d.status, d.origin, d.partial, d.n
        from change c join coverage_delta d on d.change_id = c.id
        where c.revision > (select revision from base) and (p_revision is null or c.revision <= p_revision)
          and d.dataset_id between p_first and p_last
    ) u group by 1, 2, 3, 4, 5 having sum(u.n) <> 0
$$;

drop function coverage_counts(bigint);
create function coverage_counts(p_revision bigint default null, p_first integer default 0, p_last integer default 2147483647)
returns table (dataset_id integer, organ_id smallint, status label_status, origin label_origin, partial boolean, n bigint)
language sql stable set search_path = pg_catalog, lacuna, pg_temp as $$
    select * from coverage_rows(p_revision, p_first, p_last) c where c.status <> 'unlabelled'
$$;

drop function coverage_confidence(bigint);
create function coverage_confidence(p_revision bigint default null, p_first integer default 0, p_last integer default 2147483647)
returns table (dataset_id integer, organ_id smallint, median real)
language sql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with base as materialized (
        select max(revision) as revision from coverage_snapshot where p_revision is null or revision <= p_revision
    ), recent as materialized (
        select d.dataset_id, d.organ_id, d.bin, d.n
        from change c join confidence_delta d on d.change_id = c.id
        where c.revision > (select revision from base) and (p_revision is null or c.revision <= p_revision)
          and d.dataset_id between p_first and p_last
    ), touched as materialized (
        select distinct r.dataset_id, r.organ_id from recent r
    ), binned as (
        select u.dataset_id, u.organ_id, u.bin, sum(u.n) as n from (
            select t.dataset_id, t.organ_id, s.bin, s.n
            from touched t cross join lateral (
                select s.bin, s.n from confidence_sum s
                where s.revision = (select revision from base) and s.dataset_id = t.dataset_id and s.organ_id = t.organ_id
                offset 0) s
            union all
            select * from recent
        ) u group by 1, 2, 3 having sum(u.n) <> 0
    ), ranked as (
        select b.*, sum(n) over w as upto, sum(n) over (partition by b.dataset_id, b.organ_id) as total
        from binned b window w as (partition by b.dataset_id, b.organ_id order by bin)
    )
    select m.dataset_id, m.organ_id, m.median
    from confidence_median m
    where m.revision = (select revision from base) and m.dataset_id between p_first and p_last
      and (m.dataset_id, m.organ_id) not in (select t.dataset_id, t.organ_id from touched t)
    union all
    select r.dataset_id, r.organ_id, ((min(r.bin) + 0.5) / 200)::real
    from ranked r where 2 * r.upto >= r.total group by 1, 2
$$;

drop function coverage_volumes(bigint);
create function coverage_volumes(p_revision bigint default null, p_first integer default 0, p_last integer default 2147483647)
returns table (dataset_id integer, volumes bigint, subjects bigint)
language sql stable set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with base as materialized (
        select max(revision) as revision from coverage_snapshot where p_revision is null or revision <= p_revision)
    select u.dataset_id, sum(u.volumes)::bigint, sum(u.subjects)::bigint from (
        select s.dataset_id, s.volumes, s.subjects from volume_sum s
        where s.revision = (select revision from base) and s.dataset_id between p_first and p_last
        union all
        select d.dataset_id, d.volumes, d.subjects
        from change c join volume_delta d on d.change_id = c.id
        where c.revision > (select revision from base) and (p_revision is null or c.revision <= p_revision)
          and d.dataset_id between p_first and p_last
    ) u group by 1
$$;

-- Sums everything committed so far into a new snapshot and returns its revision; the one before where fewer than p_least rows
-- were appended since, which are quicker read than summed.
drop function compact_coverage();
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
    select upto, m.dataset_id, m.organ_id, m.median from coverage_confidence(upto, -2147483648) m;
    insert into coverage_snapshot values (upto);
    insert into coverage_sum
    select upto, dataset_id, organ_id, status, origin, partial, sum(n) from (
        select dataset_id, organ_id, status, origin, partial, n from coverage_sum where revision = base
        union all
        select d.dataset_id, d.organ_id, d.status, d.origin, d.partial, d.n
        from change c join coverage_delta d on d.change_id = c.id where c.revision > base and c.revision <= upto
    ) u group by dataset_id, organ_id, status, origin, partial having sum(n) <> 0;
    insert into confidence_sum
    select upto, dataset_id, organ_id, bin, sum(n) from (
        select dataset_id, organ_id, bin, n from confidence_sum where revision = base
        union all
        select d.dataset_id, d.organ_id, d.bin, d.n
        from change c join confidence_delta d on d.change_id = c.id where c.revision > base and c.revision <= upto
    ) u group by dataset_id, organ_id, bin having sum(n) <> 0;
    insert into volume_sum
    select upto, dataset_id, sum(volumes), sum(subjects) from (
        select dataset_id, volumes, subjects from volume_sum where revision = base
        union all
        select d.dataset_id, d.volumes, d.subjects
        from change c join volume_delta d on d.change_id = c.id where c.revision > base and c.revision <= upto
    ) u group by dataset_id;
    return upto;
end $$;

grant execute on function coverage_rows(bigint, integer, integer), coverage_counts(bigint, integer, integer),
    coverage_confidence(bigint, integer, integer), coverage_volumes(bigint, integer, integer), compact_coverage(integer),
    split_scope(integer, split_part), round_scope(bigint) to lacuna_manager, lacuna_trainer;
