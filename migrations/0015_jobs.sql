-- The queue: claims of any kind of job, attempts, dead letters, and the jobs of the volumes of a round.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create function claim_waiting(p_jobs bigint[], p_worker text, p_lease_seconds double precision)
returns table (
    job_id bigint, token bigint, kind job_kind, run_id bigint, round_id bigint, volume_id bigint, tick_id bigint, attempt integer,
    max_attempts integer)
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    update job j set state = 'running', token = j.token + 1, attempts = j.attempts + 1, worker = p_worker, login = session_user,
        lease_until = clock_timestamp() + lease(p_lease_seconds), begun_at = coalesce(j.begun_at, clock_timestamp())
    where j.id = any (p_jobs) and j.state = 'waiting'
    returning j.id, j.token, j.kind, j.run_id, j.round_id, j.volume_id, j.tick_id, j.attempts, j.max_attempts
$$;
comment on function claim_waiting(bigint[], text, double precision) is 'Claims waiting jobs that the caller has locked.';

create function claim_jobs(p_kinds job_kind[], p_worker text, p_lease_seconds double precision, p_limit integer default 1)
returns table (
    job_id bigint, token bigint, kind job_kind, run_id bigint, round_id bigint, volume_id bigint, tick_id bigint, attempt integer,
    max_attempts integer)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
#variable_conflict use_column
declare
    present timestamptz := clock_timestamp();
    the_kind job_kind;
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception '% jobs are outside 1 to 1000', coalesce(p_limit::text, 'null') using errcode = 'LA004';
    end if;
    perform lease(p_lease_seconds);
    perform set_config('synchronous_commit', 'off', true); -- a claim that is lost with the server was not used
    for the_kind in
        select k from unnest(p_kinds) k cross join lateral (
            select j.priority, j.due, j.id from job j
            where j.state = 'waiting' and j.kind = k and j.due <= present and (k <> 'run' or j.tick_id is not null)
            order by j.priority desc, j.due, j.id limit 1) head
        group by k order by max(head.priority) desc, min(head.due), min(head.id)
    loop
        return query select * from claim_waiting(array(
            select w.id from job w
            where w.state = 'waiting' and w.kind = the_kind and w.due <= present and (the_kind <> 'run' or w.tick_id is not null)
            order by w.priority desc, w.due, w.id for update skip locked limit p_limit), p_worker, p_lease_seconds);
        if found then
            return;
        end if;
    end loop;
end $$;
comment on function claim_jobs(job_kind[], text, double precision, integer) is 'Claims up to a number of due jobs, all of one kind: that of the job with the highest priority, among equals the one due first. Runs that were started by hand are not claimed.';

create function claim_round_jobs(p_round bigint, p_kind job_kind, p_worker text, p_lease_seconds double precision, p_limit integer default 1)
returns table (
    job_id bigint, token bigint, kind job_kind, run_id bigint, round_id bigint, volume_id bigint, tick_id bigint, attempt integer,
    max_attempts integer)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
#variable_conflict use_column
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception '% jobs are outside 1 to 1000', coalesce(p_limit::text, 'null') using errcode = 'LA004';
    end if;
    perform lease(p_lease_seconds);
    perform set_config('synchronous_commit', 'off', true); -- a claim that is lost with the server was not used
    return query select * from claim_waiting(array(
        select w.id from job w
        where w.round_id = p_round and w.kind = p_kind and w.state = 'waiting' and w.due <= clock_timestamp()
        order by w.volume_id for update skip locked limit p_limit), p_worker, p_lease_seconds);
end $$;
comment on function claim_round_jobs(bigint, job_kind, text, double precision, integer) is 'Claims up to a number of due jobs of a round''s volumes.';

create function pause_after_expiry(p_kind job_kind, p_attempts integer) returns interval
language sql immutable set search_path = pg_catalog, lacuna, pg_temp as $$
    select case when p_kind = 'run' and p_attempts <= 1 then interval '0'
        else least(interval '1 hour', interval '10 seconds' * power(4, least(p_attempts, 10) - 1)) end
