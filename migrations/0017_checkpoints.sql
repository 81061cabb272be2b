-- Checkpoints that nothing needs any more, damaged checkpoints, and the history of the states of rounds.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table round_event (
    id bigint generated always as identity primary key,
    round_id bigint not null references round,
    state round_state not null,
    worker text,
    login text not null default session_user,
    reason text,
    at timestamptz not null default clock_timestamp()
);
create index on round_event (round_id, id);
comment on table round_event is 'History of the states of rounds: one row for each state that a round entered. Written by a trigger.';
comment on column round_event.worker is 'Host and process of the daemon that held the run; null where none did.';
comment on column round_event.reason is 'Why the round failed; null for other states.';
create trigger history_is_append_only before update or delete or truncate on round_event execute function refuse_rewriting();

create function record_round_event() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    insert into round_event (round_id, state, worker, reason)
    values (new.id, new.state, (select worker from job where run_id = new.run_id and kind = 'run'),
        case new.state when 'failed' then left(new.record ->> 'failure', 2000) end);
    return null;
end $$;
create trigger states_are_recorded_first after insert on round for each row execute function record_round_event();
create trigger states_are_recorded after update of state on round for each row
    when (old.state is distinct from new.state) execute function record_round_event();

-- Turns objects into tombstones unless a checkpoint with bytes still uses them.
create function bury_objects(p_digests bytea[], p_activity bigint) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    update object o set purged_at = clock_timestamp(), purged_by = p_activity
    where o.digest = any (p_digests) and o.kind = 'checkpoint' and o.purged_at is null
      and not exists (select from checkpoint c where c.object_digest = o.digest and c.removal is null)
$$;

create function discard_checkpoint(p_job bigint, p_token bigint, p_round bigint, p_checkpoint bigint, p_program text, p_problem text)
returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint;
    the_checkpoint checkpoint;
    the_activity bigint;
begin
    if p_round is null or coalesce(p_problem, '') !~ '\S' then
        raise exception 'a checkpoint is discarded from a round, for a reason' using errcode = 'LA004';
    end if;
    the_run := hold_claim(p_job, p_token, p_round);
    select * into the_checkpoint from checkpoint where id = p_checkpoint and round_id = p_round and removal is null;
    if not found then
        raise exception '% has no checkpoint % to discard', round_name(p_round), coalesce(p_checkpoint::text, 'null')
            using errcode = 'LA003';
    end if;
    perform require_state(p_round, case the_checkpoint.kind when 'network' then 'training' else 'trained' end::round_state);
    the_activity := start_activity('training', p_program, jsonb_build_object('run', (select name from run where id = the_run),
        'round', (select number from round where id = p_round), 'discarded', p_checkpoint, 'reason', left(p_problem, 1000)));
    update checkpoint set removal = 'damaged', removed_by = the_activity where id = p_checkpoint;
    perform bury_objects(array[the_checkpoint.object_digest], the_activity);
end $$;
comment on function discard_checkpoint(bigint, bigint, bigint, bigint, text, text) is 'Marks a damaged checkpoint of a round that is training, or its damaged confidence while it is trained, so that the round goes on from an earlier one. Its object becomes a tombstone until the same bytes are stored again.';

create type pruning as (
    checkpoint_id bigint, run text, round integer, kind text, step integer, digest bytea, bytes bigint, prunes boolean, reason text, shared boolean
);
comment on type pruning is 'A checkpoint with bytes, whether it is pruned and why, and whether a checkpoint that is kept has the same bytes.';

