-- The trainer API. The daemon has no write privilege on any table and writes through these functions only; each checks the
-- claim (job, token) that the caller holds.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

-- The name of a round in messages.
create function round_name(p_round bigint) returns text
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select coalesce(
        (select 'round ' || r.number || ' of run ' || run.name from round r join run on run.id = r.run_id where r.id = p_round),
        'a round that does not exist')
$$;

create function run_name(p_run bigint) returns text
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select coalesce((select 'run ' || name from run where id = p_run), 'a run that does not exist')
$$;

-- Refuses a run that is closed: finished, or cancelled by a rollback or a removal.
create function require_open(p_run bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run run;
    the_cause text;
begin
    select * into the_run from run where id = p_run;
    if the_run.finished then
        raise exception '% is finished', run_name(p_run) using errcode = 'LA005', hint = 'start a run of another name';
    end if;
    if the_run.cancelled_change_id is not null then
        select case a.kind when 'import' then ' by an ' else ' by a ' end || a.kind || coalesce(' at revision ' || c.revision, '') into the_cause
        from change c join activity a on a.id = c.activity_id where c.id = the_run.cancelled_change_id;
        raise exception '% was cancelled%', run_name(p_run), the_cause using errcode = 'LA013', hint = 'start a new run';
    end if;
    if exists (select from round r where r.run_id = p_run and is_recalled(r.id)) then
        raise exception '% was trained on data that were removed, and is recalled', run_name(p_run)
            using errcode = 'LA010', hint = 'start a new run';
    end if;
end $$;

-- Raises LA001 for a claim that is not held, or the reason why the run of its job is closed.
create function refuse_claim(p_job bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint;
begin
    select coalesce(j.run_id, r.run_id) into the_run from job j left join round r on r.id = j.round_id where j.id = p_job;
    perform require_open(the_run);
    raise exception 'the claim on % is lost', coalesce((select 'run ' || name from run where id = the_run), 'the job')
        using errcode = 'LA001', hint = 'another daemon took over the work; this one must stop';
end $$;

-- Locks the claim until commit or raises LA001. Heartbeats are not blocked; a takeover waits.
create function hold_claim(p_job bigint, p_token bigint, p_round bigint default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint;
begin
    select run_id into the_run from job
    where id = p_job and token = p_token and kind = 'run' and run_id is not null and login = session_user and lease_until is not null
    for key share;
    if not found then
        perform refuse_claim(p_job);
    end if;
    if p_round is not null and not exists (select from round where id = p_round and run_id = the_run) then
        raise exception '% does not belong to %', round_name(p_round), run_name(the_run) using errcode = 'LA003';
    end if;
    perform require_open(the_run);
    return the_run;
end $$;
comment on function hold_claim(bigint, bigint, bigint) is 'Locks a claim on a run until the transaction ends and returns the run; refuses a lost or released claim, that of another login, a round of another run, and a run that is finished, cancelled or recalled.';

create function hold_job(p_job bigint, p_token bigint, p_kind job_kind default null) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform from job
    where id = p_job and token = p_token and kind = coalesce(p_kind, kind) and login = session_user and lease_until is not null
    for key share;
    if not found then
        perform refuse_claim(p_job);
    end if;
end $$;
comment on function hold_job(bigint, bigint, job_kind) is 'Locks the claim on a job of a kind (null: any) until the transaction ends; refuses a lost or released claim and that of another login.';

create function hold_relabelling(p_job bigint, p_token bigint, p_round bigint, p_volume bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint;
begin
    if not exists (select from job where id = p_job and kind = 'relabel') then
        return hold_claim(p_job, p_token, p_round);
    end if;
    perform hold_job(p_job, p_token, 'relabel');
    select r.run_id into the_run from job j join round r on r.id = j.round_id
    where j.id = p_job and j.round_id = p_round and j.volume_id = p_volume;
    if not found then
        raise exception 'the job does not relabel volume % for %', coalesce(p_volume::text, 'null'), round_name(p_round)
            using errcode = 'LA003';
    end if;
    perform require_open(the_run);
    return the_run;
end $$;
comment on function hold_relabelling(bigint, bigint, bigint, bigint) is 'Locks a claim under which a volume may be relabelled, that of the run or of the relabelling itself, and returns the run.';

-- Locks the round until the transaction ends; refuses one in another state.
create function require_state(p_round bigint, p_state round_state) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform from round where id = p_round and state = p_state for share;
    if not found then
        raise exception '% is not in state %', round_name(p_round), p_state using errcode = 'LA005';
    end if;
end $$;

-- Refuses organs that a run does not learn, and lists with another number of elements than organs.
create function require_organs(p_run bigint, p_organs text[], variadic p_lengths integer[]) returns void
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    others text;
begin
    if exists (select from unnest(p_lengths) n where coalesce(n, 0) <> coalesce(cardinality(p_organs), 0)) then
        raise exception 'the lists have different numbers of elements' using errcode = 'LA004';
    end if;
    select string_agg(coalesce(k, 'null'), ', ') into others from unnest(p_organs) k
    where not exists (select from run_organ ro join organ o on o.id = ro.organ_id where ro.run_id = p_run and o.key = k);
    if others is not null then
        raise exception '% does not learn %', run_name(p_run), others using errcode = 'LA004';
    end if;
end $$;

create function lease(p_seconds double precision) returns interval language plpgsql immutable
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if p_seconds is null or not p_seconds between 1 and 3600 then
        raise exception 'a lease of % seconds is outside 1 to 3600', coalesce(p_seconds::text, 'null') using errcode = 'LA004';
    end if;
    return make_interval(secs => p_seconds);
end $$;

-- The part of a subject in a run: that of the split, but never a less strict one than its volumes had when the run began, and
-- test where any split locks it there. Null where it is in no part.
create function run_part(p_run bigint, p_subject bigint) returns split_part
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select greatest(
        (select 'test'::split_part where exists (select from locked_subject l where l.subject_id = p_subject)),
        (select m.part from run join split_member m on m.split_id = run.split_id
         where run.id = p_run and m.subject_id = p_subject),
        (select max(i.part) from volume v join run_input i on i.volume_id = v.id
         where v.subject_id = p_subject and i.run_id = p_run))
$$;

create function snapshot_of_plan(
    p_split integer, p_origins label_origin[], p_trains_unassigned boolean, p_modalities text[], p_organs text[], p_mapped text[],
    p_accepted text[])
returns table (volume_id bigint, organ_id smallint, annotation_id bigint, part split_part)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive whole as (
        select o.id as organ_id from unnest(p_organs) k join organ o on o.key = k
        union
        select l.whole_id from whole w join organ_link l on l.part_id = w.organ_id and l.relation = 'division'
    ), mapping as (
        select o.id as organ_id, a.id as label_id, m.position
        from unnest(p_mapped, p_accepted) with ordinality as m (organ, accepted, position)
        join organ o on o.key = m.organ join organ a on a.key = m.accepted
    ), accepted as ( -- the organs whose annotations are used, in the order of the class mapping
        select w.organ_id, coalesce(m.label_id, w.organ_id) as label_id, coalesce(m.position, 1) as position
        from whole w left join mapping m on m.organ_id = w.organ_id
    )
    select distinct on (a.volume_id, w.organ_id) a.volume_id, w.organ_id, a.annotation_id, coalesce(m.part, 'train')
    from annotation_current a
    join accepted w on w.label_id = a.organ_id
    join volume v on v.id = a.volume_id
    left join split_member m on m.split_id = p_split and m.subject_id = v.subject_id
    where a.origin = any (p_origins) and v.modality = any (p_modalities)
      and (m.part <> 'test' or (m.part is null and p_trains_unassigned))
      and not exists (select from locked_subject l where l.subject_id = v.subject_id)
    order by a.volume_id, w.organ_id, w.position
$$;
comment on function snapshot_of_plan(integer, label_origin[], boolean, text[], text[], text[], text[]) is 'The annotations that a run of a plan would use now, without the test part and without what any split locks. p_mapped and p_accepted are parallel: the class mapping, the preferred organ first.';

-- Records the round from whose weights a run starts by its configuration (RUN/ROUND).
create function record_named_start() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    named text[] := regexp_match(new.start_from, '^(.+)/([0-9]{1,9})$');
    the_round round;
begin
    if named is null then
        raise exception 'run.startFrom is %, not RUN/ROUND', new.start_from using errcode = 'LA004', column = 'start_from';
    end if;
    select r.* into the_round from round r join run p on p.id = r.run_id where p.name = named[1] and r.number = named[2]::integer;
    if not found then
        raise exception 'no round % exists, from whose weights the run is to start', new.start_from
            using errcode = 'LA004', column = 'start_from', hint = 'lacuna round list shows the rounds';
    end if;
    if the_round.state <> 'published' then
        raise exception '% is not closed, so that no run starts from its weights', round_name(the_round.id)
            using errcode = 'LA005', column = 'start_from', hint = 'name a round that is closed; lacuna round list shows them';
    end if;
    if is_recalled(the_round.id) or exists (
        select from checkpoint c where c.round_id = the_round.id and c.contaminated_by <> '{}') then
        raise exception '% was trained on data that were removed or held out since, so that no run starts from its weights',
            round_name(the_round.id)
            using errcode = 'LA010', column = 'start_from', hint = 'name another round, or start from scratch';
    end if;
    if not exists (select from checkpoint c where c.round_id = the_round.id and c.kind = 'network' and c.removal is null) then
        raise exception 'the weights of % are not kept any more', round_name(the_round.id)
            using errcode = 'LA005', column = 'start_from', hint = 'name a round whose network was not pruned';
    end if;
    insert into run_start (run_id, previous_run_id, previous_round) values (new.id, the_round.run_id, the_round.number);
    return null;
end $$;

create trigger named_starts_are_recorded after insert on run for each row
    when (new.start_from is not null) execute function record_named_start();

create function start_run(
    p_name text, p_config jsonb, p_config_sha256 bytea, p_seed bigint, p_split text, p_origins label_origin[],
    p_trains_unassigned boolean, p_organs text[], p_mapped text[], p_accepted text[], p_modalities text[], p_gammas real[],
    p_program text, p_job bigint default null, p_token bigint default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_split integer;
    the_run bigint;
    unknown text;
begin
    select id into the_split from split where name = p_split;
    if not found then
        raise exception 'no split is named %', p_split using errcode = 'LA004', column = 'split', hint = 'create it with lacuna split create';
    end if;
    select string_agg(distinct coalesce(k, 'null'), ', ') into unknown
    from unnest(p_organs || p_mapped || p_accepted) k where not exists (select from organ where key = k);
    if unknown is not null then
        raise exception 'unknown organs: %', unknown using errcode = 'LA004', hint = 'lacuna organ list shows the keys';
    end if;
    if coalesce(cardinality(p_organs), 0) = 0 or coalesce(cardinality(p_gammas), 0) > 100
        or exists (
            select from (select g, lag(g) over (order by i) as before from unnest(p_gammas) with ordinality as u (g, i)) p
            where g is null or g < before)
        or not coalesce(p_mapped, '{}') <@ p_organs or cardinality(p_mapped) is distinct from cardinality(p_accepted) then
        raise exception 'a run has organs, at most 100 gammas that do not fall, and as many accepted as mapped organs, which it learns'
            using errcode = 'LA004';
    end if;

    perform pg_advisory_xact_lock(pointer_lock()); -- no annotation becomes current between the revision and the snapshot of it
    insert into run (name, config, config_sha256, seed, split_id, origins, trains_unassigned, modalities, revision,
        activity_id)
    values (p_name, p_config, p_config_sha256, p_seed, the_split, p_origins, p_trains_unassigned, p_modalities, current_revision(),
        start_activity('training', p_program, p_config))
    returning id into the_run;
    insert into run_organ select the_run, o.id, k.position
    from unnest(p_organs) with ordinality as k (key, position) join organ o using (key);
    insert into run_class_mapping (run_id, organ_id, accepted_id, position)
    select the_run, o.id, a.id, row_number() over (partition by o.id order by m.i)
    from unnest(p_mapped, p_accepted) with ordinality as m (organ, accepted, i)
    join organ o on o.key = m.organ join organ a on a.key = m.accepted;
    if p_job is null then
        insert into job (kind, run_id) values ('run', the_run);
    else
        perform hold_job(p_job, p_token, 'run');
        update job set run_id = the_run where id = p_job and run_id is null;
        if not found then
            raise exception 'the job has a run already' using errcode = 'LA005';
        end if;
    end if;
    insert into round (run_id, number, gamma, state, activity_id)
    select the_run, r.number - 1, r.gamma, 'planned',
        start_activity('training', p_program, jsonb_build_object('run', p_name, 'round', r.number - 1))
    from unnest(p_gammas || null::real) with ordinality as r (gamma, number) order by r.number;

    insert into run_input
    select the_run, s.volume_id, s.organ_id, s.annotation_id, s.part
    from snapshot_of_plan(the_split, p_origins, p_trains_unassigned, p_modalities, p_organs, p_mapped, p_accepted) s;
    return the_run;
end $$;
comment on function start_run(text, jsonb, bytea, bigint, text, label_origin[], boolean, text[], text[], text[], text[], real[], text, bigint, bigint) is
    'Creates a run with its rounds, one more than gammas, and its snapshot of annotations, without the test part and without what any split locks. p_mapped and p_accepted are parallel: the class mapping, the preferred organ first. The run belongs to the claimed job of a tick where one is given.';

create function claim_run(p_run bigint, p_worker text, p_lease_seconds double precision, out job bigint, out token bigint)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform require_open(p_run);
    update job j set state = 'running', token = j.token + 1, attempts = j.attempts + 1, worker = p_worker, login = session_user,
        lease_until = clock_timestamp() + lease(p_lease_seconds), reason = null, ended_at = null
    where j.id = (
        select id from job
        where run_id = p_run and case state when 'running' then lease_until < clock_timestamp() else state <> 'done' end
        for update skip locked)
    returning j.id, j.token into job, token;
end $$;
comment on function claim_run(bigint, text, double precision) is 'Claims a run for a worker unless the lease of another has not ended; nulls then. A lease has 1 to 3600 seconds. Refuses a run that is finished, cancelled or recalled.';

create type renewal as enum ('held', 'locked', 'lost');
comment on type renewal is 'What a heartbeat found. held: the lease is renewed, or the job is done. locked: another transaction has locked the job, so that nobody takes it over; the lease is not renewed yet. lost: the claim is lost, or was released.';

create function heartbeat(p_job bigint, p_token bigint, p_lease_seconds double precision) returns renewal
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    update job set lease_until = clock_timestamp() + lease(p_lease_seconds)
    where id = (
        select id from job where id = p_job and token = p_token and login = session_user and lease_until is not null
        for no key update skip locked);
    if found then
        return 'held';
    end if;
    if exists (select from job where id = p_job and token = p_token and login = session_user and lease_until is not null) then
        return 'locked';
    end if;
    perform require_open(run.id) from job j left join round r on r.id = j.round_id join run on run.id = coalesce(j.run_id, r.run_id)
    where j.id = p_job and not run.finished;
    return case when exists (select from job where id = p_job and token = p_token and state = 'done') then 'held' else 'lost' end;
end $$;
comment on function heartbeat(bigint, bigint, double precision) is 'Renews the lease of a claim, without a wait for a transaction that has locked the job, such as a removal of data. Refuses a run that is cancelled or recalled.';

create function release_claim(p_job bigint, p_token bigint) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    update job set state = 'waiting', attempts = attempts - 1, lease_until = null, worker = null, login = null
    where id = p_job and token = p_token and login = session_user and lease_until is not null
$$;
comment on function release_claim(bigint, bigint) is 'Ends the lease of a claim; the claim does not count as an attempt.';

create function run_volumes(p_run bigint)
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
    join change c on c.id = v.change_id and c.revision <= run.revision
    left join split_member m on m.split_id = run.split_id and m.subject_id = v.subject_id
    left join began b on b.subject_id = v.subject_id
    join lateral (
        select source.*, i.root
        from source
        join release r on r.id = source.release_id
        join release i on i.id = coalesce(source.image_release_id, source.release_id)
        where source.volume_id = v.id and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by source.id limit 1) s on true
    where run.id = p_run
      and v.modality = any (run.modalities)
      and (m.part <> 'test' or (m.part is null and run.trains_unassigned))
      and not exists (select from withheld_volume h where h.volume_id = v.id)
      and not exists (select from locked_subject l where l.subject_id = v.subject_id)
    order by v.id
$$;
comment on function run_volumes(bigint) is 'The volumes that a run may read, of those that were in the catalogue when it began, without the test part, each with the source whose file is read.';

create function run_labels(p_run bigint)
returns table (
    volume_id bigint, part split_part, organ text, status label_status, extent integer[], mask_id bigint, content_sha256 bytea,
    object_digest bytea, object_offset bigint, object_length bigint, voxels bigint, known_voxels bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with began as ( -- as run_part
        select v.subject_id, max(i.part) as part from run_input i join volume v on v.id = i.volume_id where i.run_id = p_run group by 1
    )
    select i.volume_id, greatest(b.part, s.part), o.key, a.status, a.extent, m.id, m.content_sha256, m.object_digest,
        m.object_offset, m.object_length, m.voxels, m.known_voxels
    from run_input i
    join run on run.id = i.run_id
    join volume v on v.id = i.volume_id
    join began b on b.subject_id = v.subject_id
    left join split_member s on s.split_id = run.split_id and s.subject_id = v.subject_id
    join annotation a on a.id = i.annotation_id
    left join release e on e.id = a.release_id
    join organ o on o.id = i.organ_id
    left join mask m on m.id = a.mask_id
    where i.run_id = p_run and s.part is distinct from 'test' and not exists (select from locked_subject l where l.subject_id = v.subject_id)
      and not exists (select from withheld_volume h where h.volume_id = i.volume_id)
      and not exists (select from withdrawn_dataset d where d.dataset_id = e.dataset_id)
    order by i.volume_id, o.key
$$;
comment on function run_labels(bigint) is 'The annotations of a run''s snapshot, without the test part, with the location of the masks'' bytes and their voxels. A subject that was found to be held out since has its stricter part here.';

create function shown_round(p_round bigint, p_organ smallint) returns bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select p.round_id
    from round r join change t on t.id = r.published_change_id
    join round_pointer p on p.run_id = r.run_id and p.organ_id = p_organ
    join change c on c.id = p.change_id and c.revision <= t.revision
    where r.id = p_round order by p.id desc limit 1
$$;
comment on function shown_round(bigint, smallint) is 'The round whose labels of an organ a run showed once a round of it was published: the round itself, or an earlier one where it withheld the organ. Null where there was none, and for a round that is not published.';

create function round_labels(p_round bigint)
returns table (
    volume_id bigint, organ text, confidence real, mask_id bigint, content_sha256 bytea, object_digest bytea,
    object_offset bigint, object_length bigint, is_earlier boolean, voxels bigint, known_voxels bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with shown as materialized (
        select w.* from (
            select o.organ_id, case when r.published_change_id is null then r.id else shown_round(r.id, o.organ_id) end as round_id
            from round r join run_organ o on o.run_id = r.run_id where r.id = p_round and not is_recalled(r.id)) w
        where w.round_id is not null and not is_recalled(w.round_id)
    )
    select l.volume_id, o.key, l.confidence, m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length,
        l.carried or l.round_id <> p_round, m.voxels, m.known_voxels
    from shown s join pseudo_label l on l.round_id = s.round_id and l.organ_id = s.organ_id
    join mask m on m.id = l.mask_id join organ o on o.id = l.organ_id
    where not exists (select from withheld_volume h where h.volume_id = l.volume_id)
      and not exists (select from rejected_mask j where j.mask_id = l.mask_id)
      and not exists (
        select from volume v join locked_subject t on t.subject_id = v.subject_id where v.id = l.volume_id)
    order by l.volume_id, o.key
$$;
comment on function round_labels(bigint) is 'The pseudo labels that a run showed once a round of it was published, or those that the round staged, with the location of the masks'' bytes and their voxels. is_earlier: the mask is of an earlier round, because the round withheld its own. Without volumes that are locked in a test part since, without masks that a person rejected, and without recalled rounds.';

create function round_masks(p_round bigint)
returns table (
    volume_id bigint, organ text, confidence real, mask_id bigint, content_sha256 bytea, object_digest bytea,
    object_offset bigint, object_length bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select l.volume_id, o.key, l.confidence, m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length
    from predicted_mask l join mask m on m.id = l.mask_id join organ o on o.id = l.organ_id
    where l.round_id = p_round and not is_recalled(p_round)
      and not exists (select from withheld_volume h where h.volume_id = l.volume_id)
      and not exists (
        select from volume v join locked_subject t on t.subject_id = v.subject_id where v.id = l.volume_id)
    order by l.volume_id, o.key
$$;
comment on function round_masks(bigint) is 'The masks that a round predicted itself, labels and withheld ones, with the location of their bytes: what a repetition of the round makes again. Limited as round_labels.';

-- Cancels the open jobs of a round that leaves the states in which they are needed, and removes what was measured for a round that
-- is published or closed. Called before the round is written: what a daemon writes holds its job and may wait for the round.
create function end_jobs_of_round(p_round bigint, p_state round_state) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    update job set result = null
    where p_state = 'published' and round_id = p_round and kind in ('predict', 'relabel') and state = 'done' and result is not null;
    update job set state = 'cancelled', token = token + 1, worker = null, login = null, lease_until = null,
        reason = round_name(p_round) || ' is ' || p_state, ended_at = clock_timestamp()
    where id = any (array(select id from job where round_id = p_round and state in ('waiting', 'running') order by id for update))
$$;

create function count_attempts_anew(p_job bigint) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    update job set attempts = 1 where id = p_job and attempts > 1
$$;
comment on function count_attempts_anew(bigint) is 'Makes the claim of a run its first attempt, because the run came further than ever: interruptions over weeks do not make it dead.';

create function advance_round(p_job bigint, p_token bigint, p_round bigint, p_from round_state, p_to round_state, p_record jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform hold_claim(p_job, p_token, p_round);
    if p_to not in ('planned', 'training', 'failed')
        and not exists (select from round_event where round_id = p_round and state = p_to) then
        perform count_attempts_anew(p_job);
    end if;
    if p_to in ('failed', 'published') then
        perform end_jobs_of_round(p_round, p_to);
    end if;
    update round set state = p_to, record = p_record
    where id = p_round and state = p_from and p_to <> p_from and published_change_id is null and (p_to <> 'published' or gamma is null);
    if not found then
        raise exception '% is not in state %', round_name(p_round), p_from using errcode = 'LA005';
    end if;
end $$;
comment on function advance_round(bigint, bigint, bigint, round_state, round_state, jsonb) is 'Changes the state of a round that is not published to one that may follow, and stores its results; refuses a round in another state. Open jobs of a round that fails or closes are cancelled. A state that the round reaches for the first time makes the claim the first attempt again. Labels are published by publish_round alone.';

create function record_checkpoint(
    p_job bigint, p_token bigint, p_round bigint, p_kind text, p_part split_part, p_step integer, p_digest bytea, p_bytes bigint)
returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint := hold_claim(p_job, p_token, p_round);
    the_checkpoint bigint;
begin
    if not exists (select from checkpoint where round_id = p_round and kind = p_kind and step >= p_step) then
        perform count_attempts_anew(p_job);
    end if;
    perform require_state(p_round, case p_kind when 'network' then 'training' else 'trained' end::round_state);
    perform store_object(p_digest, 'checkpoint', p_bytes);
    insert into checkpoint (round_id, kind, part, step, object_digest, revision, contaminated_by)
    select p_round, p_kind, p_part, p_step, p_digest,
        coalesce((select max(c.revision) from round r join change c on c.id = r.published_change_id where r.run_id = the_run), run.revision),
        array(select distinct s from checkpoint k join round r on r.id = k.round_id cross join unnest(k.contaminated_by) s
              where r.run_id = the_run and r.number <= (select number from round where id = p_round)
                 or r.run_id = (select previous_run_id from run_start where run_id = the_run)
              order by s)
    from run where run.id = the_run
    on conflict (round_id, kind, step) where removal is null do nothing
    returning id into the_checkpoint;
    if found then
        return the_checkpoint;
    end if;
    select id into the_checkpoint from checkpoint
    where (round_id, kind, step, object_digest) = (p_round, p_kind, p_step, p_digest) and removal is null;
    if not found then
        raise exception '% already has a different % checkpoint of step %', round_name(p_round), p_kind, p_step using errcode = 'LA005';
    end if;
    return the_checkpoint;
end $$;
comment on function record_checkpoint(bigint, bigint, bigint, text, split_part, integer, bytea, bigint) is 'Records a checkpoint of a round that is training, or its confidence once it is trained, or finds the same one; it inherits the contamination of the run''s earlier checkpoints, and of those of the run that it starts from. A later step than any before makes the claim the first attempt again.';

create function record_evaluation(
    p_job bigint, p_token bigint, p_round bigint, p_volumes bigint[], p_organs text[], p_dice real[], p_predicted_ml real[],
    p_reference_ml real[], p_confidences real[] default null, p_soft_dice real[] default null) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint := hold_claim(p_job, p_token, p_round);
    another bigint;
begin
    perform require_organs(the_run, p_organs, cardinality(p_volumes), cardinality(p_dice), cardinality(p_predicted_ml),
        cardinality(p_reference_ml), coalesce(cardinality(p_confidences), cardinality(p_organs)),
        coalesce(cardinality(p_soft_dice), cardinality(p_organs)));
    perform require_state(p_round, 'confidenceFitted');
    select e.id into another from unnest(p_volumes) e (id) left join volume v on v.id = e.id
    where run_part(the_run, v.subject_id) is distinct from 'validation' limit 1;
    if found then
        raise exception 'volume % is not in the validation part of %', coalesce(another::text, 'null'), run_name(the_run)
            using errcode = 'LA006';
    end if;
    if exists (
        select from unnest(p_volumes, p_organs) as e (volume_id, organ) group by volume_id, organ having count(*) > 1) then
        raise exception 'a volume and organ is given twice' using errcode = 'LA004';
    end if;
    insert into evaluation (round_id, volume_id, organ_id, part, dice, confidence, soft_dice, predicted_ml, reference_ml)
    select p_round, e.volume_id, o.id, 'validation', e.dice, e.confidence, e.soft_dice, e.predicted_ml, e.reference_ml
    from unnest(p_volumes, p_organs, p_dice, p_confidences, p_soft_dice, p_predicted_ml, p_reference_ml)
        as e (volume_id, organ, dice, confidence, soft_dice, predicted_ml, reference_ml)
    join organ o on o.key = e.organ
    on conflict do nothing;
end $$;
comment on function record_evaluation(bigint, bigint, bigint, bigint[], text[], real[], real[], real[], real[], real[]) is 'Records the results of a round on volumes of the validation part, before the round is published; the arrays are parallel.';

create function record_selection(
    p_job bigint, p_token bigint, p_round bigint, p_organs text[], p_positives bigint[], p_by_confidence real[], p_by_probability real[])
returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint := hold_claim(p_job, p_token, p_round);
begin
    perform require_organs(the_run, p_organs, cardinality(p_positives));
    if cardinality(p_by_confidence) is distinct from 20 * cardinality(p_organs)
        or cardinality(p_by_probability) is distinct from 20 * cardinality(p_organs) then
        raise exception 'each organ has twenty precisions by confidence, and twenty by probability' using errcode = 'LA004';
    end if;
    perform require_state(p_round, 'trained');
    insert into selection
    select p_round, o.id, e.positives, p_by_confidence[20 * e.i - 19 : 20 * e.i], p_by_probability[20 * e.i - 19 : 20 * e.i]
    from unnest(p_organs, p_positives) with ordinality as e (organ, positives, i) join organ o on o.key = e.organ
    on conflict do nothing;
end $$;
comment on function record_selection(bigint, bigint, bigint, text[], bigint[], real[], real[]) is 'Records the selections of a trained round before its confidence is stored; organs and positives are parallel, precisions have twenty values for each. What is recorded already is kept.';


create function stage_pseudo_labels(
    p_job bigint, p_token bigint, p_round bigint, p_checkpoint bigint, p_volume bigint, p_digest bytea, p_bytes bigint,
    p_organs text[], p_offsets bigint[], p_lengths bigint[], p_contents bytea[], p_voxels bigint[], p_known bigint[],
    p_boxes integer[], p_confidences real[], p_soft_dice real[] default null, p_dice real[] default null,
    p_dice_lower real[] default null, p_dice_upper real[] default null, p_reasons text[] default null) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint := hold_relabelling(p_job, p_token, p_round, p_volume);
    known_organs text;
begin
    perform require_organs(the_run, p_organs, cardinality(p_offsets), cardinality(p_lengths), cardinality(p_contents),
        cardinality(p_voxels), cardinality(p_known), cardinality(p_confidences), cardinality(p_boxes) / 6,
        coalesce(cardinality(p_soft_dice), cardinality(p_organs)), coalesce(cardinality(p_dice), cardinality(p_organs)),
        coalesce(cardinality(p_dice_lower), cardinality(p_organs)), coalesce(cardinality(p_dice_upper), cardinality(p_organs)),
        coalesce(cardinality(p_reasons), cardinality(p_organs)));
    if cardinality(p_boxes) % 6 <> 0 then
        raise exception 'a box has six numbers' using errcode = 'LA004';
    end if;
    if coalesce(cardinality(p_organs), 0) = 0 or exists (
        select from unnest(p_confidences, p_voxels) as g (confidence, voxels)
        where g.confidence is null and g.voxels is distinct from 0) then
        raise exception 'no organ is given, or a mask with foreground has no confidence' using errcode = 'LA004';
    end if;
    if not exists (
        select from run join volume v on v.id = p_volume
        cross join lateral run_part(run.id, v.subject_id) p (part)
        where run.id = the_run and v.modality = any (run.modalities)
          and (p.part = 'train' or (p.part is null and run.trains_unassigned))) then
        raise exception 'volume % is not a training volume of % and cannot be relabelled', coalesce(p_volume::text, 'null'),
            run_name(the_run) using errcode = 'LA006';
    end if;
    if not exists (
        select from checkpoint where id = p_checkpoint and round_id = p_round and kind = 'network' and removal is null) then
        raise exception 'checkpoint % is not the network of %', coalesce(p_checkpoint::text, 'null'), round_name(p_round)
            using errcode = 'LA003';
    end if;
    select string_agg(o.key, ', ') into known_organs
    from unnest(p_organs) k join organ o on o.key = k join run_input i on i.organ_id = o.id
    where i.run_id = the_run and i.volume_id = p_volume;
    if known_organs is not null then
        raise exception 'volume % is annotated for %; a pseudo label cannot replace an annotation', p_volume, known_organs
            using errcode = 'LA007';
    end if;
    perform require_state(p_round, 'relabelling'); -- and it is not published meanwhile
    if exists (select from mask where object_digest = p_digest and volume_id <> p_volume) then
        raise exception 'object % contains masks of another volume', encode(p_digest, 'hex') using errcode = 'LA011';
    end if;
    perform store_object(p_digest, 'prediction', p_bytes);
    with given as (
        select o.id as organ_id, g.* from unnest(p_organs, p_offsets, p_lengths, p_contents, p_voxels, p_known, p_confidences,
                p_soft_dice, p_dice, p_dice_lower, p_dice_upper, p_reasons)
            with ordinality as g (organ, object_offset, length, content, voxels, known, confidence, soft_dice, dice, dice_lower,
                dice_upper, reason, i)
        join organ o on o.key = g.organ
        where not exists (
            select from pseudo_label l where (l.round_id, l.volume_id, l.organ_id) = (p_round, p_volume, o.id))
          and not exists (
            select from withheld_mask w where (w.round_id, w.volume_id, w.organ_id) = (p_round, p_volume, o.id))
    ), parent as (
        select distinct on (l.organ_id) l.organ_id, l.mask_id from pseudo_label l join round r on r.id = l.round_id
        where r.run_id = the_run and l.volume_id = p_volume and l.round_id <> p_round order by l.organ_id, r.number desc
    ), made as (
        insert into mask (volume_id, organ_id, activity_id, parent_id, content_sha256, object_digest, object_offset,
            object_length, voxels, known_voxels, box)
        select p_volume, g.organ_id, r.activity_id, p.mask_id, g.content, p_digest, g.object_offset, g.length, g.voxels, g.known,
            p_boxes[6 * (g.i - 1) + 1 : 6 * g.i]
        from given g join round r on r.id = p_round left join parent p using (organ_id)
        returning id, organ_id
    ), row as (
        select p_round as round_id, p_volume as volume_id, m.organ_id, m.id as mask_id, p_checkpoint as checkpoint_id, g.confidence,
            g.soft_dice, g.dice, g.dice_lower, g.dice_upper, g.reason
        from made m join given g using (organ_id)
    ), held as (
        insert into withheld_mask (round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence, soft_dice, dice, dice_lower,
            dice_upper, reason)
        select * from row where reason is not null
    )
    insert into pseudo_label (round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence, soft_dice, dice, dice_lower, dice_upper)
    select round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence, soft_dice, dice, dice_lower, dice_upper
    from row where reason is null;
end $$;
comment on function stage_pseudo_labels(bigint, bigint, bigint, bigint, bigint, bytea, bigint, text[], bigint[], bigint[], bytea[], bigint[], bigint[], integer[], real[], real[], real[], real[], real[], text[]) is 'Records the pseudo masks of a volume, all in one object; they are invisible until the round is published. The arrays are parallel; boxes have six numbers each. A mask with a reason is withheld: it is recorded in withheld_mask and is no label. What is recorded already is kept.';

create function require_relabelled(p_round bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    rest bigint;
begin
    select count(*) into rest
    from job j join round r on r.id = j.round_id join run on run.id = r.run_id join volume v on v.id = j.volume_id
    where j.round_id = p_round and j.kind = 'relabel' and j.state <> 'done'
      and coalesce(run_part(run.id, v.subject_id), case when run.trains_unassigned then 'train'::split_part end) = 'train'
      and not exists (select from withheld_volume h where h.volume_id = j.volume_id);
    if rest > 0 then
        raise exception '% volumes of % are not relabelled yet', rest, round_name(p_round)
            using errcode = 'LA005', hint = 'lacuna job list shows them with the reasons';
    end if;
end $$;
comment on function require_relabelled(bigint) is 'Refuses a round with jobs of relabelling that are not done. Volumes that were withdrawn or held out since are not counted: they can no longer be relabelled.';

-- Refuses organs that are not withheld although their Dice on held-out volumes is too small, or undecided.
create function refuse_poor_organs(p_round bigint, p_withheld text[]) returns void
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    poor text;
begin
    select string_agg(o.key || coalesce(' (mean Dice ' || round(d.mean::numeric, 3) || ' on ' || d.n || ' volumes)', ' (no Dice)'), ', '
        order by o.position) into poor
    from round r join run on run.id = r.run_id join run_organ ro on ro.run_id = run.id join organ o on o.id = ro.organ_id
    cross join lateral (
        select avg(e.dice) as mean, count(e.dice) as n from evaluation e where e.round_id = r.id and e.organ_id = o.id) d
    where r.id = p_round and run.minimum_dice > 0 and o.key <> all (coalesce(p_withheld, '{}'))
      -- the mean is of 32-bit numbers
      and (d.mean < run.minimum_dice - 1e-6 or d.n < run.minimum_validation_volumes and not run.publishes_undecided);
    if poor is not null then
        raise exception '% may not publish %', round_name(p_round), poor using errcode = 'LA016',
            hint = 'the configuration requires a mean Dice on held-out volumes; withhold the organs';
    end if;
end $$;

-- Volumes whose mask was withheld keep the label that the run showed before. Organs that are withheld as a whole keep all of theirs
-- through the pointer.
create function carry_labels(p_run bigint, p_round bigint) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    insert into pseudo_label (round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence, soft_dice, dice, dice_lower, dice_upper,
        carried)
    select p_round, l.volume_id, l.organ_id, l.mask_id, l.checkpoint_id, l.confidence, l.soft_dice, l.dice, l.dice_lower, l.dice_upper,
        true
    from withheld_mask w
    cross join lateral (
        select p.round_id from round_pointer p where p.run_id = p_run and p.organ_id = w.organ_id order by p.id desc limit 1) s
    join pseudo_label l on (l.round_id, l.volume_id, l.organ_id) = (s.round_id, w.volume_id, w.organ_id)
    where w.round_id = p_round
      and not exists (select from withheld_organ h where (h.round_id, h.organ_id) = (p_round, w.organ_id))
$$;

create function store_label_quality(p_round bigint, p_organs smallint[]) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    insert into label_quality (round_id, organ_id, soft_dice, dice, dice_lower, dice_upper)
    select p_round, l.organ_id, percentile_cont(0.5) within group (order by l.soft_dice), percentile_cont(0.5) within group (order by l.dice),
        percentile_cont(0.5) within group (order by l.dice_lower), percentile_cont(0.5) within group (order by l.dice_upper)
    from pseudo_label l where l.round_id = p_round and l.organ_id = any (p_organs) and l.soft_dice is not null group by l.organ_id
$$;
comment on function store_label_quality(bigint, smallint[]) is 'Stores the medians of the quality of a round''s labels of some organs, once.';

create function publish_round(
    p_job bigint, p_token bigint, p_round bigint, p_from round_state, p_to round_state, p_withheld text[], p_reasons text[])
returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint;
    the_change bigint;
    organs smallint[];
begin
    perform pg_advisory_xact_lock(pointer_lock());
    the_run := hold_claim(p_job, p_token, p_round);
    perform require_organs(the_run, p_withheld, cardinality(p_reasons));
    perform end_jobs_of_round(p_round, 'published');
    select published_change_id into the_change from round where id = p_round and state = p_to and published_change_id is not null;
    if found then
        return the_change; -- the answer to the first call was lost
    end if;
    perform require_relabelled(p_round);
    insert into withheld_organ (round_id, organ_id, reason)
    select p_round, o.id, w.reason from unnest(p_withheld, p_reasons) as w (organ, reason) join organ o on o.key = w.organ;
    perform carry_labels(the_run, p_round); -- before the state: its change counts all labels of the round
    insert into change (activity_id) select activity_id from round where id = p_round returning id into the_change;
    update round set state = p_to, published_change_id = the_change
    where id = p_round and state = p_from and p_to = 'published' and published_change_id is null and gamma is not null;
    if not found then
        raise exception '% is not in state %', round_name(p_round), p_from using errcode = 'LA005';
    end if;
    perform refuse_poor_organs(p_round, p_withheld);

    organs := array(
        select ro.organ_id from run_organ ro
        where ro.run_id = the_run and ro.organ_id not in (select h.organ_id from withheld_organ h where h.round_id = p_round));
    perform store_label_quality(p_round, organs);
    insert into round_pointer (run_id, organ_id, round_id, change_id)
    select the_run, o, p_round, the_change from unnest(organs) o;
    if not exists (select from adoption) then
        insert into adoption (run_id, change_id) values (the_run, the_change);
    end if;
    if (select run_id from adoption order by id desc limit 1) = the_run then
        perform move_pointers(the_change, organs, array_fill(p_round, array[cardinality(organs)]));
    end if;
    return the_change;
end $$;
comment on function publish_round(bigint, bigint, bigint, round_state, round_state, text[], text[]) is 'Makes the labels of a round visible at one new revision and returns the change; a repeated call returns the same change. Refused while volumes wait to be relabelled, and for an organ that is not withheld although its Dice on held-out volumes is smaller than the run requires or undecided (LA016); other open jobs of the round are cancelled. Withheld organs, each with its reason, and volumes whose mask was withheld keep the labels that the run showed before. The first run that publishes becomes the current one.';

create function finish_run(p_job bigint, p_token bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint := hold_claim(p_job, p_token);
begin
    if exists (select from round where run_id = the_run and state <> 'published') then
        raise exception '% has rounds that are not closed', run_name(the_run) using errcode = 'LA005';
    end if;
    update run set finished = true where id = the_run;
    update job set state = 'done', ended_at = clock_timestamp(), login = null, lease_until = null where id = p_job;
end $$;
comment on function finish_run(bigint, bigint) is 'Closes a run all of whose rounds are closed, and its job; nothing is written to it afterwards.';

create function jobs_of_runs(p_runs bigint[]) returns bigint[]
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select array(
        select j.id from unnest(p_runs) u (id)
        cross join lateral (select id from job where run_id = u.id and state <> 'done' offset 0) j
        union
        select j.id from unnest(p_runs) u (id) join round r on r.run_id = u.id
        cross join lateral (select id from job where round_id = r.id and state in ('waiting', 'running') offset 0) j)
$$;
comment on function jobs_of_runs(bigint[]) is 'The open jobs of runs: their training, and the predictions and relabellings of their rounds.';

create function lock_jobs_of_runs(p_runs bigint[]) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select from job where id = any (jobs_of_runs(p_runs)) order by id for update
$$;
comment on function lock_jobs_of_runs(bigint[]) is 'Locks the open jobs of runs, in the order of their ids, until the transaction ends.';

create function end_claims(p_runs bigint[]) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select lock_jobs_of_runs(p_runs);
    update job set state = case state when 'running' then 'waiting' else state end, token = token + 1, worker = null, login = null, lease_until = null
    where id = any (jobs_of_runs(p_runs))
$$;
comment on function end_claims(bigint[]) is 'Ends the claims on the jobs of runs, which wait for a daemon again.';

create function cancel_run(p_run bigint, p_change bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    update run set cancelled_change_id = p_change where id = p_run and not finished and cancelled_change_id is null;
    if not found then
        return;
    end if;
    update job set state = 'cancelled', token = token + 1, worker = null, login = null, lease_until = null,
        reason = run_name(p_run) || ' was cancelled', ended_at = clock_timestamp()
    where id = any (jobs_of_runs(array[p_run]));
end $$;
comment on function cancel_run(bigint, bigint) is 'Cancels an open run and its jobs.';

create function roll_back(p_run bigint, p_organs text[], p_round bigint, p_program text, p_reason text) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_change bigint;
    organs smallint[];
    rounds bigint[];
    others text;
begin
    perform pg_advisory_xact_lock(pointer_lock());
    perform lock_jobs_of_runs(array[p_run]);
    select string_agg(coalesce(k, 'null'), ', ') into others from unnest(p_organs) k
    where not exists (select from run_organ ro join organ o on o.id = ro.organ_id where ro.run_id = p_run and o.key = k);
    if others is not null then
        raise exception '% does not learn %', run_name(p_run), others using errcode = 'LA004';
    end if;
    if p_round is not null and not exists (
        select from round where id = p_round and run_id = p_run and published_change_id is not null) then
        raise exception '% is not a published round of %', round_name(p_round), run_name(p_run)
            using errcode = 'LA005', hint = 'lacuna round list shows the published rounds';
    end if;
    select array_agg(ro.organ_id), array_agg(case when v.round_id is null then shown_round(p_round, ro.organ_id) else v.round_id end)
    into organs, rounds
    from run_organ ro join organ o on o.id = ro.organ_id
    left join organ_override v on v.round_id = p_round and v.organ_id = ro.organ_id
    where ro.run_id = p_run and (p_organs is null or o.key = any (p_organs));
    if not exists (
        select from unnest(organs, rounds) as p (organ_id, round_id)
        where p.round_id is distinct from (
            select q.round_id from round_pointer q where q.run_id = p_run and q.organ_id = p.organ_id order by q.id desc limit 1)
    ) then
        return null;
    end if;
    insert into change (activity_id) values (start_activity('rollback', p_program,
        jsonb_build_object('run', (select name from run where id = p_run), 'round', (select number from round where id = p_round),
            'organs', p_organs, 'reason', p_reason))) returning id into the_change;
    insert into round_pointer (run_id, organ_id, round_id, change_id)
    select p_run, p.organ_id, p.round_id, the_change from unnest(organs, rounds) as p (organ_id, round_id);
    if (select run_id from adoption order by id desc limit 1) = p_run then
        perform move_pointers(the_change, organs, rounds);
    end if;
    perform cancel_run(p_run, the_change);
    return the_change;
end $$;
comment on function roll_back(bigint, text[], bigint, text, text) is 'Points organs of a run (null: all) back to a published round (null: to none) at a new revision; organs that the round withheld get the labels that the run showed then, or those that a person released since. A run that is open is cancelled, because it trains on what was rolled back. Null, and no revision, where nothing changes.';

create function adopt_run(p_run bigint, p_program text, p_reason text default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_change bigint;
    organs smallint[];
    rounds bigint[];
begin
    perform pg_advisory_xact_lock(pointer_lock());
    if p_run is not distinct from (select run_id from adoption order by id desc limit 1) then
        return null;
    end if;
    insert into change (activity_id) values (start_activity('adoption', p_program,
        jsonb_strip_nulls(jsonb_build_object('run', (select name from run where id = p_run), 'reason', p_reason))))
    returning id into the_change;
    insert into adoption (run_id, change_id) values (p_run, the_change);
    select array_agg(o.id), array_agg(p.round_id) into organs, rounds
    from organ o left join lateral (
        select round_id from round_pointer where run_id = p_run and organ_id = o.id order by id desc limit 1) p on true;
    perform move_pointers(the_change, organs, rounds);
    return the_change;
end $$;
comment on function adopt_run(bigint, text, text) is 'Makes a run (null: none) the catalogue''s current one at a new revision. Null, and no revision, where nothing changes.';

grant execute on function hold_claim(bigint, bigint, bigint),
    start_run(text, jsonb, bytea, bigint, text, label_origin[], boolean, text[], text[], text[], text[], real[], text, bigint, bigint),
    claim_run(bigint, text, double precision), heartbeat(bigint, bigint, double precision), release_claim(bigint, bigint),
    run_volumes(bigint), run_labels(bigint), round_labels(bigint), round_masks(bigint),
    advance_round(bigint, bigint, bigint, round_state, round_state, jsonb),
    record_checkpoint(bigint, bigint, bigint, text, split_part, integer, bytea, bigint),
    record_evaluation(bigint, bigint, bigint, bigint[], text[], real[], real[], real[], real[], real[]),
    record_selection(bigint, bigint, bigint, text[], bigint[], real[], real[]),
    stage_pseudo_labels(bigint, bigint, bigint, bigint, bigint, bytea, bigint, text[], bigint[], bigint[], bytea[], bigint[],
        bigint[], integer[], real[], real[], real[], real[], real[], text[]),
    publish_round(bigint, bigint, bigint, round_state, round_state, text[], text[]), finish_run(bigint, bigint)
    to lacuna_trainer;
grant execute on function roll_back(bigint, text[], bigint, text, text), adopt_run(bigint, text, text), round_labels(bigint),
    shown_round(bigint, smallint) to lacuna_manager;