$$;
comment on function pause_after_expiry(job_kind, integer) is 'How long a job waits after the lease of its last attempt expired: 10 s, 40 s and so on up to one hour, so that work that ends daemons does not end one after the other. A run is taken over at once after its first attempt.';

create function expire_leases() returns table (job_id bigint, kind job_kind, state job_state, schedule text)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
#variable_conflict use_column
begin
    return query
    with expired as (
        select id from job where state = 'running' and lease_until < clock_timestamp() order by id for update skip locked
    ), ended as (
        update job j set
            state = case when j.attempts >= j.max_attempts then 'dead' else 'waiting' end::job_state,
            ended_at = case when j.attempts >= j.max_attempts then clock_timestamp() end,
            due = clock_timestamp() + pause_after_expiry(j.kind, j.attempts),
            reason = 'the lease of ' || j.worker || ' expired', token = j.token + 1,
            worker = case when j.attempts >= j.max_attempts then j.worker end, login = null, lease_until = null
        from expired e where j.id = e.id returning j.id, j.kind, j.state, j.tick_id
    )
    select e.id, e.kind, e.state, s.name
    from ended e left join tick t on t.id = e.tick_id left join schedule s on s.id = t.schedule_id order by e.id;
end $$;
comment on function expire_leases() is 'Returns jobs whose lease ended to the queue, after a pause that grows with the attempts, or ends them as dead where no attempt is left. Returns them with their new state, and with the schedule of a run that was made by one.';

create function complete_job(p_job bigint, p_token bigint, p_result jsonb default null) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_kind job_kind;
begin
    perform set_config('synchronous_commit', 'off', true); -- a job whose completion is lost with the server is done again
    select kind into the_kind from job
    where id = p_job and token = p_token and kind <> 'run' and login = session_user and lease_until is not null for no key update;
    if not found then
        perform refuse_claim(p_job);
    end if;
    if the_kind = 'predict' and p_result is null or the_kind in ('predict', 'relabel') and jsonb_typeof(p_result) <> 'object' then
        raise exception 'a job % has a JSON object as its result', the_kind using errcode = 'LA004';
    end if;
    if the_kind not in ('predict', 'relabel') and p_result is not null then
        raise exception 'a job % has no result', the_kind using errcode = 'LA004';
    end if;
    if octet_length(p_result::text) > 4194304 then
        raise exception 'a result of % bytes is larger than 4 MiB', octet_length(p_result::text) using errcode = 'LA004';
    end if;
    update job set state = 'done', result = p_result, reason = null, ended_at = clock_timestamp(), login = null, lease_until = null
    where id = p_job;
end $$;
comment on function complete_job(bigint, bigint, jsonb) is 'Ends a claimed job as done: a prediction with what it measured, a JSON object of at most 4 MiB, a relabelling with or without one, other kinds without a result. The job of a run ends with the run.';

create function volume_part(p_run bigint, p_volume bigint) returns split_part
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select coalesce(run_part(run.id, v.subject_id), case when run.trains_unassigned then 'train'::split_part end)
    from run join volume v on v.id = p_volume and v.modality = any (run.modalities) where run.id = p_run
$$;
comment on function volume_part(bigint, bigint) is 'The part in which a run reads a volume; null where it does not.';

create function round_takes(p_state round_state, p_kind job_kind, p_part split_part) returns boolean
language sql immutable set search_path = pg_catalog, lacuna, pg_temp as $$
    select coalesce(case p_part
        when 'train' then p_kind in ('predict', 'relabel') and p_state = 'relabelling'
        when 'validation' then p_kind = 'predict' and p_state in ('trained', 'confidenceFitted') end, false)
$$;
comment on function round_takes(round_state, job_kind, split_part) is 'Whether a round in a state has volumes of a part predicted or relabelled.';