create function pruning_plan(p_run bigint, p_keep integer, p_keeps_abandoned boolean) returns setof pruning
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with listed as (
        select c.id, run.id as run_id, run.name, r.id as round_id, r.number, c.kind, c.step, c.object_digest, r.state,
            r.published_change_id is not null as publishes,
            not run.finished and run.cancelled_change_id is null
                and not exists (select from round x where x.run_id = run.id and is_recalled(x.id)) as is_open,
            row_number() over (partition by c.round_id, c.kind order by c.step desc) as place
        from checkpoint c join round r on r.id = c.round_id join run on run.id = r.run_id
        where c.removal is null and (p_run is null or run.id = p_run)
    ), started as ( -- the networks from which other runs start
        select distinct on (r.run_id, s.previous_round) c.id as checkpoint_id
        from run_start s join round r on r.run_id = s.previous_run_id and r.number = coalesce(s.previous_round, r.number)
        join checkpoint c on c.round_id = r.id and c.kind = 'network' and c.removal is null
        order by r.run_id, s.previous_round, r.number desc, c.step desc
    ), judged as (
        select l.*, case
            when l.is_open and l.state <> 'published' then 'open'
            when l.id in (select b.checkpoint_id from started b) then 'start'
            when l.place > 1 and l.place <= 1 + p_keep then 'wanted'
            when l.place > 1 then null
            when exists (select from predicted_mask p where p.round_id = l.round_id) then 'labels'
            when exists (select from evaluation e where e.round_id = l.round_id) then 'evaluation'
            when l.state = 'published' then 'closed'
            when p_keeps_abandoned then 'wanted' end as need
        from listed l
    ), shared as (
        select distinct c.object_digest from checkpoint c left join judged j on j.id = c.id
        where c.removal is null and (j.id is null or j.need is not null)
    )
    select j.id, j.name, j.number, j.kind, j.step, j.object_digest, o.bytes, j.need is null,
        coalesce(j.need, case when j.place > 1 then 'intermediate' else 'abandoned' end), j.need is null and s.object_digest is not null
    from judged j join object o on o.digest = j.object_digest left join shared s on s.object_digest = j.object_digest
    order by j.run_id, j.number, j.kind, j.step
$$;
comment on function pruning_plan(bigint, integer, boolean) is 'The checkpoints of a run (null: of all runs) that have bytes. Kept are those of an open round (open), the network from which another run started (start), the newest of each kind in a closed round (labels, evaluation or closed: what needs it), and p_keep further ones or, on request, abandoned ones (wanted). Pruned are intermediate ones of rounds that are closed or never continued, and the newest ones of rounds that ended without a result (abandoned).';

create function prune_checkpoints(p_run bigint, p_keep integer, p_keeps_abandoned boolean, p_program text) returns setof pruning
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_plan pruning[];
    the_pruned bigint[];
    the_activity bigint;
begin
    if p_keep is null or p_keep < 0 or p_keeps_abandoned is null then
        raise exception 'the number of checkpoints to keep is 0 or more' using errcode = 'LA004';
    end if;
    perform pg_advisory_xact_lock(object_lock()); -- no checkpoint is stored meanwhile
    select array_agg(p) into the_plan from pruning_plan(p_run, p_keep, p_keeps_abandoned) p;
    select array_agg(p.checkpoint_id) into the_pruned from unnest(the_plan) p where p.prunes;
    if the_pruned is not null then
        the_activity := start_activity('pruning', p_program, jsonb_strip_nulls(jsonb_build_object(
            'run', (select name from run where id = p_run), 'keep', p_keep, 'checkpoints', cardinality(the_pruned))));
        update checkpoint set removal = 'pruned', removed_by = the_activity where id = any (the_pruned);
        perform bury_objects(array(select p.digest from unnest(the_plan) p where p.prunes), the_activity);
    end if;
    return query select * from unnest(the_plan);
end $$;
comment on function prune_checkpoints(bigint, integer, boolean, text) is 'Marks the checkpoints that pruning_plan names as pruned and turns their objects into tombstones; returns the plan. The caller deletes the bytes afterwards.';

create function lost_inputs(p_run bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select count(*) from (
        select i.volume_id, o.key, i.part from run_input i join organ o on o.id = i.organ_id where i.run_id = p_run
        except
        select l.volume_id, l.organ, l.part from run_labels(p_run) l) lost
$$;
comment on function lost_inputs(bigint) is 'The number of annotations of a run''s snapshot that it may no longer read, or has in another part now.';

grant select on round_event to lacuna_manager, lacuna_trainer;
grant execute on function discard_checkpoint(bigint, bigint, bigint, bigint, text, text), lost_inputs(bigint) to lacuna_trainer;
grant execute on function pruning_plan(bigint, integer, boolean), prune_checkpoints(bigint, integer, boolean, text) to lacuna_manager;
