-- Withdrawal of data (removal, exclusion, restoration, purge), merging of subjects, and changes of the annotation policy, with
-- their effects on labels, counts and rounds.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

-- MARK: Withholding

create table purged_volume (
    volume_id bigint primary key references withheld_volume on delete cascade,
    activity_id bigint not null references activity
);
comment on table purged_volume is 'Volumes whose voxels were purged and that are withheld since, with the purge. The row of a volume that a dataset in use contains again is gone.';
grant select on purged_volume to lacuna_manager;

-- The withdrawal by which a volume is withheld: of its subject, of the last of its datasets, or of itself; null: none.
create function withdrawal_of(p_volume bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select coalesce(
        (select w.id from volume v
         cross join lateral (
            select id, withdrawn from withdrawal where subject_id = v.subject_id order by id desc limit 1) w
         where v.id = p_volume and w.withdrawn),
        (select max(d.withdrawal_id)
         from source s join release r on r.id = s.release_id left join withdrawn_dataset d on d.dataset_id = r.dataset_id
         where s.volume_id = p_volume having bool_and(d.withdrawal_id is not null)),
        (select w.id from (select id, withdrawn from withdrawal where volume_id = p_volume order by id desc limit 1) w
         where w.withdrawn))
$$;

create type coverage_count as (
    scope_id integer, organ_id smallint, status label_status, origin label_origin, partial boolean, bin smallint, n bigint
);
comment on type coverage_count is 'A number of label states of one kind in a scope.';
create type scope_size as (scope_id integer, volumes bigint, subjects bigint);
comment on type scope_size is 'The numbers of volumes and of subjects in a scope.';

-- Counts of the current states of some volumes, from the derived rows; a volume without a dataset is not counted.
create function state_counts(p_volumes bigint[]) returns setof coverage_count
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
    select k.id, s.organ_id, 'pseudo', 'model', false, s.bin, count(*)
    from unhidden_pseudo_label s join round r on r.id = s.round_id and r.published_change_id is not null
    join coverage_scope k on k.round_id = r.id
    where s.volume_id = any (p_volumes) group by 1, 2, 6
$$;

-- The number of some volumes in each scope, and of their subjects.
create function scope_sizes(p_volumes bigint[]) returns setof scope_size
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

-- Derives the current rows of some volumes from history again, and appends the changes of counts.
create function recompute_volumes(p_change bigint, p_volumes bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    states coverage_count[];
    sizes scope_size[];
    kin bigint[];
    surplus organ_surplus[];
begin
    perform from volume where id = any (p_volumes) order by id for no key update;
    perform from subject where id in (select subject_id from volume where id = any (p_volumes)) order by id for no key update;
    states := array(select c from state_counts(p_volumes) c);
    sizes := array(select s from scope_sizes(p_volumes) s);
    kin := volumes_of_kin(p_volumes);
    surplus := array(select s from surplus_of(kin) s);

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

    with latest as (
        select distinct on (s.volume_id, s.organ_id, s.release_id) s.id, s.volume_id, s.organ_id, s.release_id, s.mask_id
        from shipped_label s join release r on r.id = s.release_id
        where s.volume_id = any (p_volumes)
          and not exists (select from withheld_volume h where h.volume_id = s.volume_id)
          and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by s.volume_id, s.organ_id, s.release_id, s.id desc
    ), newest as (
        select distinct on (volume_id, organ_id) id, volume_id, organ_id from latest where mask_id is not null
        order by volume_id, organ_id, release_id desc
    ), gone as (
        delete from shipped_current c where c.volume_id = any (p_volumes)
        and not exists (select from newest n where (n.volume_id, n.organ_id) = (c.volume_id, c.organ_id))
    )
    insert into shipped_current (volume_id, organ_id, shipped_label_id) select volume_id, organ_id, id from newest
    on conflict (volume_id, organ_id) do update set shipped_label_id = excluded.shipped_label_id;

    with difference as (
        select * from state_counts(p_volumes)
        union all
        select scope_id, organ_id, status, origin, partial, bin, -n from unnest(states)
    ), counted as (
        insert into coverage_delta
        select p_change, scope_id, organ_id, status, origin, partial, sum(n) from difference
        group by scope_id, organ_id, status, origin, partial having sum(n) <> 0
    )
    insert into confidence_delta
    select p_change, scope_id, organ_id, bin, sum(n) from difference where bin is not null
    group by scope_id, organ_id, bin having sum(n) <> 0;

    insert into volume_delta
    select p_change, scope_id, sum(volumes), sum(subjects) from (
        select * from scope_sizes(p_volumes)
        union all
        select scope_id, -volumes, -subjects from unnest(sizes)
    ) d group by scope_id having sum(volumes) <> 0 or sum(subjects) <> 0;
    perform append_surplus(p_change, kin, surplus);
end $$;

create function descendants_of_runs(p_runs bigint[]) returns setof bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive descendant as (
        select run_id from run_start where previous_run_id = any (p_runs)
        union
        select s.run_id from descendant d join run_start s on s.previous_run_id = d.run_id
    )
    select run_id from descendant
$$;
comment on function descendants_of_runs(bigint[]) is 'The runs that start from the weights of some runs, or of a run that does.';

create function rounds_trained_on(p_volumes bigint[], p_datasets integer[]) returns setof bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive trained as (
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
    where r.run_id in (
        select run_id from trained
        union
        select descendants_of_runs(array(select run_id from trained union select run_id from relabelled)))
       or exists (select from relabelled b where b.run_id = r.run_id and r.number > b.number)
$$;
comment on function rounds_trained_on(bigint[], integer[]) is 'The rounds whose checkpoints may have been trained on some volumes or on annotations of some datasets: all rounds of a run whose snapshot has one for training, rounds after one that labelled such a volume, and all rounds of the runs that start from the weights of such a run.';

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
comment on function volumes_of_removal(integer, bigint) is 'The volumes that a removal withholds: those of the subject, or those that no other dataset in use has.';

create function annotations_computed_from(p_dataset integer) returns setof annotation
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
        where (n.volume_id, n.organ_id, n.partitioned, n.proposed) = (a.volume_id, a.organ_id, a.partitioned, a.proposed)
          and n.rater is not distinct from a.rater and n.release_id is null and n.id > a.id)
$$;
comment on function annotations_computed_from(integer) is 'The newest annotations of persons and consensus whose masks were computed from masks of a dataset.';

create function removal_plan(p_dataset integer, p_subject bigint)
returns table (kind text, id bigint, label text, n bigint, effect text)
language sql stable set search_path = pg_catalog, lacuna, pg_temp as $$
    with scope as materialized (
        select v.id from volume v where v.subject_id = p_subject
        union select s.volume_id from source s join release r on r.id = s.release_id where r.dataset_id = p_dataset
    ), leaving as materialized (
        select v.id from volumes_of_removal(p_dataset, p_subject) v (id)
    ), seen as materialized (
        select t.id from rounds_trained_on(array(select l.id from leaving l), array(select p_dataset where p_dataset is not null)) t (id)
    ), latest as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater, a.partitioned) a.organ_id, a.status
        from scope v join annotation a on a.volume_id = v.id left join release r on r.id = a.release_id
        where p_dataset is null or r.dataset_id = p_dataset or a.volume_id in (select l.id from leaving l)
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.partitioned, a.id desc
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
    from latest w join organ o on o.id = w.organ_id where w.status <> 'unlabelled' group by o.key
    union all
    select 4, 'shipped label', null, o.key, count(*), 'withheld'
    from scope v join shipped_label s on s.volume_id = v.id join release r on r.id = s.release_id join organ o on o.id = s.organ_id
    where s.mask_id is not null and (p_dataset is null or r.dataset_id = p_dataset) group by o.key
    union all
    select 4, 'computed annotation', null, o.key, count(*), 'withheld'
    from annotations_computed_from(p_dataset) w join organ o on o.id = w.organ_id group by o.key
    union all
    select 5, 'pseudo label', e.id, e.label, count(*), 'withheld'
    from leaving v join pseudo_label l on l.volume_id = v.id and not l.carried
    join name e on e.id = l.round_id and e.published group by e.id, e.label
    union all
    select 5, 'withheld mask', e.id, e.label, count(*), 'withheld'
    from leaving v join predicted_mask l on l.volume_id = v.id and l.withheld is not null
    join name e on e.id = l.round_id and e.published group by e.id, e.label
    union all
    select 6, 'checkpoint', c.id, c.kind || ' of round ' || e.label || ', step ' || c.step, 1, 'contaminated'
    from seen t join checkpoint c on c.round_id = t.id join name e on e.id = t.id
    union all
    select 7, 'derived pseudo label', e.id, e.label, count(*), 'recalled'
    from seen t join name e on e.id = t.id and e.published join pseudo_label l on l.round_id = t.id and not l.carried
    where l.volume_id not in (select g.id from leaving g) group by e.id, e.label
    union all
    select 7, 'derived withheld mask', e.id, e.label, count(*), 'recalled'
    from seen t join name e on e.id = t.id and e.published join predicted_mask l on l.round_id = t.id and l.withheld is not null
    where l.volume_id not in (select g.id from leaving g) group by e.id, e.label
    union all
    select distinct 8, 'unfinished run', run.id, run.name, 1::bigint, 'stopped'
    from seen t join round r on r.id = t.id join run on run.id = r.run_id where not run.finished
    ) i order by i.part, i.label, i.id
