-- Corrections, conflicts and withdrawal: what is withheld and since when, and which of several annotations is current.
-- A withheld volume keeps its history and loses its derived rows, so that whatever reads those leaves it out.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

alter table annotation add column proposed boolean not null default false;
comment on column annotation.proposed is 'Recorded beside the others and never current, such as a consensus that nobody adopted.';

create table mask_input (
    mask_id bigint not null references mask,
    input_id bigint not null references mask,
    primary key (mask_id, input_id),
    constraint a_mask_is_not_made_of_itself check (mask_id <> input_id)
);
create index on mask_input (input_id);
comment on table mask_input is 'The masks that a computed mask, such as a consensus, was made of.';

create table annotation_policy (
    id bigint generated always as identity primary key,
    kind text not null constraint policy_is_known check (kind in ('origin', 'release', 'datasets')),
    datasets integer[] not null default '{}',
    change_id bigint not null references change,
    constraint only_a_named_order_names_datasets check ((kind = 'datasets') = (cardinality(datasets) > 0))
);
comment on table annotation_policy is 'History of how the current annotation is chosen among several; the newest row holds, without one: origin.';
comment on column annotation_policy.kind is 'origin: best origin, then newest release; release: newest release first; datasets: in the named order, then as origin.';

create table withdrawal (
    id bigint generated always as identity primary key,
    dataset_id integer references dataset,
    subject_id bigint references subject,
    volume_id bigint references volume,
    stands boolean not null,
    recalls boolean not null default false,
    reason text not null constraint reason_is_given check (reason ~ '\S'),
    change_id bigint not null references change,
    constraint one_thing_is_withdrawn check (num_nonnulls(dataset_id, subject_id, volume_id) = 1)
);
create index on withdrawal (dataset_id) where dataset_id is not null;
create index on withdrawal (subject_id) where subject_id is not null;
create index on withdrawal (volume_id) where volume_id is not null;
comment on table withdrawal is 'History of what was removed (a dataset, a subject) or excluded (a volume) and restored; the newest row of a thing holds.';
comment on column withdrawal.recalls is 'Whether labels of other volumes that come of it are withheld too.';

create table withdrawn_dataset (
    dataset_id integer primary key references dataset,
    withdrawal_id bigint not null references withdrawal
);
comment on table withdrawn_dataset is 'Datasets removed now, derived from withdrawal.';

create table withheld_volume (
    volume_id bigint primary key references volume,
    withdrawal_id bigint not null references withdrawal
);
comment on table withheld_volume is 'Volumes withheld now and why: their subject is removed, every dataset of theirs is, or they are excluded. Derived by restate_volumes.';

create table volume_withholding (
    id bigint generated always as identity primary key,
    volume_id bigint not null references volume,
    withheld boolean not null,
    change_id bigint not null references change
);
create index on volume_withholding (volume_id, id);
comment on table volume_withholding is 'History of which volumes were withheld.';

create table tainted_round (
    round_id bigint not null references round,
    withdrawal_id bigint not null references withdrawal,
    primary key (round_id, withdrawal_id)
);
comment on table tainted_round is 'Rounds whose checkpoints may have seen what is removed now: their run''s snapshot has it, or an earlier round labelled it.';

create view contaminated_checkpoint as
    select c.id as checkpoint_id, c.round_id, 'held out' as cause from checkpoint c where c.contaminated_by <> '{}'
    union
    select c.id, c.round_id, 'withdrawn' from checkpoint c join tainted_round t on t.round_id = c.round_id;
comment on view contaminated_checkpoint is 'Checkpoints that saw subjects who proved to be held out, or data that were withdrawn since.';

create or replace view lineage_edge as
    -- a mask from the version before it
    select 'mask' as kind, m.id, 'mask' as source_kind, m.parent_id as source_id, 'parent' as via from mask m where m.parent_id is not null
    union all
    -- a pseudo mask from the checkpoint that predicted it
    select 'mask', l.mask_id, 'checkpoint', l.checkpoint_id, 'predicted by' from pseudo_label l
    union all
    -- and from the confidence that chose the voxels to believe
    select 'mask', l.mask_id, 'checkpoint', k.id, 'ranked by'
    from pseudo_label l join checkpoint k on k.round_id = l.round_id and k.kind = 'confidence'
    union all
    -- an annotation's mask from the file that it was read from
    select 'mask', a.mask_id, 'label file', a.label_file_id, 'read from' from annotation a
    where a.mask_id is not null and a.label_file_id is not null
    union all
    select 'mask', s.mask_id, 'label file', s.label_file_id, 'read from' from shipped_label s where s.label_file_id is not null
    union all
    select 'mask', m.id, 'volume', m.volume_id, 'of' from mask m
    union all
    select 'volume', s.volume_id, 'image file', s.id, 'read from' from source s
    union all
    -- a checkpoint from the annotations of the part that it was fitted to: the network's is not the confidence's
    select 'checkpoint', c.id, 'mask', a.mask_id, 'trained on'
    from checkpoint c join round r on r.id = c.round_id
    join run_input i on i.run_id = r.run_id and i.part = c.part
    join annotation a on a.id = i.annotation_id
    where a.mask_id is not null
    union all
    -- an absence has no mask: the checkpoint learned from the file that says so
    select 'checkpoint', c.id, 'label file', a.label_file_id, 'trained on'
    from checkpoint c join round r on r.id = c.round_id
    join run_input i on i.run_id = r.run_id and i.part = c.part
    join annotation a on a.id = i.annotation_id
    where a.mask_id is null and a.label_file_id is not null
    union all
    -- and from the volume, which an absence alone shows to have been seen
    select distinct 'checkpoint', c.id, 'volume', i.volume_id, 'trained on'
    from checkpoint c join round r on r.id = c.round_id
    join run_input i on i.run_id = r.run_id and i.part = c.part
    join annotation a on a.id = i.annotation_id
    where a.mask_id is null
    union all
    -- a network from the pseudo labels that the round before it published
    select 'checkpoint', c.id, 'mask', l.mask_id, 'trained on'
    from checkpoint c join round r on r.id = c.round_id
    join round p on p.run_id = r.run_id and p.number = r.number - 1 and p.published_change_id is not null
    join pseudo_label l on l.round_id = p.id
    where c.kind = 'network'
    union all
    -- a network from the one that the round before it ended with
    select 'checkpoint', c.id, 'checkpoint', k.id, 'continued from'
    from checkpoint c join round r on r.id = c.round_id
    join round p on p.run_id = r.run_id and p.number = r.number - 1
    join checkpoint k on k.round_id = p.id and k.kind = 'network'
        and k.step = (select max(step) from checkpoint where round_id = p.id and kind = 'network')
    where c.kind = 'network'
    union all
    -- a confidence from the network whose features it reads and whose errors it learned
    select 'checkpoint', c.id, 'checkpoint', k.id, 'fitted to'
    from checkpoint c join checkpoint k on k.round_id = c.round_id and k.kind = 'network'
        and k.step = (select max(step) from checkpoint where round_id = c.round_id and kind = 'network')
    where c.kind = 'confidence'
    union all
    -- a consensus from the masks that it was computed from
    select 'mask', i.mask_id, 'mask', i.input_id, 'computed from' from mask_input i;

