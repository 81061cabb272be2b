-- What a round stores of its quality, the results of its guards, and the release of organs that it withheld.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

-- MARK: Quality

create table round_quality (
    round_id bigint primary key references round,
    pairs integer not null constraint pairs_are_counted check (pairs >= 0),
    correlation real constraint correlation_is_within_one check (correlation between -1 and 1),
    correlation_within real constraint correlation_within_organs_is_within_one check (correlation_within between -1 and 1),
    interval_rate real not null constraint interval_rate_is_a_fraction check (interval_rate between 0 and 1),
    interval_coverage real constraint interval_coverage_is_a_fraction check (interval_coverage between 0 and 1)
);
comment on table round_quality is 'How well the predicted Dice of a round agrees with the true Dice on held-out volumes.';
comment on column round_quality.pairs is 'The held-out masks with both.';
comment on column round_quality.correlation is 'The rank correlation of the two; null where it is not defined.';
comment on column round_quality.correlation_within is 'The mean of the rank correlations within organs; null where no organ has one.';
comment on column round_quality.interval_rate is 'The rate at which the intervals are made to contain the true Dice.';
comment on column round_quality.interval_coverage is 'The share of held-out masks whose interval contains the true Dice, each predicted without its own volume; null without such masks.';
create trigger history_is_append_only before update or delete or truncate on round_quality execute function refuse_rewriting();

create function record_quality(
    p_job bigint, p_token bigint, p_round bigint, p_pairs integer, p_correlation real, p_correlation_within real,
    p_interval_rate real, p_interval_coverage real) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform hold_claim(p_job, p_token, p_round);
    perform require_state(p_round, 'confidenceFitted');
    insert into round_quality (round_id, pairs, correlation, correlation_within, interval_rate, interval_coverage)
    values (p_round, p_pairs, p_correlation, p_correlation_within, p_interval_rate, p_interval_coverage)
    on conflict do nothing;
end $$;
comment on function record_quality(bigint, bigint, bigint, integer, real, real, real, real) is 'Records how well the predicted Dice of a round agrees with the true one, before the round is evaluated. What is recorded already is kept.';

-- MARK: Guards

create function annotated_sizes(p_run bigint)
returns table (organ text, masks bigint, smallest_ml double precision, largest_ml double precision)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select l.organ, count(*), min(s.ml), max(s.ml)
    from run_labels(p_run) l
    join run_volumes(p_run) v using (volume_id)
    join mask m on m.id = l.mask_id
    cross join lateral (select m.voxels * abs(v.spacing[1] * v.spacing[2] * v.spacing[3]) / 1000 as ml) s
    where l.part = 'train' and l.extent is null and m.voxels > 0 and m.box[3] > 0 and m.box[6] < v.shape[3]
    group by l.organ
$$;
comment on function annotated_sizes(bigint) is 'The smallest and the largest annotated mask of each organ in millilitres, in the training volumes of a run; without masks that reach the first or the last slice, which may be truncated.';
grant execute on function annotated_sizes(bigint) to lacuna_trainer;

create table guard_result (
    round_id bigint not null references round,
    organ_id smallint not null references organ,
    guard text not null constraint guard_is_a_name check (guard ~ '^[A-Za-z][A-Za-z0-9]{0,63}$'),
    value real constraint value_is_finite check (value > '-infinity' and value < 'infinity'),
    limit_value real constraint limit_is_finite check (limit_value > '-infinity' and limit_value < 'infinity'),
    outcome text not null constraint outcome_is_known check (outcome in ('passed', 'failed', 'undecided')),
    primary key (round_id, organ_id, guard)
);
comment on table guard_result is 'The results of the guards of a round, by organ, with the figures that they were decided by.';
comment on column guard_result.value is 'What was measured; null where nothing could be.';
comment on column guard_result.limit_value is 'The limit of the configuration that the value was compared with; null where there is none.';
create trigger history_is_append_only before update or delete or truncate on guard_result execute function refuse_rewriting();