$$;
comment on function removal_plan(integer, bigint) is 'Everything that a removal would concern, and its effect on each; changes nothing.';

create function lock_jobs() returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform lock_jobs_of_runs(array(select id from run where not finished and cancelled_change_id is null));
end $$;
comment on function lock_jobs() is 'Locks the jobs of unfinished runs until the transaction ends, so that what their daemons write is stored before, or refused.';

create function withdraw(
    p_dataset integer, p_subject bigint, p_volume bigint, p_withdrawn boolean, p_recalls boolean, p_reason text, p_program text)
returns bigint language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    last withdrawal;
    the_change bigint;
    the_withdrawal bigint;
    volumes bigint[];
    leaving bigint[];
begin
    perform pg_advisory_xact_lock(pointer_lock());
    if p_volume is null then
        perform lock_jobs();
    end if;
    select * into last from withdrawal w
    where w.dataset_id = p_dataset or w.subject_id = p_subject or w.volume_id = p_volume order by w.id desc limit 1;
    if coalesce(last.withdrawn, false) = p_withdrawn then
        return null;
    end if;
    volumes := array(
        select v.id from volume v where v.subject_id = p_subject or v.id = p_volume
        union select s.volume_id from source s join release r on r.id = s.release_id where r.dataset_id = p_dataset);
    if not p_withdrawn and (exists (select from purged_volume where volume_id = any (volumes)) or exists (
        select from mask m join object o on o.digest = m.object_digest
        where m.volume_id = any (volumes) and o.purged_at is not null)) then
        raise exception 'the data are purged; a restoration is not possible'
            using errcode = 'LA010', hint = case when p_subject is not null
                then 'scans of a purged subject cannot be imported under any name'
                else 'import data that may be used again as a dataset of another name' end;
    end if;
    leaving := array(select v from volumes_of_removal(p_dataset, p_subject) v);

    insert into change (activity_id) values (start_activity(
        case when p_volume is null then 'removal' else 'correction' end, p_program,
        jsonb_build_object('dataset', (select name from dataset where id = p_dataset), 'subject', p_subject, 'volume', p_volume, 'withdrawn', p_withdrawn,
            'recalls', p_recalls, 'reason', p_reason)))
    returning id into the_change;
    insert into withdrawal (dataset_id, subject_id, volume_id, withdrawn, recalls, reason, change_id)
    values (p_dataset, p_subject, p_volume, p_withdrawn, p_recalls, p_reason, the_change) returning id into the_withdrawal;
    if p_dataset is not null and p_withdrawn then
        insert into withdrawn_dataset values (p_dataset, the_withdrawal);
    elsif p_dataset is not null then
        delete from withdrawn_dataset where dataset_id = p_dataset;
    end if;
    perform recompute_volumes(the_change, volumes);
    -- Annotations that were computed from masks of the dataset, on volumes that remain, are retracted, and recorded again by a
    -- restoration.
    if p_withdrawn then
        insert into annotation (volume_id, organ_id, rater, partitioned, status, origin, parent_id, proposed, change_id)
        select volume_id, organ_id, rater, partitioned, 'unlabelled', origin, id, proposed, the_change
        from annotations_computed_from(p_dataset);
    else
        insert into annotation (
            volume_id, organ_id, rater, partitioned, status, origin, mask_id, extent, parent_id, proposed, change_id)
        select a.volume_id, a.organ_id, a.rater, a.partitioned, p.status, p.origin, p.mask_id, p.extent, a.id, a.proposed, the_change
        from annotation a join annotation p on p.id = a.parent_id
        where a.change_id = last.change_id and not exists (
            select from annotation n
            where (n.volume_id, n.organ_id, n.partitioned, n.proposed) = (a.volume_id, a.organ_id, a.partitioned, a.proposed)
              and n.rater is not distinct from a.rater and n.release_id is null and n.id > a.id);
    end if;
    if p_volume is null and p_withdrawn then
        perform mark_contaminated_rounds(the_change, the_withdrawal, leaving, array(select p_dataset where p_dataset is not null));
    elsif p_volume is null then
        perform restore_contaminated_rounds(the_change, array(
            select last.id union select r.id from removals_of_merged(p_subject) r (id)));
    end if;
    return the_change;