-- The place of a release before origin and age decide; smaller is better, a person's word (no release) comes first.
create function annotation_rank(p_policy text, p_order integer[], p_dataset integer, p_release integer) returns integer
language sql immutable as $$
    select case
        when p_release is null then 0
        when p_policy = 'release' then 2147483647 - p_release
        when p_policy = 'datasets' then coalesce(array_position(p_order, p_dataset), cardinality(p_order) + 1)
        else 0 end
$$;

-- The annotations that count in some volumes: of every release and rater the newest word; of those that stand the best by
-- the policy. The triggers below pick alike.
create function best_annotations(p_volumes bigint[])
returns table (
    volume_id bigint, organ_id smallint, annotation_id bigint, status label_status, origin label_origin, partial boolean)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with word as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater)
            a.id, a.volume_id, a.organ_id, a.release_id, a.status, a.origin, a.extent is not null as partial
        from annotation a
        where a.volume_id = any (p_volumes) and not a.proposed
          and not exists (select from withheld_volume h where h.volume_id = a.volume_id)
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.id desc
    ), policy as (
        select p.kind, p.datasets from annotation_policy p order by p.id desc limit 1
    )
    select distinct on (w.volume_id, w.organ_id) w.volume_id, w.organ_id, w.id, w.status, w.origin, w.partial
    from word w left join release r on r.id = w.release_id left join policy p on true
    where w.status <> 'unlabelled' and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
    order by w.volume_id, w.organ_id, annotation_rank(p.kind, p.datasets, r.dataset_id, w.release_id), w.origin,
        w.release_id desc nulls first, w.id desc
$$;

create or replace function record_annotations() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    deltas state_delta[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from volume where id in (select volume_id from added) order by id for no key update;

    with pair as (
        select a.volume_id, a.organ_id from added a
        where not exists (select from withheld_volume h where h.volume_id = a.volume_id) group by a.volume_id, a.organ_id
    ), word as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater)
            a.id, a.volume_id, a.organ_id, a.release_id, a.status, a.origin, a.extent is not null as partial
        from annotation a join pair using (volume_id, organ_id)
        where not a.proposed
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.id desc
    ), policy as (
        select p.kind, p.datasets from annotation_policy p order by p.id desc limit 1
    ), best as (
        select distinct on (w.volume_id, w.organ_id) w.*
        from word w left join release r on r.id = w.release_id left join policy p on true
        where w.status <> 'unlabelled' and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by w.volume_id, w.organ_id, annotation_rank(p.kind, p.datasets, r.dataset_id, w.release_id), w.origin,
            w.release_id desc nulls first, w.id desc
    ), old as (
        select c.* from annotation_current c join pair using (volume_id, organ_id)
    ), gone as (
        delete from annotation_current c using pair p
        where c.volume_id = p.volume_id and c.organ_id = p.organ_id
            and not exists (select from best b where b.volume_id = p.volume_id and b.organ_id = p.organ_id)
    ), kept as (
        insert into annotation_current (volume_id, organ_id, annotation_id, status, origin, partial)
        select volume_id, organ_id, id, status, origin, partial from best
        on conflict (volume_id, organ_id) do update
        set annotation_id = excluded.annotation_id, status = excluded.status, origin = excluded.origin, partial = excluded.partial
    ), difference as (
        select volume_id, organ_id, status, origin, partial, null::smallint as bin, 1 as n from best
        union all
        select volume_id, organ_id, status, origin, partial, null, -1 from old
        union all
        select p.volume_id, p.organ_id, 'pseudo', 'model', false, l.bin,
            (case when b.id is null then 1 else 0 end) - (case when o.annotation_id is null then 1 else 0 end)
        from pair p
        left join best b using (volume_id, organ_id)
        left join old o using (volume_id, organ_id)
        left join pseudo_pointer v on v.organ_id = p.organ_id
        cross join lateral lower_state(p.volume_id, p.organ_id, v.round_id) l
        where l.found and (b.id is null) <> (o.annotation_id is null)
    )
    select array_agg(row(volume_id, organ_id, status, origin, partial, bin, n)::state_delta) into deltas from difference;

    perform append_deltas((select max(change_id) from added), deltas);
    return null;
end $$;

create or replace function record_shipped_labels() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    deltas state_delta[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from volume where id in (select volume_id from added) order by id for no key update;

    with newest as (
        select distinct on (volume_id, organ_id) id, volume_id, organ_id, release_id from added
        where not exists (select from withheld_volume h where h.volume_id = added.volume_id)
        order by volume_id, organ_id, release_id desc, id desc
    ), kept as (
        insert into shipped_current as c (volume_id, organ_id, shipped_label_id)
        select volume_id, organ_id, id from newest
        on conflict (volume_id, organ_id) do update set shipped_label_id = excluded.shipped_label_id
        where (select s.release_id from shipped_label s where s.id = c.shipped_label_id)
           <= (select s.release_id from newest s where s.id = excluded.shipped_label_id)
        returning c.volume_id, c.organ_id
    )
    select array_agg(row(k.volume_id, k.organ_id, 'pseudo', 'model', false, null, 1)::state_delta) into deltas
    from kept k
    left join pseudo_pointer v on v.organ_id = k.organ_id
    where not exists (select from shipped_current c where (c.volume_id, c.organ_id) = (k.volume_id, k.organ_id))
      and not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (k.volume_id, k.organ_id))
      and not exists (select from pseudo_label p
                      where p.round_id = v.round_id and (p.volume_id, p.organ_id) = (k.volume_id, k.organ_id));

    perform append_deltas((select max(change_id) from added), deltas);
    return null;
end $$;