create function fail_job(p_job bigint, p_token bigint, p_reason text, p_pause_seconds double precision, p_final boolean default false)
returns job_state
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_state job_state;
begin
    if p_pause_seconds is null or not p_pause_seconds between 0 and 86400 or coalesce(p_reason, '') !~ '\S' then
        raise exception 'a failure has a reason, and a pause of 0 to 86400 seconds' using errcode = 'LA004';
    end if;
    perform hold_job(p_job, p_token);
    update job set
        state = case when p_final or attempts >= max_attempts then 'dead' else 'waiting' end::job_state,
        ended_at = case when p_final or attempts >= max_attempts then clock_timestamp() end,
        due = clock_timestamp() + make_interval(secs => p_pause_seconds), reason = left(p_reason, 2000),
        worker = case when p_final or attempts >= max_attempts then worker end, login = null, lease_until = null
    where id = p_job returning state into the_state;
    return the_state;
end $$;
comment on function fail_job(bigint, bigint, text, double precision, boolean) is 'Ends an attempt at a claimed job: it is due again after the pause, or dead where the failure is final or no attempt is left. Returns its state.';

create function enqueue_volumes(p_job bigint, p_token bigint, p_round bigint, p_kind job_kind, p_volumes bigint[]) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint := hold_claim(p_job, p_token, p_round);
    the_state round_state;
    the_part split_part;
    another bigint;
    enqueued bigint;
begin
    perform from job
    where round_id = p_round and kind = p_kind and state in ('waiting', 'dead', 'cancelled') order by id for update;
    if p_volumes is null or p_kind is null or p_kind not in ('predict', 'relabel') then
        raise exception 'only predictions and relabellings are jobs of the volumes of a round' using errcode = 'LA004';
    end if;
    select state into the_state from round where id = p_round for share;
    if not round_takes(the_state, p_kind, 'train') and not round_takes(the_state, p_kind, 'validation') then
        raise exception '% is in a state in which no volumes are %', round_name(p_round),
            case p_kind when 'predict' then 'predicted' else 'relabelled' end using errcode = 'LA005';
    end if;
    select v.id, v.part into another, the_part
    from (select e.id, volume_part(the_run, e.id) as part from unnest(p_volumes) e (id) offset 0) v
    where not round_takes(the_state, p_kind, v.part) limit 1;
    if found and (the_part = 'train' or the_part = 'validation' and p_kind = 'predict') then
        raise exception 'volume % is of the part %, which is not % while % is %', another, the_part,
            case p_kind when 'predict' then 'predicted' else 'relabelled' end, round_name(p_round), the_state using errcode = 'LA005';
    elsif found then
        raise exception 'volume % is in no part of % that may be %', coalesce(another::text, 'null'), run_name(the_run),
            case p_kind when 'predict' then 'predicted' else 'relabelled' end
            using errcode = 'LA006';
    end if;
    delete from job
    where round_id = p_round and kind = p_kind and state in ('waiting', 'dead', 'cancelled') and volume_id <> all (p_volumes);
    insert into job as j (kind, round_id, volume_id, priority, max_attempts)
    select distinct p_kind, p_round, v, o.priority, 3 from unnest(p_volumes) v cross join job o where o.id = p_job
    on conflict (round_id, volume_id, kind) where round_id is not null do update
    set state = 'waiting', attempts = 0, due = clock_timestamp(), reason = null, ended_at = null, worker = null
    where j.state in ('dead', 'cancelled') or j.kind = 'predict' and j.state = 'done' and j.result is null;
    get diagnostics enqueued = row_count;
    if enqueued > 0 then
        perform pg_notify('lacuna', 'job');
    end if;
    return enqueued;
end $$;
comment on function enqueue_volumes(bigint, bigint, bigint, job_kind, bigint[]) is 'Creates the jobs that predict or relabel all given volumes for a round, under the claim on its run; dead and cancelled ones and predictions whose results were cleared wait again, and those of other volumes that are not done are removed. Returns the number of jobs that wait newly. Volumes of the part validation are predicted in the states trained and confidenceFitted, those of the part train predicted and relabelled in the state relabelling.';