create function record_guards(
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

-- MARK: Override

create function require_overridable(p_round bigint, p_organs text[]) returns void
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_round round;
    problem text;
begin
    select * into the_round from round where id = p_round;
    if coalesce(cardinality(p_organs), 0) = 0 then
        raise exception 'no organ is given' using errcode = 'LA004';
    end if;
    perform require_organs(the_round.run_id, p_organs, cardinality(p_organs));
    if the_round.published_change_id is null then
        raise exception '% has published no labels', round_name(p_round)
            using errcode = 'LA005', hint = 'lacuna round list shows the published rounds';
    end if;
    if is_recalled(p_round) then
        raise exception '% was trained on data that were removed; its labels are recalled', round_name(p_round)
            using errcode = 'LA010', hint = 'start a new run';
    end if;
    if the_round.run_id is distinct from (select a.run_id from adoption a order by a.id desc limit 1) then
        raise exception '% is not the current one', run_name(the_round.run_id)
            using errcode = 'LA005', hint = 'lacuna round adopt makes it the current one';
    end if;
    select string_agg(o.key || case
        when h.organ_id is null then ' was not withheld'
        when v.organ_id is not null then ' is released already'
        when l.number is not null then ' was published by round ' || l.number || ' since'
        when m.mask_id is null then ' has no masks of the round'
        when m.voxels = 0 then ' has only empty masks of the round, which are not released' end, ', ' order by o.position) into problem
    from organ o
    left join withheld_organ h on h.round_id = p_round and h.organ_id = o.id
    left join organ_override v on v.round_id = p_round and v.organ_id = o.id
    left join lateral (
        select w.mask_id, k.voxels from withheld_mask w join mask k on k.id = w.mask_id
        where w.round_id = p_round and w.organ_id = o.id order by k.voxels = 0 limit 1) m on true
    left join lateral (
        select r.number from round r
        where r.run_id = the_round.run_id and r.number > the_round.number and r.published_change_id is not null
          and (not exists (select from withheld_organ e where e.round_id = r.id and e.organ_id = o.id)
               or exists (select from organ_override e where e.round_id = r.id and e.organ_id = o.id))
        order by r.number limit 1) l on true
    where o.key = any (p_organs);
    if problem is not null then
        raise exception '%: %', round_name(p_round), problem
            using errcode = 'LA005', hint = 'lacuna round show lists what the round withheld';
    end if;
end $$;
comment on function require_overridable(bigint, text[]) is 'Refuses organs that a round did not withhold, has no masks with voxels of, or that were published since, and a round that is recalled, not published or of a run that is not the current one.';

-- Makes the withheld masks of organs labels of their round, and counts them. Volumes that were withdrawn, or locked in a test part
-- since, get none, and rejected masks become no labels. Nor do empty ones: a label without voxels would state that the organ is not there,
-- which only a person does, with an absence.
create function release_masks(p_change bigint, p_round bigint, p_organs smallint[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    deltas state_delta[];
begin
    with released as (
        insert into pseudo_label (round_id, volume_id, organ_id, mask_id, checkpoint_id, confidence, soft_dice, dice, dice_lower, dice_upper)
        select w.round_id, w.volume_id, w.organ_id, w.mask_id, w.checkpoint_id, w.confidence, w.soft_dice, w.dice, w.dice_lower, w.dice_upper
        from withheld_mask w join mask m on m.id = w.mask_id
        where w.round_id = p_round and w.organ_id = any (p_organs) and m.voxels > 0
          and not exists (select from withheld_volume h where h.volume_id = w.volume_id)
          and not exists (select from rejected_mask j where j.mask_id = w.mask_id)
          and not exists (
            select from volume v join locked_subject t on t.subject_id = v.subject_id where v.id = w.volume_id)
        returning volume_id, organ_id, confidence
    ), counted as (
        select organ_id, confidence_bin(confidence) as bin, count(*) as n from released r
        where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (r.volume_id, r.organ_id))
        group by 1, 2
    )
    select array_agg(row(array[(select k.id from coverage_scope k where k.round_id = p_round)], organ_id, 'pseudo', 'model', false, bin, n)::state_delta)
    into deltas from counted;
    perform append_deltas(p_change, deltas);
end $$;

create function override_organs(p_round bigint, p_organs text[], p_program text, p_reason text) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint;
    the_change bigint;
    organs smallint[];
begin
    if coalesce(p_reason, '') !~ '\S' then
        raise exception 'a withheld organ is released for a reason' using errcode = 'LA004';
    end if;
    perform pg_advisory_xact_lock(pointer_lock());
    perform require_overridable(p_round, p_organs);
    select run_id into the_run from round where id = p_round;
    organs := array(select id from organ where key = any (p_organs) order by position);
    insert into change (activity_id) values (start_activity('override', p_program, jsonb_build_object(
        'run', (select name from run where id = the_run), 'round', (select number from round where id = p_round),
        'organs', p_organs, 'reason', p_reason))) returning id into the_change;
    insert into organ_override (round_id, organ_id, change_id) select p_round, o, the_change from unnest(organs) o;
    perform release_masks(the_change, p_round, organs);
    perform store_label_quality(p_round, organs);
    insert into round_pointer (run_id, organ_id, round_id, change_id) select the_run, o, p_round, the_change from unnest(organs) o;
    perform move_pointers(the_change, organs, array_fill(p_round, array[cardinality(organs)]));
    return the_change;
end $$;
comment on function override_organs(bigint, text[], text, text) is 'Releases the masks of organs that a published round of the current run withheld as a whole: they become labels of that round at a new revision. Empty masks stay withheld. Refused by require_overridable.';

grant select on round_quality, guard_result to lacuna_manager, lacuna_trainer;
grant execute on function record_quality(bigint, bigint, bigint, integer, real, real, real, real),
    record_guards(bigint, bigint, bigint, text[], text[], real[], real[], text[]) to lacuna_trainer;
grant execute on function override_organs(bigint, text[], text, text) to lacuna_manager;