create or replace function move_pointers(p_change bigint, p_organs smallint[], p_rounds bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    deltas state_delta[];
begin
    with move as (
        select m.organ_id, p.round_id as old_round, m.round_id as new_round
        from unnest(p_organs, p_rounds) as m (organ_id, round_id)
        left join pseudo_pointer p on p.organ_id = m.organ_id
        where m.round_id is distinct from p.round_id
    ), side as (
        select l.volume_id, l.organ_id, confidence_bin(l.confidence) as bin, -1 as n
        from move m join pseudo_label l on l.round_id = m.old_round and l.organ_id = m.organ_id
        union all
        select l.volume_id, l.organ_id, confidence_bin(l.confidence), 1
        from move m join pseudo_label l on l.round_id = m.new_round and l.organ_id = m.organ_id
    ), shown as (
        select s.* from side s
        where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (s.volume_id, s.organ_id))
          and not exists (select from withheld_volume h where h.volume_id = s.volume_id)
    ), beneath as ( -- a shipped label shows where the pseudo label goes and hides where one comes
        select s.volume_id, s.organ_id, null::smallint as bin, -sum(s.n)::integer as n
        from shown s join shipped_current c using (volume_id, organ_id)
        group by s.volume_id, s.organ_id having sum(s.n) <> 0
    ), summed as (
        select volume_id, organ_id, bin, n from shown union all select volume_id, organ_id, bin, n from beneath
    )
    select array_agg(row(volume_id, organ_id, 'pseudo', 'model', false, bin, n)::state_delta) into deltas from summed;
    perform append_deltas(p_change, deltas);

    delete from pseudo_pointer p using unnest(p_organs, p_rounds) as m (organ_id, round_id)
    where p.organ_id = m.organ_id and m.round_id is null;
    insert into pseudo_pointer select organ_id, round_id from unnest(p_organs, p_rounds) as m (organ_id, round_id)
    where round_id is not null
    on conflict (organ_id) do update set round_id = excluded.round_id;
end $$;

-- MARK: Withholding

-- Why a volume is withheld: its subject is removed, every dataset that has it is, or it is excluded; null: it is not.
create function withdrawal_of(p_volume bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select coalesce(
        (select w.id from volume v
         cross join lateral (
            select id, stands from withdrawal where subject_id = v.subject_id order by id desc limit 1) w
         where v.id = p_volume and w.stands),
        (select max(d.withdrawal_id)
         from source s join release r on r.id = s.release_id left join withdrawn_dataset d on d.dataset_id = r.dataset_id
         where s.volume_id = p_volume having bool_and(d.withdrawal_id is not null)),
        (select w.id from (select id, stands from withdrawal where volume_id = p_volume order by id desc limit 1) w
         where w.stands))
$$;

create type coverage_count as (
    dataset_id integer, organ_id smallint, status label_status, origin label_origin, partial boolean, bin smallint, n bigint
);
create type scope_size as (dataset_id integer, volumes bigint, subjects bigint);

-- Counts of the current states of some volumes, from the derived rows; a volume without a dataset counts nowhere.
create function state_counts(p_volumes bigint[]) returns setof coverage_count
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with scope as (
        select m.volume_id, m.dataset_id from volume_dataset m where m.volume_id = any (p_volumes)
        union
        select m.volume_id, 0 from volume_dataset m where m.volume_id = any (p_volumes)
    ), pseudo as (
        select l.volume_id, l.organ_id, confidence_bin(l.confidence) as bin
        from pseudo_label l join pseudo_pointer v on (v.organ_id, v.round_id) = (l.organ_id, l.round_id)
        where l.volume_id = any (p_volumes)
        union all
        select c.volume_id, c.organ_id, null from shipped_current c
        where c.volume_id = any (p_volumes)
          and not exists (
            select from pseudo_label l join pseudo_pointer v on (v.organ_id, v.round_id) = (l.organ_id, l.round_id)
            where (l.volume_id, l.organ_id) = (c.volume_id, c.organ_id))
    ), state as (
        select a.volume_id, a.organ_id, a.status, a.origin, a.partial, null::smallint as bin
        from annotation_current a where a.volume_id = any (p_volumes)
        union all
        select p.volume_id, p.organ_id, 'pseudo', 'model', false, p.bin from pseudo p
        where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (p.volume_id, p.organ_id))
    )
    select c.dataset_id, s.organ_id, s.status, s.origin, s.partial, s.bin, count(*)
    from state s join scope c using (volume_id) group by 1, 2, 3, 4, 5, 6
$$;

-- How many of some volumes each dataset (0: the whole) has, and how many of their subjects.
create function scope_sizes(p_volumes bigint[]) returns setof scope_size
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with placed as (
        select m.volume_id, m.dataset_id from volume_dataset m where m.volume_id = any (p_volumes)
    ), kin as (
        select v.subject_id, m.dataset_id from volume v join volume_dataset m on m.volume_id = v.id
        where v.subject_id in (select subject_id from volume where id = any (p_volumes))
    ), subjects as (
        select dataset_id, count(distinct subject_id) as n from kin group by dataset_id
        union all select 0, count(distinct subject_id) from kin
    ), volumes as (
        select dataset_id, count(*) as n from placed group by dataset_id
        union all select 0, count(distinct volume_id) from placed
    )
    select dataset_id, coalesce(v.n, 0), coalesce(s.n, 0) from volumes v full join subjects s using (dataset_id)
$$;