end $$;
comment on function withdraw(integer, bigint, bigint, boolean, boolean, text, text) is 'Removes or restores a dataset or a subject, or excludes or includes a volume, at one new revision. Null, and no revision, where nothing changes.';

-- Records the rounds that were trained on removed data and ends the claims on their unfinished runs; where the withdrawal
-- recalls labels, it cancels these runs and hides the labels that the rounds published. The caller holds the locks of jobs and pointers.
create function mark_contaminated_rounds(p_change bigint, p_withdrawal bigint, p_volumes bigint[], p_datasets integer[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    runs bigint[];
begin
    insert into contaminated_round select t, p_withdrawal from rounds_trained_on(p_volumes, p_datasets) t on conflict do nothing;
    runs := array(
        select distinct r.run_id from contaminated_round t join round r on r.id = t.round_id join run on run.id = r.run_id
        where t.withdrawal_id = p_withdrawal and not run.finished);
    if not (select recalls from withdrawal where id = p_withdrawal) then
        perform end_claims(runs);
    else
        perform cancel_run(r, p_change) from unnest(runs) r;
        perform point_rounds(p_change, array(
            select l.id from (select distinct on (run_id, organ_id) id, round_id from round_pointer
                              order by run_id, organ_id, id desc) l
            join contaminated_round t on t.round_id = l.round_id and t.withdrawal_id = p_withdrawal), false);
    end if;
end $$;

-- Forgets what some removals contaminated, and shows the recalled labels again that no other removal recalls, whichever removal
-- hid them first.
create function restore_contaminated_rounds(p_change bigint, p_withdrawals bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    delete from contaminated_round where withdrawal_id = any (p_withdrawals);
    perform point_rounds(p_change, array(
        select l.id from (select distinct on (run_id, organ_id) id, is_recall from round_pointer
                          order by run_id, organ_id, id desc) l
        where l.is_recall), true);
end $$;

-- Points the runs and organs of some pointers to nothing, or back to what they pointed to before.
create function point_rounds(p_change bigint, p_pointers bigint[], p_back boolean) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    organs smallint[];
    rounds bigint[];
begin
    insert into round_pointer (run_id, organ_id, round_id, change_id, is_recall)
    select p.run_id, p.organ_id, case when p_back then b.round_id end, p_change, not p_back
    from round_pointer p
    left join lateral (
        select o.round_id from round_pointer o
        where (o.run_id, o.organ_id) = (p.run_id, p.organ_id) and o.id < p.id order by o.id desc limit 1) b on true
    where p.id = any (p_pointers) and not (p_back and is_recalled(b.round_id));
    select array_agg(p.organ_id), array_agg(p.round_id) into organs, rounds from round_pointer p
    where p.change_id = p_change and p.run_id = (select run_id from adoption order by id desc limit 1);
    perform move_pointers(p_change, organs, rounds);
end $$;

create function refuse_recalled_rounds() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if new.round_id is not null and is_recalled(new.round_id) then
        raise exception '% was trained on data that were removed; its labels are recalled', round_name(new.round_id)
            using errcode = 'LA010', hint = 'start a new run';
    end if;
    return new;
end $$;

create trigger a_recalled_round_is_not_shown before insert on round_pointer
    for each row execute function refuse_recalled_rounds();

create function refuse_withdrawn_volumes(p_volumes bigint[]) returns void language plpgsql stable security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if exists (select from withheld_volume h where h.volume_id = any (p_volumes)) then
        raise exception 'a withdrawn volume cannot be relabelled'
            using errcode = 'LA010', hint = 'start the daemon again; the run continues without the volume';
    end if;
end $$;

create function refuse_withheld_labels() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform refuse_withdrawn_volumes(array(select distinct volume_id from added where not carried));
    return null;
end $$;

create function refuse_withheld_masks() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform refuse_withdrawn_volumes(array(select distinct volume_id from added));
    return null;
end $$;

create trigger a_withheld_volume_is_not_relabelled after insert on pseudo_label
    referencing new table as added for each statement execute function refuse_withheld_labels();
create trigger a_withheld_volume_is_not_relabelled after insert on withheld_mask
    referencing new table as added for each statement execute function refuse_withheld_masks();

create function leave_out_withheld_evaluations() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    return case when exists (select from withheld_volume h where h.volume_id = new.volume_id) then null else new end;
end $$;

create trigger a_withheld_volume_is_not_evaluated before insert on evaluation
    for each row execute function leave_out_withheld_evaluations();

-- MARK: Subjects

create table subject_join (
    id bigint generated always as identity primary key,
    kept_id bigint not null references subject,
    merged_id bigint not null references subject,
    cause text not null constraint cause_is_known check (cause in ('person', 'table', 'voxels', 'patient', 'study')),
    volumes bigint[] not null,
    datasets integer[] not null,
    keys text[] not null,
    splits integer[] not null,
    kept_parts split_part[] not null,
    merged_parts split_part[] not null,
    kept_marks bigint[] not null,
    merged_marks bigint[] not null,
    change_id bigint not null references change,
    constraint keys_have_datasets check (cardinality(datasets) = cardinality(keys)),
    constraint splits_have_parts check (
        cardinality(splits) = cardinality(kept_parts) and cardinality(splits) = cardinality(merged_parts))
);
create index on subject_join (kept_id);
create index on subject_join (merged_id);
comment on table subject_join is 'History of joins of two subjects, with what is needed to take them apart again.';
comment on column subject_join.cause is 'Who or what showed that the two are one patient: a person, a table of subjects, equal voxels, or a patient or study identifier in DICOM slices.';
comment on column subject_join.volumes is 'The volumes of the merged subject.';
comment on column subject_join.keys is 'The keys of the merged subject, parallel to datasets.';
comment on column subject_join.splits is 'The splits that had one of the two; kept_parts and merged_parts are parallel, null for a subject that was in no part.';
comment on column subject_join.kept_marks is 'The checkpoints that the kept subject contaminated before; merged_marks those of the merged subject.';

create table subject_split (
    id bigint generated always as identity primary key,
    join_id bigint unique references subject_join,
    subject_id bigint not null references subject,
    separated_id bigint not null references subject,
    volumes bigint[] not null constraint a_subject_has_volumes check (cardinality(volumes) > 0),
    by_person boolean not null,
    change_id bigint not null references change
);
create index on subject_split (separated_id);
comment on table subject_split is 'History of separations of a subject''s volumes as another subject. Imports do not join the two again.';
comment on column subject_split.join_id is 'The join that was taken apart; null: the volumes were named.';
comment on column subject_split.by_person is 'False: a table of subjects named different patients.';

-- The removals in force of the subjects that were merged into a subject: its restoration ends them too.
create function removals_of_merged(p_subject bigint) returns setof bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive kin (id) as (
        select p_subject
        union
        select j.merged_id from kin join subject_join j on j.kept_id = kin.id
        where not exists (select from subject_split s where s.join_id = j.id)
    )
    select w.id from kin cross join lateral (
        select id, withdrawn from withdrawal where subject_id = kin.id order by id desc limit 1) w
    where w.withdrawn and kin.id <> p_subject
$$;

create trigger history_is_append_only before update or delete or truncate on subject_join execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on subject_split execute function refuse_rewriting();

-- The parts of a merged subject: the stricter one in every split. In the folds of a cross-validation, which are splits of one
-- change, the subject stays in the validation part of one: a fold in which the kept subject validates, the first of several, else
-- a fold in which the other does. In the other folds it has its stricter other part, or train.
create function merged_parts(p_kept bigint, p_merged bigint) returns table (split_id integer, part split_part)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with member as (
        select m.split_id, m.subject_id, m.part, s.change_id from split_member m join split s on s.id = m.split_id
        where m.subject_id in (p_kept, p_merged)
    ), validating as (
        select distinct on (m.change_id) m.change_id, m.split_id from member m
        where m.part = 'validation' and exists (select from split o where o.change_id = m.change_id and o.id <> m.split_id)
        order by m.change_id, m.subject_id = p_kept desc, m.split_id
    )
    select m.split_id, case when v.split_id <> m.split_id
        then coalesce(max(m.part) filter (where m.part <> 'validation'), 'train') else max(m.part) end
    from member m left join validating v using (change_id) group by m.split_id, v.split_id
$$;

create function stop_runs_between_parts(p_kept bigint, p_merged bigint) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select end_claims(array(
        select run.id from run
        where not run.finished and coalesce(run_part(run.id, p_kept), case when run.trains_unassigned then 'train'::split_part end)
            <> coalesce(run_part(run.id, p_merged), case when run.trains_unassigned then 'train'::split_part end)))
$$;
comment on function stop_runs_between_parts(bigint, bigint) is 'Ends the claims on unfinished runs that have two subjects in different parts, because their daemons would continue with what they read before.';

-- What is needed to take a join apart that is about to be made.
create function described_join(p_kept bigint, p_merged bigint) returns subject_join
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    made subject_join;
begin
    made.volumes := array(select id from volume where subject_id = p_merged order by id);
    select coalesce(array_agg(a.dataset_id order by a.dataset_id, a.key), '{}'), coalesce(array_agg(a.key order by a.dataset_id, a.key), '{}')
    into made.datasets, made.keys from subject_alias a where a.subject_id = p_merged;
    select coalesce(array_agg(s.split_id order by s.split_id), '{}'), coalesce(array_agg(k.part order by s.split_id), '{}'),
        coalesce(array_agg(m.part order by s.split_id), '{}')
    into made.splits, made.kept_parts, made.merged_parts
    from (select distinct split_id from split_member where subject_id in (p_kept, p_merged)) s
    left join split_member k on k.split_id = s.split_id and k.subject_id = p_kept
    left join split_member m on m.split_id = s.split_id and m.subject_id = p_merged;
    made.kept_marks := array(select id from checkpoint where p_kept = any (contaminated_by));
    made.merged_marks := array(select id from checkpoint where p_merged = any (contaminated_by));
    return made;
end $$;

create function mark_descendants(p_subject bigint, p_runs bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    runs bigint[] := array(select descendants_of_runs(p_runs));
begin
    perform end_claims(array(select id from run where id = any (runs) and not finished));
    update checkpoint c set contaminated_by = array_append(c.contaminated_by, p_subject)
    from round r where r.id = c.round_id and r.run_id = any (runs) and not p_subject = any (c.contaminated_by);
end $$;
comment on function mark_descendants(bigint, bigint[]) is 'Marks the checkpoints of the runs that start from runs which were trained on a subject that is held out, and ends the claims on those that are unfinished, so that no checkpoint without the mark is recorded meanwhile.';

create function merge_subjects(p_kept bigint, p_merged bigint, p_change bigint, p_cause text default 'person') returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_join subject_join;
    marked bigint[];
begin
    if p_kept = p_merged then
        raise exception 'subject % cannot be merged with itself', (select name from subject where id = p_kept)
            using errcode = 'LA004';
    end if;
    perform check_open_change(p_change, p_change);
    perform stop_runs_between_parts(p_kept, p_merged);
    perform from subject_alias where subject_id in (p_kept, p_merged) order by dataset_id, key for update;
    perform from volume where subject_id in (p_kept, p_merged) order by id for no key update;
    perform from subject where id in (p_kept, p_merged) order by id for no key update;
    the_join := described_join(p_kept, p_merged);
    insert into volume_delta
    select p_change, s.scope_id, 0, -1 from (
        select k.id as scope_id from volume v join volume_dataset d on d.volume_id = v.id
        join coverage_scope k on k.dataset_id = d.dataset_id
        where v.subject_id in (p_kept, p_merged) group by k.id having count(distinct v.subject_id) = 2
        union all
        select catalogue_scope() from volume v where v.subject_id in (p_kept, p_merged)
        and exists (select from volume_dataset d where d.volume_id = v.id) having count(distinct v.subject_id) = 2
    ) s;

    update checkpoint set contaminated_by =
        array(select distinct case s when p_merged then p_kept else s end from unnest(contaminated_by) s)
    where p_merged = any (contaminated_by);
    with newly as (
        update checkpoint c set contaminated_by = array_append(c.contaminated_by, p_kept)
        from round r join run on run.id = r.run_id
        where c.round_id = r.id
          and not p_kept = any (c.contaminated_by)
          and (run_part(run.id, p_kept) in ('validation', 'test') or run_part(run.id, p_merged) in ('validation', 'test'))
          and (exists (
            select from volume v join run_input i on i.volume_id = v.id
            where v.subject_id in (p_kept, p_merged) and i.run_id = run.id and i.part in ('train', 'confidence'))
          or exists ( -- trained on labels that an earlier round made of it
            select from volume v join pseudo_label l on l.volume_id = v.id join round e on e.id = l.round_id
            where v.subject_id in (p_kept, p_merged) and e.run_id = run.id and e.number < r.number))
        returning r.run_id
    )
    select array_agg(distinct run_id) into marked from newly;
    perform mark_descendants(p_kept, marked);

    insert into split_member (split_id, subject_id, part)
    select u.split_id, p_kept, u.part from merged_parts(p_kept, p_merged) u
    on conflict (split_id, subject_id) do update set part = excluded.part;
    delete from split_member where subject_id = p_merged;
    update volume set subject_id = p_kept where subject_id = p_merged;
    update subject_alias set subject_id = p_kept where subject_id = p_merged;
    perform merge_withdrawals(p_kept, p_merged, p_change);
    insert into subject_join (kept_id, merged_id, cause, volumes, datasets, keys, splits, kept_parts, merged_parts, kept_marks,
        merged_marks, change_id)
    values (p_kept, p_merged, p_cause, the_join.volumes, the_join.datasets, the_join.keys, the_join.splits, the_join.kept_parts,
        the_join.merged_parts, the_join.kept_marks, the_join.merged_marks, p_change);
end $$;
comment on function merge_subjects(bigint, bigint, bigint, text) is 'Merges a subject into another: the volumes are of the kept subject, the stricter part of every split holds, checkpoints that were trained on them are marked, with those of the runs that start from them, and a removal of either holds for both.';

-- A removal of either subject applies to the merged one.
create function merge_withdrawals(p_kept bigint, p_merged bigint, p_change bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    merged withdrawal;
    the_withdrawal bigint;
    volumes bigint[];
begin
    select * into merged from withdrawal where subject_id = p_merged order by id desc limit 1;
    if coalesce(merged.withdrawn, false)
        and not coalesce((select withdrawn from withdrawal where subject_id = p_kept order by id desc limit 1), false) then
        insert into withdrawal (subject_id, withdrawn, recalls, reason, change_id)
        values (p_kept, true, merged.recalls, merged.reason, p_change);
    end if;
    select id into the_withdrawal from withdrawal w
    where w.subject_id = p_kept and w.withdrawn and w.id = (select max(id) from withdrawal where subject_id = p_kept);
    if found then
        volumes := array(select id from volume where subject_id = p_kept);
        perform pg_advisory_xact_lock(pointer_lock()); -- importers hold it shared; of two that wait here the server ends one
        perform recompute_volumes(p_change, volumes);
        perform mark_contaminated_rounds(p_change, the_withdrawal, volumes, '{}');
    end if;
end $$;

-- MARK: Purge

-- The masks of the volumes that a removal withholds, and of the dataset's releases.
create function masks_of_removal(p_dataset integer, p_subject bigint) returns setof bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select m.id from volumes_of_removal(p_dataset, p_subject) v (id) join mask m on m.volume_id = v.id
    union
    select a.mask_id from release r join source s on s.release_id = r.id
    join annotation a on a.volume_id = s.volume_id and a.release_id = r.id
    where r.dataset_id = p_dataset and a.mask_id is not null
    union
    select l.mask_id from release r join source s on s.release_id = r.id
    join shipped_label l on l.volume_id = s.volume_id and l.release_id = r.id
    where r.dataset_id = p_dataset and l.mask_id is not null
$$;

create function masks_of_purge(p_dataset integer, p_subject bigint) returns setof bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive held (mask_id) as (
        select m from masks_of_removal(p_dataset, p_subject) m
        union
        select i.mask_id from held h join mask_input i on i.input_id = h.mask_id
    )
    select mask_id from held
$$;
comment on function masks_of_purge(integer, bigint) is 'The masks that a purge concerns: of the volumes that the removal withholds, of the dataset''s releases, and those computed from them.';

create type purge_object as (
    digest bytea, kind object_kind, bytes bigint, purged_at timestamptz, purged_by bigint, users text[]
);
comment on type purge_object is 'An object that a purge concerns, and what outside the purge still uses it.';

create function purge_plan(p_dataset integer, p_subject bigint) returns setof purge_object
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    return query
    with candidate as materialized (
        select distinct m.object_digest from masks_of_purge(p_dataset, p_subject) h (id) join mask m on m.id = h.id
    ), naming as materialized ( -- the masks in these objects, without those of volumes of removed subjects and datasets
        select m.object_digest, m.id, m.volume_id, m.organ_id from candidate c join mask m using (object_digest)
        where not exists (
            select from withheld_volume h join withdrawal w on w.id = h.withdrawal_id
            where h.volume_id = m.volume_id and w.volume_id is null)
    ), used as (
        select n.*, 'the annotation' as use from naming n where exists (
            select from annotation a left join release r on r.id = a.release_id where a.mask_id = n.id
            and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
            and (a.release_id is not null or not derives_from_removed(n.id)))
        union all
        select n.*, 'the shipped label' from naming n where exists (
            select from shipped_label l join release r on r.id = l.release_id where l.mask_id = n.id
            and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id))
        union all
        select n.*, case when l.withheld is null then 'the pseudo label by ' else 'the withheld mask by ' end || round_name(l.round_id)
        from naming n join predicted_mask l on l.mask_id = n.id
    ), named as (
        select u.object_digest, array_agg(distinct u.use || ' of ' || o.key || ' in ' || coalesce((
            select d.name || '/' || s.case_name from source s join release r on r.id = s.release_id
            join dataset d on d.id = r.dataset_id
            where s.volume_id = u.volume_id and not exists (select from withdrawn_dataset w where w.dataset_id = d.id)
            order by s.id limit 1), 'volume ' || u.volume_id)) as users
        from used u join organ o on o.id = u.organ_id group by u.object_digest
    )
    select o.digest, o.kind, o.bytes, o.purged_at, o.purged_by, coalesce(n.users, '{}')
    from candidate c join object o on o.digest = c.object_digest left join named n on n.object_digest = o.digest
    order by o.digest;
end $$;
comment on function purge_plan(integer, bigint) is 'The objects that a purge concerns, each with the labels outside the purge that use it, by which it is kept. Labels of removed datasets and subjects, and masks computed from those of a removed dataset, use nothing.';

create function purge_removed(p_dataset integer, p_subject bigint, p_reason text, p_program text) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_activity bigint;
begin
    perform pg_advisory_xact_lock(object_lock());
    perform pg_advisory_xact_lock(pointer_lock()); -- no restoration meanwhile
    if not coalesce((
        select w.withdrawn from withdrawal w where w.dataset_id = p_dataset or w.subject_id = p_subject
        order by w.id desc limit 1), false) then
        raise exception 'only removed data can be purged'
            using errcode = 'LA010', hint = 'remove the dataset or subject first; a removal can be undone, a purge cannot';
    end if;
    the_activity := start_activity('removal', p_program,
        jsonb_build_object('dataset', (select name from dataset where id = p_dataset), 'subject', p_subject, 'purged', true, 'reason', p_reason));
    insert into purged_volume
    select h.volume_id, the_activity from volumes_of_removal(p_dataset, p_subject) v (id) join withheld_volume h on h.volume_id = v.id
    on conflict do nothing;
    delete from image_descriptor d using volumes_of_removal(p_dataset, p_subject) v (id), purged_volume p
    where d.volume_id = v.id and p.volume_id = v.id;
    update object o set purged_at = clock_timestamp(), purged_by = the_activity
    from purge_plan(p_dataset, p_subject) p where o.digest = p.digest and p.purged_at is null and cardinality(p.users) = 0;
    return the_activity;
end $$;
comment on function purge_removed(integer, bigint, text, text) is 'Turns the objects that nothing else uses into tombstones, deletes the image descriptors, records the volumes as purged, and returns the activity. The caller deletes the bytes afterwards.';

create function purged_images(p_digests bytea[]) returns setof bytea
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select distinct g.digest from unnest(p_digests) g (digest)
    join source s on s.file_sha256 = g.digest join purged_volume p on p.volume_id = s.volume_id
    where not exists (
        select from source o where o.file_sha256 = g.digest
        and not exists (select from purged_volume q where q.volume_id = o.volume_id))
$$;
comment on function purged_images(bytea[]) is 'Those among checksums of image files that are of purged volumes only: a daemon removes them from its cache.';

-- MARK: Policy

-- Holds the labels again that an earlier policy decided, as they were before.
create function hold_labels(p_change bigint) returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    decided bigint[] := array(
        select a.id from annotation a join annotation h on h.id = a.parent_id and h.proposed and h.release_id = a.release_id
        where not a.proposed and a.rater is null and not a.partitioned and a.status <> 'unlabelled'
          and exists (select from annotation_policy p where p.change_id = a.change_id)
          and not exists (
            select from annotation n where n.volume_id = a.volume_id and n.organ_id = a.organ_id and n.release_id = a.release_id
              and n.source_id is not distinct from a.source_id and n.rater is null and not n.partitioned and n.id > a.id));
begin
    insert into annotation (volume_id, organ_id, release_id, source_id, status, origin, parent_id, change_id)
    select volume_id, organ_id, release_id, source_id, 'unlabelled', origin, id, p_change from annotation where id = any (decided);
    insert into annotation (
        volume_id, organ_id, release_id, source_id, status, origin, mask_id, extent, label_file_id, parent_id, change_id, proposed)
    select volume_id, organ_id, release_id, source_id, status, origin, mask_id, extent, label_file_id, id, p_change, true
    from annotation where id = any (decided);
end $$;

-- Records the held labels between which and their competitors the policy in force decides as ordinary annotations. No policy
-- decides between two cases of one release.
create function release_held_labels(p_change bigint) returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    decided bigint[] := array(
        select distinct on (h.volume_id, h.organ_id, h.release_id) h.annotation_id from held_annotation h join release r on r.id = h.release_id join organ o on o.id = h.organ_id
        join annotation a on a.id = h.annotation_id left join mask m on m.id = a.mask_id
        where not exists (
            select from competing_annotations(h.volume_id, r.dataset_id, h.release_id, array[o.key], array[h.status::text],
                array[h.origin::text], array[m.voxels]) c
            where c.choice = 'held')
          and not exists (
            select from (
                select n.status from annotation n
                where n.volume_id = h.volume_id and n.organ_id = h.organ_id and n.release_id = h.release_id and n.rater is null
                  and not n.partitioned and not n.proposed order by n.id desc limit 1) s
            where s.status <> 'unlabelled')
        order by h.volume_id, h.organ_id, h.release_id, h.source_id);
begin
    insert into annotation (volume_id, organ_id, release_id, source_id, status, origin, parent_id, change_id, proposed)
    select volume_id, organ_id, release_id, source_id, 'unlabelled', origin, id, p_change, true from annotation where id = any (decided);
    insert into annotation (
        volume_id, organ_id, release_id, source_id, status, origin, mask_id, extent, label_file_id, parent_id, change_id)
    select volume_id, organ_id, release_id, source_id, status, origin, mask_id, extent, label_file_id, id, p_change
    from annotation where id = any (decided);
end $$;

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
        raise exception 'no dataset is named %', unknown using errcode = 'LA004', hint = 'lacuna dataset list shows the names';
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
    perform hold_labels(the_change);
    perform release_held_labels(the_change);
    -- Only where several sources have annotations can another become current.
    perform recompute_volumes(the_change, array(
        select distinct volume_id from (
            select volume_id from annotation where not proposed group by volume_id, organ_id
            having count(distinct (release_id, rater, partitioned)) > 1) contested));
    return the_change;
end $$;
comment on function set_policy(text, text[], text, text) is 'Changes the annotation policy and chooses the current annotations again, at one new revision. Null, and no revision, where nothing changes.';

grant select on subject_join, subject_split to lacuna_manager;
grant execute on function lock_jobs(), merge_subjects(bigint, bigint, bigint, text), volumes_of_removal(integer, bigint),
    rounds_trained_on(bigint[], integer[]), annotations_computed_from(integer), removal_plan(integer, bigint),
    withdraw(integer, bigint, bigint, boolean, boolean, text, text), purge_plan(integer, bigint),
    masks_of_purge(integer, bigint), purge_removed(integer, bigint, text, text), set_policy(text, text[], text, text) to lacuna_manager;
grant execute on function purged_images(bytea[]) to lacuna_manager, lacuna_trainer;
