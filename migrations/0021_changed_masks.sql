-- A guard compares the masks of a round with those of the round before: its figures are the results of the jobs that relabel, and it is
-- recorded while the round relabels.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create or replace function record_guards(
    p_job bigint, p_token bigint, p_round bigint, p_organs text[], p_guards text[], p_values real[], p_limits real[], p_outcomes text[])
returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint := hold_claim(p_job, p_token, p_round);
begin
    perform require_organs(the_run, p_organs, cardinality(p_guards), cardinality(p_values), cardinality(p_limits), cardinality(p_outcomes));
    if exists (select from unnest(p_organs, p_guards) as g (organ, guard) group by organ, guard having count(*) > 1) then
        raise exception 'an organ and guard is given twice' using errcode = 'LA004';
    end if;
    perform from round where id = p_round and state = 'relabelling' for share;
    if not found or not coalesce('change' = all (p_guards), false) then
        perform require_state(p_round, 'evaluated');
    end if;
    insert into guard_result (round_id, organ_id, guard, value, limit_value, outcome)
    select p_round, o.id, g.guard, g.value, g.limit_value, g.outcome
    from unnest(p_organs, p_guards, p_values, p_limits, p_outcomes) as g (organ, guard, value, limit_value, outcome)
    join organ o on o.key = g.organ
    on conflict do nothing;
end $$;
comment on function record_guards(bigint, bigint, bigint, text[], text[], real[], real[], text[]) is 'Records the results of the guards of a round that is evaluated, and of the guard change of one that relabels; the arrays are parallel. What is recorded already is kept.';

create or replace function complete_job(p_job bigint, p_token bigint, p_result jsonb default null) returns void
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

create or replace function end_jobs_of_round(p_round bigint, p_state round_state) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    update job set result = null
    where p_state = 'published' and round_id = p_round and kind in ('predict', 'relabel') and state = 'done' and result is not null;
    update job set state = 'cancelled', token = token + 1, worker = null, login = null, lease_until = null,
        reason = round_name(p_round) || ' is ' || p_state, ended_at = clock_timestamp()
    where id = any (array(select id from job where round_id = p_round and state in ('waiting', 'running') order by id for update))
$$;