-- Derives everything that holds of some volumes from history again, and appends what that changes to the counts.
create function restate_volumes(p_change bigint, p_volumes bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    states coverage_count[];
    sizes scope_size[];
begin
    perform from volume where id = any (p_volumes) order by id for no key update;
    perform from subject where id in (select subject_id from volume where id = any (p_volumes)) order by id for no key update;
    states := array(select c from state_counts(p_volumes) c);
    sizes := array(select s from scope_sizes(p_volumes) s);

    with cause as materialized (
        select v.id, withdrawal_of(v.id) as withdrawal_id from unnest(p_volumes) v (id)
    ), lifted as (
        delete from withheld_volume h using cause c where h.volume_id = c.id and c.withdrawal_id is null
        returning h.volume_id
    ), held as (
        insert into withheld_volume select id, withdrawal_id from cause where withdrawal_id is not null
        on conflict (volume_id) do update set withdrawal_id = excluded.withdrawal_id
    )
    insert into volume_withholding (volume_id, withheld, change_id)
    select volume_id, false, p_change from lifted
    union all
    select c.id, true, p_change from cause c
    where c.withdrawal_id is not null and not exists (select from withheld_volume h where h.volume_id = c.id);

    delete from volume_dataset m where m.volume_id = any (p_volumes) and (
        exists (select from withheld_volume h where h.volume_id = m.volume_id)
        or exists (select from withdrawn_dataset d where d.dataset_id = m.dataset_id));
    insert into volume_dataset
    select s.volume_id, r.dataset_id from source s join release r on r.id = s.release_id
    where s.volume_id = any (p_volumes)
      and not exists (select from withheld_volume h where h.volume_id = s.volume_id)
      and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
    on conflict do nothing;

    with best as materialized (
        select b.* from best_annotations(p_volumes) b
    ), gone as (
        delete from annotation_current c where c.volume_id = any (p_volumes)
          and not exists (select from best b where (b.volume_id, b.organ_id) = (c.volume_id, c.organ_id))
    )
    insert into annotation_current as c (volume_id, organ_id, annotation_id, status, origin, partial)
    select volume_id, organ_id, annotation_id, status, origin, partial from best
    on conflict (volume_id, organ_id) do update
    set annotation_id = excluded.annotation_id, status = excluded.status, origin = excluded.origin, partial = excluded.partial
    where c.annotation_id <> excluded.annotation_id;

    with newest as (
        select distinct on (s.volume_id, s.organ_id) s.id, s.volume_id, s.organ_id
        from shipped_label s join release r on r.id = s.release_id
        where s.volume_id = any (p_volumes)
          and not exists (select from withheld_volume h where h.volume_id = s.volume_id)
          and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by s.volume_id, s.organ_id, s.release_id desc, s.id desc
    ), gone as (
        delete from shipped_current c where c.volume_id = any (p_volumes)
        and not exists (select from newest n where (n.volume_id, n.organ_id) = (c.volume_id, c.organ_id))
    )
    insert into shipped_current (volume_id, organ_id, shipped_label_id) select volume_id, organ_id, id from newest
    on conflict (volume_id, organ_id) do update set shipped_label_id = excluded.shipped_label_id;

    with difference as (
        select * from state_counts(p_volumes)
        union all
        select dataset_id, organ_id, status, origin, partial, bin, -n from unnest(states)
    ), counted as (
        insert into coverage_delta
        select p_change, dataset_id, organ_id, status, origin, partial, sum(n) from difference
        group by dataset_id, organ_id, status, origin, partial having sum(n) <> 0
    )
    insert into confidence_delta
    select p_change, dataset_id, organ_id, bin, sum(n) from difference where bin is not null
    group by dataset_id, organ_id, bin having sum(n) <> 0;

    insert into volume_delta
    select p_change, dataset_id, sum(volumes), sum(subjects) from (
        select * from scope_sizes(p_volumes)
        union all
        select dataset_id, -volumes, -subjects from unnest(sizes)
    ) d group by dataset_id having sum(volumes) <> 0 or sum(subjects) <> 0;
end $$;

-- A source of a removed dataset is refused. A volume that is withheld, or whose subject is removed, is restated; all others
-- are counted as before.
create or replace function record_sources() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
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
    perform from volume where id in (select volume_id from added) order by id for no key update;
    -- Two new volumes of one subject count it once.
    perform from subject where id in (select v.subject_id from volume v join added a on a.volume_id = v.id)
    order by id for no key update;
    if exists (select from withdrawal) then
        select array_agg(distinct a.volume_id) into special from added a
        where exists (select from withheld_volume h where h.volume_id = a.volume_id) or withdrawal_of(a.volume_id) is not null;
    end if;

    with scope as (
        select distinct a.volume_id, r.dataset_id from added a join release r on r.id = a.release_id
        where a.volume_id <> all (coalesce(special, '{}'))
        union
        select distinct volume_id, 0 from added where volume_id <> all (coalesce(special, '{}'))
    ), fresh as (
        select s.volume_id, s.dataset_id, v.subject_id
        from scope s join volume v on v.id = s.volume_id
        where case s.dataset_id
            when 0 then not exists (select from volume_dataset d where d.volume_id = s.volume_id)
            else not exists (select from volume_dataset d where (d.volume_id, d.dataset_id) = (s.volume_id, s.dataset_id)) end
    ), kept as (
        insert into volume_dataset select volume_id, dataset_id from fresh where dataset_id <> 0
    ), subjects as (
        select f.dataset_id, count(distinct f.subject_id) as n from fresh f
        where not exists (
            select from volume o join volume_dataset d on d.volume_id = o.id
            where o.subject_id = f.subject_id and (f.dataset_id = 0 or d.dataset_id = f.dataset_id))
        group by f.dataset_id
    ), volumes as (
        insert into volume_delta
        select the_change, f.dataset_id, count(*), coalesce(max(s.n), 0)
        from fresh f left join subjects s using (dataset_id) group by f.dataset_id
    ), state as ( -- labels that the volume already has count in its new dataset too
        select f.dataset_id, a.organ_id, a.status, a.origin, a.partial, null::smallint as bin
        from fresh f join annotation_current a using (volume_id) where f.dataset_id <> 0
        union all
        select f.dataset_id, l.organ_id, 'pseudo', 'model', false, confidence_bin(max(l.confidence))
        from fresh f
        cross join lateral (
            select p.organ_id, p.confidence from pseudo_label p join pseudo_pointer v on (v.organ_id, v.round_id) = (p.organ_id, p.round_id)
            where p.volume_id = f.volume_id
            union all
            select c.organ_id, null from shipped_current c where c.volume_id = f.volume_id
        ) l
        where f.dataset_id <> 0
          and not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (f.volume_id, l.organ_id))
        group by f.dataset_id, f.volume_id, l.organ_id
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

-- Rounds whose checkpoints may have seen annotations of some datasets or anything of some volumes: all rounds of a run whose
-- snapshot has one for training, and those after a round that labelled such a volume.
create function rounds_that_saw(p_volumes bigint[], p_datasets integer[]) returns setof bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with trained as (
        select i.run_id from run
        cross join unnest(p_volumes) v (id)
        join run_input i on i.run_id = run.id and i.volume_id = v.id and i.part in ('train', 'confidence')
        union
        select i.run_id from run_input i
        join annotation a on a.id = i.annotation_id
        join release e on e.id = a.release_id
        where cardinality(p_datasets) > 0 and e.dataset_id = any (p_datasets) and i.part in ('train', 'confidence')
    ), relabelled as (
        select e.run_id, min(e.number) as number from pseudo_label l join round e on e.id = l.round_id
        where l.volume_id = any (p_volumes) and e.published_change_id is not null group by e.run_id
    )
    select r.id from round r
    where r.run_id in (select run_id from trained)
       or exists (select from relabelled b where b.run_id = r.run_id and r.number > b.number)
$$;

-- The volumes that a removal withholds: those of the subject, or those that no other standing dataset has.
create function volumes_of_removal(p_dataset integer, p_subject bigint) returns setof bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select v.id from volume v where v.subject_id = p_subject
    union
    select s.volume_id from source s join release r on r.id = s.release_id
    where r.dataset_id = p_dataset and not exists (
        select from source o join release q on q.id = o.release_id
        where o.volume_id = s.volume_id and q.dataset_id <> p_dataset
          and not exists (select from withdrawn_dataset d where d.dataset_id = q.dataset_id))
$$;

-- The standing words of no release, such as a consensus, whose masks were computed from masks of a dataset.
create function words_computed_from(p_dataset integer) returns setof annotation
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive computed (mask_id) as (
        select i.mask_id from mask_input i
        join annotation a on a.mask_id = i.input_id join release r on r.id = a.release_id where r.dataset_id = p_dataset
        union
        select i.mask_id from computed c join mask_input i on i.input_id = c.mask_id
    )
    select a.* from annotation a join computed c on c.mask_id = a.mask_id
    where a.release_id is null and not exists (
        select from annotation n
        where (n.volume_id, n.organ_id, n.rater, n.proposed) = (a.volume_id, a.organ_id, a.rater, a.proposed)
          and n.release_id is null and n.id > a.id)
$$;

-- Everything that a removal concerns, and what becomes of it; changes nothing.
create function removal_plan(p_dataset integer, p_subject bigint)
returns table (kind text, id bigint, label text, n bigint, effect text)
language sql stable set search_path = pg_catalog, lacuna, pg_temp as $$
    with scope as materialized (
        select v.id from volume v where v.subject_id = p_subject
        union select s.volume_id from source s join release r on r.id = s.release_id where r.dataset_id = p_dataset
    ), leaving as materialized (
        select v.id from volumes_of_removal(p_dataset, p_subject) v (id)
    ), seen as materialized (
        select t.id from rounds_that_saw(array(select l.id from leaving l), array(select p_dataset where p_dataset is not null)) t (id)
    ), word as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater) a.organ_id, a.status
        from scope v join annotation a on a.volume_id = v.id left join release r on r.id = a.release_id
        where p_dataset is null or r.dataset_id = p_dataset or a.volume_id in (select l.id from leaving l)
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.id desc
    ), name as (
        select r.id, run.name || '/' || r.number as label, r.published_change_id is not null as published, run.finished
        from round r join run on run.id = r.run_id
    )
    select i.kind, i.id, i.label, i.n, i.effect from (
    select 1 as part, 'volume' as kind, v.id,
        coalesce((select string_agg(distinct d.name, ', ') from source s join release r on r.id = s.release_id
            join dataset d on d.id = r.dataset_id where s.volume_id = v.id), '') as label,
        1::bigint as n, case when v.id in (select l.id from leaving l) then 'withheld' else 'kept: another dataset has it' end as effect
    from scope v
    union all
    select 2, 'source', s.id, d.name || '/' || s.case_name || ': ' || s.file, 1, 'withheld'
    from scope v join source s on s.volume_id = v.id join release r on r.id = s.release_id join dataset d on d.id = r.dataset_id
    where p_dataset is null or r.dataset_id = p_dataset
    union all
    select 3, 'annotation', null, o.key, count(*), 'withheld'
    from word w join organ o on o.id = w.organ_id where w.status <> 'unlabelled' group by o.key
    union all
    select 4, 'shipped label', null, o.key, count(*), 'withheld'
    from scope v join shipped_label s on s.volume_id = v.id join release r on r.id = s.release_id join organ o on o.id = s.organ_id
    where p_dataset is null or r.dataset_id = p_dataset group by o.key
    union all
    select 4, 'computed annotation', null, o.key, count(*), 'withheld'
    from words_computed_from(p_dataset) w join organ o on o.id = w.organ_id group by o.key
    union all
    select 5, 'pseudo label', e.id, e.label, count(*), 'withheld'
    from leaving v join pseudo_label l on l.volume_id = v.id join name e on e.id = l.round_id and e.published group by e.id, e.label
    union all
    select 6, 'checkpoint', c.id, c.kind || ' of round ' || e.label || ', step ' || c.step, 1, 'contaminated'
    from seen t join checkpoint c on c.round_id = t.id join name e on e.id = t.id
    union all
    select 7, 'derived pseudo label', e.id, e.label, count(*), 'recalled'
    from seen t join name e on e.id = t.id and e.published join pseudo_label l on l.round_id = t.id
    where l.volume_id not in (select g.id from leaving g) group by e.id, e.label
    union all
    select distinct 8, 'unfinished run', run.id, run.name, 1::bigint, 'stopped'
    from seen t join round r on r.id = t.id join run on run.id = r.run_id where not run.finished
    ) i order by i.part, i.label, i.id