create function volume_results(p_round bigint, p_kind job_kind, p_after bigint, p_limit integer)
returns table (volume_id bigint, result jsonb)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select volume_id, result from job
    where round_id = p_round and kind = p_kind and volume_id > p_after and state = 'done' and result is not null
    order by volume_id limit least(greatest(p_limit, 1), 1000)
$$;
comment on function volume_results(bigint, job_kind, bigint, integer) is 'Results of done jobs of a kind of a round''s volumes with a greater id than p_after, by volume: p_limit of them, at most 1000.';

-- Files and masks of a volume, without a round.

-- The sources of a volume in use whose image may be read.
create function readable_sources(p_volume bigint)
returns table (source_id bigint, name text, file text, file_sha256 bytea, file_bytes bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select s.id, d.name || '/' || s.case_name, i.root || '/' || s.file, s.file_sha256, s.file_bytes
    from source s join release r on r.id = s.release_id join release i on i.id = coalesce(s.image_release_id, s.release_id)
    join dataset d on d.id = r.dataset_id
    where s.volume_id = p_volume
      and not exists (select from withheld_volume w where w.volume_id = p_volume)
      and not exists (select from withdrawn_dataset w where w.dataset_id = d.id)
$$;

create function enqueue_images(p_kind job_kind, p_descriptor_version integer default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    enqueued bigint;
begin
    if p_kind is null or p_kind not in ('fingerprint', 'verify') or (p_kind = 'fingerprint') <> (p_descriptor_version is not null) then
        raise exception 'only volumes are fingerprinted, for a version of descriptors, or verified, without one' using errcode = 'LA004';
    end if;
    perform from job where kind = p_kind and round_id is null and state in ('done', 'dead', 'cancelled') order by id for update;
    insert into job as j (kind, volume_id, descriptor_version, priority, max_attempts)
    select p_kind, v.id, p_descriptor_version, -1, 3 from volume v
    where exists (select from readable_sources(v.id))
      and (p_kind = 'verify'
          or not exists (select from image_descriptor d where d.volume_id = v.id and d.version = p_descriptor_version))
    order by v.id
    on conflict (volume_id, kind) where round_id is null and volume_id is not null do update
    set state = 'waiting', descriptor_version = excluded.descriptor_version, attempts = 0, due = clock_timestamp(), reason = null, begun_at = null, ended_at = null, worker = null
    where j.state in ('done', 'dead', 'cancelled');
    get diagnostics enqueued = row_count;
    if enqueued > 0 then
        perform pg_notify('lacuna', 'job');
    end if;
    return enqueued;
end $$;
comment on function enqueue_images(job_kind, integer) is 'Creates jobs that verify every volume in use, or that compute the descriptors that such volumes lack; those that have ended wait again. They have a lower priority than the work of runs. Returns the number of jobs that wait newly.';

-- Holds the claim and returns the job's volume.
create function hold_image(p_job bigint, p_token bigint, p_kind job_kind) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_volume bigint;
begin
    perform hold_job(p_job, p_token, p_kind);
    select volume_id into the_volume from job where id = p_job and kind in ('fingerprint', 'verify');
    if not found then
        raise exception 'job % has no image of its own', p_job using errcode = 'LA003';
    end if;
    return the_volume;
end $$;

create function images_of_job(p_job bigint, p_token bigint)
returns table (name text, file text, file_sha256 bytea, file_bytes bigint, modality text, identity bytea)
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select s.name, s.file, s.file_sha256, s.file_bytes, v.modality, v.identity
    from hold_image(p_job, p_token, null) j (volume_id) join volume v on v.id = j.volume_id, readable_sources(v.id) s
    order by s.source_id desc
$$;
comment on function images_of_job(bigint, bigint) is 'The image files of the volume that a claimed job fingerprints or verifies, the newest first; none of a volume that is withheld.';

create function masks_of_job(p_job bigint, p_token bigint)
returns table (mask_id bigint, content_sha256 bytea, object_digest bytea, object_offset bigint, object_length bigint, object_bytes bigint,
    volume_id bigint, organ text, shape_x integer, shape_y integer, shape_z integer, voxels bigint, known_voxels bigint,
    parent_id bigint, activity_id bigint)
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select m.id, m.content_sha256, m.object_digest, m.object_offset, m.object_length, b.bytes,
        v.id, o.key, v.shape_x, v.shape_y, v.shape_z, m.voxels, m.known_voxels, m.parent_id, m.activity_id
    from hold_image(p_job, p_token, 'verify') j (volume_id) join volume v on v.id = j.volume_id
    join mask m on m.volume_id = v.id join organ o on o.id = m.organ_id join object b on b.digest = m.object_digest
    where b.purged_at is null and exists (select from readable_sources(v.id))
      and not exists (
        select from annotation a join release r on r.id = a.release_id join withdrawn_dataset w on w.dataset_id = r.dataset_id
        where a.mask_id = m.id)
      and not exists (select from split_member p where p.subject_id = v.subject_id and p.part = 'test')
    order by m.object_digest, m.object_offset, m.id
$$;
comment on function masks_of_job(bigint, bigint) is 'The masks of the volume that a claimed job verifies, by object; none of a volume that is withheld or in a test part, whose labels no trainer reads, and none of a removed dataset.';

create function record_descriptor(p_job bigint, p_token bigint, p_version integer, p_descriptor bytea) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_volume bigint := hold_image(p_job, p_token, 'fingerprint');
begin
    if not exists (select from readable_sources(the_volume)) then
        raise exception 'volume % is withheld', the_volume using errcode = 'LA006';
    end if;
    if p_version is distinct from (select descriptor_version from job where id = p_job) then
        raise exception 'the job asks for a descriptor of another version than %', coalesce(p_version::text, 'null')
            using errcode = 'LA004', hint = 'a daemon of the program that created the job can do it';
    end if;
    insert into image_descriptor (volume_id, version, descriptor) values (the_volume, p_version, p_descriptor) on conflict do nothing;
end $$;
comment on function record_descriptor(bigint, bigint, integer, bytea) is 'Records the image descriptor of the volume that a claimed job fingerprints, unless it has one of that version.';

create function require_volume_is_needed(p_job job) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_round round;
begin
    select * into the_round from round where id = p_job.round_id for share;
    if not round_takes(the_round.state, p_job.kind, volume_part(the_round.run_id, p_job.volume_id)) then
        raise exception 'job % is to % volume %, which % does not need in the state %', p_job.id, p_job.kind, p_job.volume_id,
            round_name(the_round.id), the_round.state
            using errcode = 'LA005', hint = 'the run makes its jobs wait again when it needs them; retry the job of the run where that one failed';
    end if;
end $$;
comment on function require_volume_is_needed(job) is 'Refuses a job of a volume that its round does not need in its state; locks the round until the transaction ends.';

create function require_no_open_run(p_tick bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_name text;
    the_open integer;
begin
    select s.name, (select max(n) from open_ticks(s.id) n) into the_name, the_open
    from schedule s join tick t on t.schedule_id = s.id where t.id = p_tick;
    if the_open is not null then
        raise exception 'run %-% of this schedule has not ended', the_name, the_open
            using errcode = 'LA005', hint = 'wait for its end, or cancel its job with lacuna job cancel; then retry this one';
    end if;
end $$;
comment on function require_no_open_run(bigint) is 'Refuses a tick of whose schedule another run is open. The schedule is locked.';

create function retry_job(p_job bigint) returns job_state
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_job job;
begin
    perform from schedule s join tick t on t.schedule_id = s.id join job j on j.tick_id = t.id where j.id = p_job for update of s;
    select * into the_job from job where id = p_job for update;
    if not found then
        raise exception 'no job has the id %', p_job using errcode = 'LA004';
    end if;
    if the_job.state not in ('dead', 'cancelled') then
        raise exception 'job % is %; only a dead or cancelled one can be retried', p_job, the_job.state
            using errcode = 'LA005', hint = case the_job.state
                when 'waiting' then 'leave it in the queue: a daemon takes it when it is due; lacuna job show gives the time'
                when 'running' then 'wait until it ends, or end it with lacuna job cancel'
                else 'it needs no retry: its work is done' end;
    end if;
    perform require_open(coalesce(the_job.run_id, (select run_id from round where id = the_job.round_id)));
    if the_job.round_id is not null then
        perform require_volume_is_needed(the_job);
    elsif the_job.tick_id is not null then
        perform require_no_open_run(the_job.tick_id);
    end if;
    update job set state = 'waiting', attempts = 0, due = clock_timestamp(), reason = null, begun_at = null, ended_at = null, worker = null
    where id = p_job;
    perform pg_notify('lacuna', 'job');
    return 'waiting';
end $$;
comment on function retry_job(bigint) is 'Returns a dead or cancelled job to the queue, with all its attempts and the whole time of its schedule. Refuses one of a volume that its round does not need now, and one of a tick while another run of its schedule is open.';

create function cancel_job(p_job bigint, p_reason text) returns job_state
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_job job;
    the_reason text := left('cancelled by ' || session_user || ': ' || p_reason, 1900);
begin
    if coalesce(p_reason, '') !~ '\S' then
        raise exception 'a cancellation has a reason' using errcode = 'LA004';
    end if;
    select * into the_job from job where id = p_job for update;
    if not found then
        raise exception 'no job has the id %', p_job using errcode = 'LA004';
    end if;
    if the_job.state not in ('waiting', 'running') then
        raise exception 'job % is %; only a waiting or running one can be cancelled', p_job, the_job.state
            using errcode = 'LA005', hint = 'it needs no cancellation: no daemon works on it';
    end if;
    update job set state = 'cancelled', token = token + 1, ended_at = clock_timestamp(), worker = null, login = null, lease_until = null,
        reason = case id when p_job then the_reason else 'the job of ' || run_name(the_job.run_id) || ' was ' || the_reason end
    where id = any (array(
        select id from job where id = p_job or id = any (jobs_of_runs(array[the_job.run_id])) and state in ('waiting', 'running')
        order by id for update));
    return 'cancelled';
end $$;
comment on function cancel_job(bigint, text) is 'Cancels a job that waits or runs, and with the job of a run the open jobs of its volumes. The claim on it ends, so that its daemon stops and writes nothing more.';

create function enqueue_run(p_tick bigint) returns bigint
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    insert into job (kind, tick_id, max_attempts) values ('run', p_tick, 5) returning id
$$;
comment on function enqueue_run(bigint) is 'Creates the job of a tick; the daemon that claims it creates the run.';

create function reason_of_job(p_job job) returns text
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select p_job.reason || case when p_job.state = 'cancelled' and p_job.reason = run_name(run.id) || ' was cancelled'
        then coalesce((select ' at revision ' || revision from change where id = run.cancelled_change_id), '') else '' end
    from (select coalesce(p_job.run_id, (select run_id from round where id = p_job.round_id)) as id) w left join run on run.id = w.id
$$;
comment on function reason_of_job(job) is 'The reason of a job; for one that was cancelled with its run with the revision that did it, which is numbered only at the end of its transaction.';

grant execute on function hold_job(bigint, bigint, job_kind), claim_jobs(job_kind[], text, double precision, integer),
    claim_round_jobs(bigint, job_kind, text, double precision, integer), expire_leases(),
    complete_job(bigint, bigint, jsonb), fail_job(bigint, bigint, text, double precision, boolean),
    enqueue_volumes(bigint, bigint, bigint, job_kind, bigint[]), volume_results(bigint, job_kind, bigint, integer),
    images_of_job(bigint, bigint), masks_of_job(bigint, bigint), record_descriptor(bigint, bigint, integer, bytea) to lacuna_trainer;
grant execute on function enqueue_images(job_kind, integer), retry_job(bigint), cancel_job(bigint, text), reason_of_job(job) to lacuna_manager;