$$;

-- Removes or restores a dataset or a subject, excludes or includes a volume, at one revision. Null where it is so already.
create function withdraw(
    p_dataset integer, p_subject bigint, p_volume bigint, p_stands boolean, p_recalls boolean, p_reason text, p_program text)
returns bigint language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    last withdrawal;
    the_change bigint;
    the_withdrawal bigint;
    volumes bigint[];
    leaving bigint[];
begin
    -- Jobs come before pointers: what a daemon writes holds its job and may wait for the pointers.
    if p_volume is null then
        perform from job where run_id in (select id from run where not finished) order by id for update;
    end if;
    perform pg_advisory_xact_lock(pointer_lock());
    select * into last from withdrawal w
    where w.dataset_id = p_dataset or w.subject_id = p_subject or w.volume_id = p_volume order by w.id desc limit 1;
    if coalesce(last.stands, false) = p_stands then
        return null;
    end if;
    volumes := array(
        select v.id from volume v where v.subject_id = p_subject or v.id = p_volume
        union select s.volume_id from source s join release r on r.id = s.release_id where r.dataset_id = p_dataset);
    if not p_stands and exists (
        select from mask m join object o on o.digest = m.object_digest
        where m.volume_id = any (volumes) and o.purged_at is not null) then
        raise exception 'its masks are purged; it cannot be restored'
            using errcode = 'LA010', hint = case when p_subject is not null
                then 'the removal stands; its scans are refused under whatever name they are imported'
                else 'the removal stands; data that may be used again are imported as a dataset of another name' end;
    end if;
    leaving := array(select v from volumes_of_removal(p_dataset, p_subject) v);

    insert into change (activity_id) values (start_activity(
        case when p_volume is null then 'removal' else 'correction' end, p_program,
        jsonb_build_object('dataset', p_dataset, 'subject', p_subject, 'volume', p_volume, 'withdrawn', p_stands,
            'recalls', p_recalls, 'reason', p_reason)))
    returning id into the_change;
    insert into withdrawal (dataset_id, subject_id, volume_id, stands, recalls, reason, change_id)
    values (p_dataset, p_subject, p_volume, p_stands, p_recalls, p_reason, the_change) returning id into the_withdrawal;
    if p_dataset is not null and p_stands then
        insert into withdrawn_dataset values (p_dataset, the_withdrawal);
    elsif p_dataset is not null then
        delete from withdrawn_dataset where dataset_id = p_dataset;
    end if;
    perform restate_volumes(the_change, volumes);
    -- What was computed from masks of the dataset on volumes that stay is taken back, and said again when it is restored.
    if p_stands then
        insert into annotation (volume_id, organ_id, rater, status, origin, parent_id, proposed, change_id)
        select volume_id, organ_id, rater, 'unlabelled', origin, id, proposed, the_change from words_computed_from(p_dataset);
    else
        insert into annotation (volume_id, organ_id, rater, status, origin, mask_id, extent, parent_id, proposed, change_id)
        select a.volume_id, a.organ_id, a.rater, p.status, p.origin, p.mask_id, p.extent, a.id, a.proposed, the_change
        from annotation a join annotation p on p.id = a.parent_id
        where a.change_id = last.change_id and not exists (
            select from annotation n
            where (n.volume_id, n.organ_id, n.rater, n.proposed) = (a.volume_id, a.organ_id, a.rater, a.proposed)
              and n.release_id is null and n.id > a.id);
    end if;
    if p_volume is null and p_stands then
        perform taint_rounds(the_change, the_withdrawal, leaving, array(select p_dataset where p_dataset is not null));
    elsif p_volume is null then
        perform untaint_rounds(the_change, last.id);
    end if;
    return the_change;
end $$;

-- Marks the rounds that saw what is removed, takes their runs from the daemons that hold them, and, where the withdrawal
-- recalls, hides the labels that they published. The caller holds the jobs and the pointers.
create function taint_rounds(p_change bigint, p_withdrawal bigint, p_volumes bigint[], p_datasets integer[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    insert into tainted_round select t, p_withdrawal from rounds_that_saw(p_volumes, p_datasets) t on conflict do nothing;
    update job set token = token + 1, worker = null, lease_until = null
    where run_id in (
        select r.run_id from tainted_round t join round r on r.id = t.round_id join run on run.id = r.run_id
        where t.withdrawal_id = p_withdrawal and not run.finished);
    if (select recalls from withdrawal where id = p_withdrawal) then
        perform point_rounds(p_change, array(
            select l.id from (select distinct on (run_id, organ_id) id, round_id from round_pointer
                              order by run_id, organ_id, id desc) l
            join tainted_round t on t.round_id = l.round_id and t.withdrawal_id = p_withdrawal), false);
    end if;
end $$;

-- What a removal recalled shows again, unless another removal recalls it too.
create function untaint_rounds(p_change bigint, p_withdrawal bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    delete from tainted_round where withdrawal_id = p_withdrawal;
    perform point_rounds(p_change, array(
        select l.id from (select distinct on (run_id, organ_id) id, round_id, change_id from round_pointer
                          order by run_id, organ_id, id desc) l
        join withdrawal w on w.change_id = l.change_id
        where w.id = p_withdrawal and l.round_id is null), true);
end $$;

-- Points the runs and organs of some pointers to nothing, or back to what they pointed to before.
create function point_rounds(p_change bigint, p_pointers bigint[], p_back boolean) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    organs smallint[];
    rounds bigint[];
begin
    insert into round_pointer (run_id, organ_id, round_id, change_id)
    select p.run_id, p.organ_id, case when p_back then b.round_id end, p_change
    from round_pointer p
    left join lateral (
        select o.round_id from round_pointer o
        where (o.run_id, o.organ_id) = (p.run_id, p.organ_id) and o.id < p.id order by o.id desc limit 1) b on true
    where p.id = any (p_pointers) and not (p_back and is_recalled(b.round_id));
    select array_agg(p.organ_id), array_agg(p.round_id) into organs, rounds from round_pointer p
    where p.change_id = p_change and p.run_id = (select run_id from adoption order by id desc limit 1);
    perform move_pointers(p_change, organs, rounds);
end $$;

-- Whether the labels of a round are withheld because it saw what is removed.
create function is_recalled(p_round bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select exists (
        select from tainted_round t join withdrawal w on w.id = t.withdrawal_id where t.round_id = p_round and w.recalls)
$$;

create function refuse_recalled_rounds() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if new.round_id is not null and is_recalled(new.round_id) then
        raise exception 'round % saw data that were removed; its labels are recalled', new.round_id
            using errcode = 'LA010', hint = 'start a new run';
    end if;
    return new;
end $$;

create trigger a_recalled_round_is_not_shown before insert on round_pointer
    for each row execute function refuse_recalled_rounds();

create function refuse_withheld_labels() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if exists (select from added a join withheld_volume h on h.volume_id = a.volume_id) then
        raise exception 'a volume was withdrawn and is never relabelled'
            using errcode = 'LA010', hint = 'start again; the run goes on without it';
    end if;
    return null;
end $$;

create trigger a_withheld_volume_is_not_relabelled after insert on pseudo_label
    referencing new table as added for each statement execute function refuse_withheld_labels();

create function leave_out_withheld_evaluations() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    return case when exists (select from withheld_volume h where h.volume_id = new.volume_id) then null else new end;
end $$;

create trigger a_withheld_volume_is_not_evaluated before insert on evaluation
    for each row execute function leave_out_withheld_evaluations();

-- MARK: The daemon's door

create or replace function hold_claim(p_job bigint, p_token bigint, p_round bigint default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint;
begin
    select run_id into the_run from job where id = p_job and token = p_token for key share;
    if not found then
        raise exception 'the claim on job % is lost', p_job
            using errcode = 'LA001', hint = 'another daemon took the run over; this one must stop';
    end if;
    if p_round is not null and not exists (select from round where id = p_round and run_id = the_run) then
        raise exception 'round % is not of run %', p_round, the_run using errcode = 'LA003';
    end if;
    if exists (select from round r where r.run_id = the_run and is_recalled(r.id)) then
        raise exception 'run % saw data that were removed and is recalled', the_run
            using errcode = 'LA010', hint = 'start a new run';
    end if;
    return the_run;
end $$;

create or replace function run_volumes(p_run bigint)
returns table (
    volume_id bigint, subject_id bigint, part split_part, shape integer[], modality text, root text, file text,
    file_sha256 bytea, affine double precision[], spacing double precision[])
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with began as ( -- as run_part
        select v.subject_id, max(i.part) as part from run_input i join volume v on v.id = i.volume_id where i.run_id = p_run group by 1
    )
    select v.id, v.subject_id, coalesce(greatest(m.part, b.part), 'train'), array[v.shape_x, v.shape_y, v.shape_z], v.modality,
        s.root, s.file, s.file_sha256, s.affine, s.spacing
    from run
    join volume v on true
    left join split_member m on m.split_id = run.split_id and m.subject_id = v.subject_id
    left join began b on b.subject_id = v.subject_id
    join lateral (
        select source.*, r.root from source join release r on r.id = source.release_id
        where source.volume_id = v.id and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by source.id limit 1) s on true
    where run.id = p_run
      and v.modality in (select jsonb_array_elements_text(coalesce(run.config -> 'modalities', '["CT"]')))
      and (m.part <> 'test' or (m.part is null and run.trains_unassigned))
      and not exists (select from withheld_volume h where h.volume_id = v.id)
    order by v.id
$$;

create or replace function run_labels(p_run bigint)
returns table (
    volume_id bigint, part split_part, organ text, status label_status, extent integer[], mask_id bigint, content_sha256 bytea,
    object_digest bytea, object_offset bigint, object_length bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with began as ( -- as run_part
        select v.subject_id, max(i.part) as part from run_input i join volume v on v.id = i.volume_id where i.run_id = p_run group by 1
    )
    select i.volume_id, greatest(b.part, s.part), o.key, a.status, a.extent, m.id, m.content_sha256, m.object_digest,
        m.object_offset, m.object_length
    from run_input i
    join run on run.id = i.run_id
    join volume v on v.id = i.volume_id
    join began b on b.subject_id = v.subject_id
    left join split_member s on s.split_id = run.split_id and s.subject_id = v.subject_id
    join annotation a on a.id = i.annotation_id
    left join release e on e.id = a.release_id
    join organ o on o.id = i.organ_id
    left join mask m on m.id = a.mask_id
    where i.run_id = p_run and s.part is distinct from 'test'
      and not exists (select from withheld_volume h where h.volume_id = i.volume_id)
      and not exists (select from withdrawn_dataset d where d.dataset_id = e.dataset_id)
    order by i.volume_id, o.key
$$;

create or replace function round_labels(p_round bigint)
returns table (
    volume_id bigint, organ text, confidence real, mask_id bigint, content_sha256 bytea, object_digest bytea,
    object_offset bigint, object_length bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select l.volume_id, o.key, l.confidence, m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length
    from pseudo_label l join mask m on m.id = l.mask_id join organ o on o.id = l.organ_id
    where l.round_id = p_round
      and not exists (select from withheld_volume h where h.volume_id = l.volume_id)
      and not is_recalled(p_round)
    order by l.volume_id, o.key
$$;

-- MARK: Subjects

-- The parts of two subjects that are one: the stricter one of every split. Of the folds of a cross-validation, which are
-- splits of one change, the patient validates in one: that in which the kept subject does, the first of several; else that in
-- which the joined one does. In the others its stricter other part holds, or it trains.
create function united_parts(p_kept bigint, p_joined bigint) returns table (split_id integer, part split_part)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with member as (
        select m.split_id, m.subject_id, m.part, s.change_id from split_member m join split s on s.id = m.split_id
        where m.subject_id in (p_kept, p_joined)
    ), validating as (
        select distinct on (m.change_id) m.change_id, m.split_id from member m
        where m.part = 'validation' and exists (select from split o where o.change_id = m.change_id and o.id <> m.split_id)
        order by m.change_id, m.subject_id = p_kept desc, m.split_id
    )
    select m.split_id, case when v.split_id <> m.split_id
        then coalesce(max(m.part) filter (where m.part <> 'validation'), 'train') else max(m.part) end
    from member m left join validating v using (change_id) group by m.split_id, v.split_id
$$;

-- Takes the unfinished runs that have the two in different parts from the daemons that hold them: these would go on with what
-- they read before. Jobs come before pointers.
create function stop_divided_runs(p_kept bigint, p_joined bigint) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    update job set token = token + 1, worker = null, lease_until = null
    where run_id in (
        select run.id from run
        where not run.finished and coalesce(run_part(run.id, p_kept), case when run.trains_unassigned then 'train'::split_part end)
            <> coalesce(run_part(run.id, p_joined), case when run.trains_unassigned then 'train'::split_part end))
$$;

create or replace function join_subjects(p_kept bigint, p_joined bigint, p_change bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if p_kept = p_joined then
        raise exception 'subject % cannot be joined to itself', p_kept using errcode = 'LA004';
    end if;
    perform check_open_change(p_change, p_change);
    perform stop_divided_runs(p_kept, p_joined);
    perform from subject_alias where subject_id in (p_kept, p_joined) order by dataset_id, key for update;
    perform from volume where subject_id in (p_kept, p_joined) order by id for no key update;
    perform from subject where id in (p_kept, p_joined) order by id for no key update;
    insert into volume_delta
    select p_change, s.dataset_id, 0, -1 from (
        select d.dataset_id from volume v join volume_dataset d on d.volume_id = v.id
        where v.subject_id in (p_kept, p_joined) group by d.dataset_id having count(distinct v.subject_id) = 2
        union all
        select 0 from volume v where v.subject_id in (p_kept, p_joined)
        and exists (select from volume_dataset d where d.volume_id = v.id) having count(distinct v.subject_id) = 2
    ) s;

    update checkpoint set contaminated_by =
        array(select distinct case s when p_joined then p_kept else s end from unnest(contaminated_by) s)
    where p_joined = any (contaminated_by);
    update checkpoint c set contaminated_by = array_append(c.contaminated_by, p_kept)
    from round r join run on run.id = r.run_id
    where c.round_id = r.id
      and not p_kept = any (c.contaminated_by)
      and (run_part(run.id, p_kept) in ('validation', 'test') or run_part(run.id, p_joined) in ('validation', 'test'))
      and (exists (
        select from volume v join run_input i on i.volume_id = v.id
        where v.subject_id in (p_kept, p_joined) and i.run_id = run.id and i.part in ('train', 'confidence'))
      or exists ( -- trained on labels that an earlier round made of it
        select from volume v join pseudo_label l on l.volume_id = v.id join round e on e.id = l.round_id
        where v.subject_id in (p_kept, p_joined) and e.run_id = run.id and e.number < r.number));

    insert into split_member (split_id, subject_id, part)
    select u.split_id, p_kept, u.part from united_parts(p_kept, p_joined) u
    on conflict (split_id, subject_id) do update set part = excluded.part;
    delete from split_member where subject_id = p_joined;
    update volume set subject_id = p_kept where subject_id = p_joined;
    update subject_alias set subject_id = p_kept where subject_id = p_joined;
    perform unite_withdrawals(p_kept, p_joined, p_change);
end $$;

-- A removal of either subject holds for the one that they are.
create function unite_withdrawals(p_kept bigint, p_joined bigint, p_change bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    joined withdrawal;
    the_withdrawal bigint;
    volumes bigint[];
begin
    select * into joined from withdrawal where subject_id = p_joined order by id desc limit 1;
    if coalesce(joined.stands, false)
        and not coalesce((select stands from withdrawal where subject_id = p_kept order by id desc limit 1), false) then
        insert into withdrawal (subject_id, stands, recalls, reason, change_id)
        values (p_kept, true, joined.recalls, joined.reason, p_change);
    end if;
    select id into the_withdrawal from withdrawal w
    where w.subject_id = p_kept and w.stands and w.id = (select max(id) from withdrawal where subject_id = p_kept);
    if found then
        volumes := array(select id from volume where subject_id = p_kept);
        perform pg_advisory_xact_lock(pointer_lock()); -- an importer holds it shared; of two that come here one is ended
        perform restate_volumes(p_change, volumes);
        perform taint_rounds(p_change, the_withdrawal, volumes, '{}');
    end if;
end $$;

-- MARK: Purge

-- Objects all of whose masks are removed: their volume is, or every release that says so is. Only those with a mask of a
-- volume of the dataset or subject given, which must be removed.
create function purgeable_objects(p_dataset integer, p_subject bigint) returns table (digest bytea, bytes bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with scope as (
        select v.id from volume v where v.subject_id = p_subject
        union select s.volume_id from source s join release r on r.id = s.release_id where r.dataset_id = p_dataset
    ), candidate as (
        select distinct m.object_digest from scope v join mask m on m.volume_id = v.id
    ), naming as (
        select m.object_digest, m.id, exists (
            select from withheld_volume h join withdrawal w on w.id = h.withdrawal_id
            where h.volume_id = m.volume_id and w.volume_id is null) as gone
        from candidate c join mask m using (object_digest)
    ), standing as ( -- somebody who still says so
        select n.object_digest from naming n where not n.gone and (
            exists (select from annotation a left join release r on r.id = a.release_id where a.mask_id = n.id
                    and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id))
            or exists (select from shipped_label s join release r on r.id = s.release_id where s.mask_id = n.id
                       and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id))
            or exists (select from pseudo_label l where l.mask_id = n.id))
        union
        select k.object_digest from checkpoint k join candidate using (object_digest)
    )
    select o.digest, o.bytes from candidate c join object o on o.digest = c.object_digest
    where o.purged_at is null and not exists (select from standing s where s.object_digest = o.digest)
$$;

-- Leaves tombstones for the objects that only removed rows name and returns them. The caller removes the bytes afterwards.
create function purge_removed(p_dataset integer, p_subject bigint, p_reason text, p_program text)
returns table (digest bytea, bytes bigint)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform pg_advisory_xact_lock(object_lock());
    if not coalesce((
        select w.stands from withdrawal w where w.dataset_id = p_dataset or w.subject_id = p_subject
        order by w.id desc limit 1), false) then
        raise exception 'only what is removed can be purged'
            using errcode = 'LA010', hint = 'remove it first; that can be taken back, a purge cannot';
    end if;
    perform start_activity('removal', p_program,
        jsonb_build_object('dataset', p_dataset, 'subject', p_subject, 'purged', true, 'reason', p_reason));
    return query
        update object o set purged_at = clock_timestamp()
        from purgeable_objects(p_dataset, p_subject) p where o.digest = p.digest returning o.digest, o.bytes;
end $$;

-- Bytes that are stored again have no tombstone any more.
create function revive_object() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    update object set purged_at = null where digest = new.digest and purged_at is not null;
    return new;
end $$;

create trigger stored_again before insert on object for each row execute function revive_object();

-- MARK: States as of a revision

create or replace function label_states(p_revision bigint, p_volume bigint default null, p_organ smallint default null)
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
        where (select w.stands from withdrawal w join change c on c.id = w.change_id
               where w.dataset_id = r.dataset_id and c.revision <= p_revision order by w.id desc limit 1)
    ), withheld as materialized (
        select h.volume_id from (
            select distinct on (v.volume_id) v.volume_id, v.withheld
            from volume_withholding v join change c on c.id = v.change_id
            where c.revision <= p_revision and (p_volume is null or v.volume_id = p_volume)
            order by v.volume_id, v.id desc) h
        where h.withheld
    ), word as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater)
            a.id, a.volume_id, a.organ_id, a.release_id, a.status, a.origin, a.extent is not null as partial, a.mask_id,
            c.revision, c.activity_id
        from annotation a join change c on c.id = a.change_id
        where c.revision <= p_revision and not a.proposed
          and (p_volume is null or a.volume_id = p_volume) and (p_organ is null or a.organ_id = p_organ)
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.id desc
    ), annotated as (
        select distinct on (w.volume_id, w.organ_id) w.*
        from word w left join release r on r.id = w.release_id left join policy p on true
        where w.status <> 'unlabelled'
          and not exists (select from removed g where g.release_id = w.release_id)
          and not exists (select from withheld h where h.volume_id = w.volume_id)
        order by w.volume_id, w.organ_id, annotation_rank(p.kind, p.datasets, r.dataset_id, w.release_id), w.origin,
            w.release_id desc nulls first, w.id desc
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
    ), shipped as (
        select distinct on (s.volume_id, s.organ_id) s.volume_id, s.organ_id, s.mask_id, c.revision, c.activity_id
        from shipped_label s join change c on c.id = s.change_id
        where c.revision <= p_revision
          and (p_volume is null or s.volume_id = p_volume) and (p_organ is null or s.organ_id = p_organ)
          and not exists (select from removed g where g.release_id = s.release_id)
          and not exists (select from withheld h where h.volume_id = s.volume_id)
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
      and not exists (select from pseudo p where (p.volume_id, p.organ_id) = (s.volume_id, s.organ_id));
end $$;

-- MARK: Policy

-- Chooses another way to pick the current annotation and picks again everywhere, at one revision. Null where it holds already.
create function set_policy(p_kind text, p_datasets text[], p_reason text, p_program text) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    last annotation_policy;
    wanted integer[];
    unknown text;
    the_change bigint;
begin
    select string_agg(n, ', ') into unknown from unnest(p_datasets) n where not exists (select from dataset where name = n);
    if unknown is not null then
        raise exception 'there is no dataset %', unknown using errcode = 'LA004', hint = 'lacuna dataset list shows them';
    end if;
    perform pg_advisory_xact_lock(pointer_lock());
    wanted := array(select d.id from unnest(p_datasets) with ordinality as n (name, i) join dataset d using (name) order by n.i);
    select * into last from annotation_policy order by id desc limit 1;
    if (coalesce(last.kind, 'origin'), coalesce(last.datasets, '{}')) = (p_kind, wanted) then
        return null;
    end if;
    insert into change (activity_id) values (start_activity('correction', p_program,
        jsonb_build_object('policy', p_kind, 'datasets', p_datasets, 'reason', p_reason))) returning id into the_change;
    insert into annotation_policy (kind, datasets, change_id) values (p_kind, wanted, the_change);
    -- Only where more than one release or rater has spoken can another become current.
    perform restate_volumes(the_change, array(
        select distinct volume_id from (
            select volume_id from annotation group by volume_id, organ_id
            having count(distinct (coalesce(release_id, 0), rater)) > 1) contested));
    return the_change;
end $$;

create trigger history_is_append_only before update or delete or truncate on annotation_policy execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on mask_input execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on withdrawal execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on volume_withholding execute function refuse_rewriting();

grant insert on mask_input to lacuna_manager;
grant select on mask_input, annotation_policy, withdrawal, withdrawn_dataset, withheld_volume, volume_withholding, tainted_round,
    contaminated_checkpoint to lacuna_manager;
grant execute on function stop_divided_runs(bigint, bigint), annotation_rank(text, integer[], integer, integer), volumes_of_removal(integer, bigint),
    rounds_that_saw(bigint[], integer[]), words_computed_from(integer), removal_plan(integer, bigint), is_recalled(bigint),
    withdraw(integer, bigint, bigint, boolean, boolean, text, text), purgeable_objects(integer, bigint),
    purge_removed(integer, bigint, text, text), set_policy(text, text[], text, text) to lacuna_manager;
