-- How a network does on the validation part while it is trained, and the evaluation of a finished run on its test part.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

-- MARK: Validation within a round

create table round_validation (
    round_id bigint not null references round,
    step integer not null constraint a_validation_follows_a_step check (step >= 1),
    organ_id smallint not null references organ,
    dice real constraint dice_is_a_fraction check (dice between 0 and 1),
    volumes integer not null constraint volumes_are_counted check (volumes >= 0),
    primary key (round_id, step, organ_id),
    constraint a_mean_is_of_volumes check ((dice is null) = (volumes = 0))
);
comment on table round_validation is 'How the network of a round did on the validation part after some of its steps, by organ.';
comment on column round_validation.step is 'Optimiser steps of the round.';
comment on column round_validation.dice is 'The mean over the volumes that have a Dice.';
create trigger history_is_append_only before update or delete or truncate on round_validation execute function refuse_rewriting();

create function record_validation(
    p_job bigint, p_token bigint, p_round bigint, p_step integer, p_organs text[], p_dice real[], p_volumes integer[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint := hold_claim(p_job, p_token, p_round);
begin
    perform require_organs(the_run, p_organs, cardinality(p_dice), cardinality(p_volumes));
    if exists (select from unnest(p_organs) o group by o having count(*) > 1) then
        raise exception 'an organ is given twice' using errcode = 'LA004';
    end if;
    perform require_state(p_round, 'training');
    if (select count(distinct step) from round_validation where round_id = p_round) >= 10000 then
        raise exception '% has 10000 evaluations already', round_name(p_round) using errcode = 'LA004', hint = 'give a larger run.validateEvery';
    end if;
    insert into round_validation (round_id, step, organ_id, dice, volumes)
    select p_round, p_step, o.id, e.dice, e.volumes
    from unnest(p_organs, p_dice, p_volumes) as e (organ, dice, volumes) join organ o on o.key = e.organ
    on conflict do nothing;
end $$;
comment on function record_validation(bigint, bigint, bigint, integer, text[], real[], integer[]) is 'Records how the network of a round that is training does on the validation part after some of its steps; the arrays are parallel. What is recorded already is kept.';
grant select on round_validation to lacuna_manager, lacuna_trainer;
grant execute on function record_validation(bigint, bigint, bigint, integer, text[], real[], integer[]) to lacuna_trainer;

-- MARK: The test part

create table test_opening (
    id bigint generated always as identity primary key,
    run_id bigint not null references run,
    round_id bigint not null references round,
    activity_id bigint not null unique references activity
);
create index on test_opening (run_id);
comment on table test_opening is 'Each time that the labels of the test part of a finished run''s split were opened for its evaluation, also where no result was recorded. Who, when and with which program is in the activity.';
comment on column test_opening.round_id is 'The round whose network was to be evaluated.';
create trigger history_is_append_only before update or delete or truncate on test_opening execute function refuse_rewriting();

create table test_evaluation (
    run_id bigint primary key references run,
    opening_id bigint not null unique references test_opening,
    interval_rate real constraint interval_rate_is_a_fraction check (interval_rate between 0 and 1),
    finished_at timestamptz not null default clock_timestamp()
);
comment on table test_evaluation is 'The evaluation of a finished run on the test part of its split; a run has one at most.';
comment on column test_evaluation.interval_rate is 'The rate at which the intervals of the predicted Dice are made to contain the true one; null where none was predicted.';
create trigger history_is_append_only before update or delete or truncate on test_evaluation execute function refuse_rewriting();

create table test_exclusion (
    run_id bigint not null references test_evaluation,
    volume_id bigint not null references volume,
    read_by bigint not null references run,
    primary key (run_id, volume_id)
);
comment on table test_exclusion is 'The volumes of the test part that the evaluation of a run left out, because their subjects were read by the run, or by one from whose weights it started.';
comment on column test_exclusion.read_by is 'The run itself where it has read the subject, or else the newest other one that has.';
create trigger history_is_append_only before update or delete or truncate on test_exclusion execute function refuse_rewriting();

create table test_result (
    run_id bigint not null references test_evaluation,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    dice real constraint dice_is_a_fraction check (dice between 0 and 1),
    surface_dice real constraint surface_dice_is_a_fraction check (surface_dice between 0 and 1),
    soft_dice real constraint soft_dice_is_a_fraction check (soft_dice between 0 and 1),
    predicted_dice real,
    dice_lower real,
    dice_upper real,
    predicted_ml real not null constraint predicted_volume_is_finite check (predicted_ml >= 0 and predicted_ml < 'infinity'),
    reference_ml real not null constraint reference_volume_is_finite check (reference_ml >= 0 and reference_ml < 'infinity'),
    primary key (run_id, volume_id, organ_id),
    constraint predicted_dice_is_within_its_interval check (is_predicted_dice(predicted_dice, dice_lower, dice_upper)),
    constraint a_predicted_dice_has_a_soft_dice check (predicted_dice is null or soft_dice is not null)
);
comment on table test_result is 'The results of a run on the volumes of its test part, by organ: one row for each expert''s label.';
comment on column test_result.dice is 'On the image''s own grid; null where both masks are empty.';
comment on column test_result.surface_dice is 'The share of both surfaces within two millimetres of the other; null where a mask is empty.';
comment on column test_result.soft_dice is 'The soft Dice of the predicted mask, which needs no truth; null where it is empty.';
comment on column test_result.predicted_dice is 'The Dice predicted from the soft Dice by the calibration of the round, which has not seen the test part; null where it is not calibrated.';
comment on column test_result.dice_lower is 'The bounds of the interval that contains the true Dice at the rate test_evaluation.interval_rate.';
create trigger history_is_append_only before update or delete or truncate on test_result execute function refuse_rewriting();

-- The subjects whose labels, or pseudo labels, a run has read, or a run from whose weights it started: as training data, or as
-- validation data. Subjects of different parts that were merged since are among them. Each is returned with the run itself where that has
-- read it, or else with the newest other one that has.
create function subjects_read_by(p_run bigint) returns table (subject_id bigint, run_id bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive line as (
        select p_run as run_id
        union
        select s.previous_run_id from line l join run_start s on s.run_id = l.run_id
    ), read as (
        select v.subject_id, l.run_id from line l join run_input i on i.run_id = l.run_id join volume v on v.id = i.volume_id
        union
        select v.subject_id, l.run_id from line l join round r on r.run_id = l.run_id join pseudo_label p on p.round_id = r.id
        join volume v on v.id = p.volume_id
    )
    select distinct on (read.subject_id) read.subject_id, read.run_id from read
    order by read.subject_id, read.run_id = p_run desc, read.run_id desc
$$;

-- The volumes of the test part of a run that were in the catalogue when it began, each with the source whose file is read, and with the
-- run of subjects_read_by that has read its subject; null: none has.
create function test_part(p_run bigint)
returns table (
    volume_id bigint, subject_id bigint, part split_part, shape integer[], modality text, root text, file text,
    file_sha256 bytea, affine double precision[], read_by bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with read as materialized (
        select s.subject_id, s.run_id from subjects_read_by(p_run) s
    )
    select v.id, v.subject_id, m.part, array[v.shape_x, v.shape_y, v.shape_z], v.modality, s.root, s.file, s.file_sha256, s.affine,
        read.run_id
    from run
    join split_member m on m.split_id = run.split_id and m.part = 'test'
    join volume v on v.subject_id = m.subject_id and v.modality = any (run.modalities)
    join change c on c.id = v.change_id and c.revision <= run.revision
    join lateral (
        select source.*, i.root
        from source
        join release r on r.id = source.release_id
        join release i on i.id = coalesce(source.image_release_id, source.release_id)
        where source.volume_id = v.id and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by source.id limit 1) s on true
    left join read on read.subject_id = v.subject_id
    where run.id = p_run and not exists (select from withheld_volume h where h.volume_id = v.id)
$$;

-- Refuses a run that is open, cancelled or recalled.
create function require_finished(p_run bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if not exists (select from run where id = p_run) then
        raise exception '%', run_name(p_run) using errcode = 'LA004', hint = 'lacuna round list shows all runs';
    end if;
    if exists (select from run where id = p_run and cancelled_change_id is not null) then
        raise exception '% was cancelled, so that its test part stays closed', run_name(p_run)
            using errcode = 'LA013', hint = 'start a new run';
    end if;
    if exists (select from run where id = p_run and not finished) then
        raise exception '% is not finished, so that its test part stays closed', run_name(p_run)
            using errcode = 'LA005', hint = 'evaluate it once all of its rounds are closed; lacuna round list shows them';
    end if;
    if exists (select from round r where r.run_id = p_run and is_recalled(r.id)) then
        raise exception '% was trained on data that were removed, and is recalled', run_name(p_run)
            using errcode = 'LA010', hint = 'start a new run';
    end if;
end $$;

create function refuse_second_evaluation(p_run bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_round text := (
        select round_name(o.round_id) from test_evaluation e join test_opening o on o.id = e.opening_id where e.run_id = p_run);
begin
    if the_round is not null then
        raise exception 'the test part was evaluated with %; a run is evaluated on it once', the_round
            using errcode = 'LA018',
            hint = 'lacuna round dice ' || (select name from run where id = p_run) || ' --part test shows the result';
    end if;
end $$;

create function open_test_part(p_run bigint, p_round integer, p_program text, out opening bigint, out round_number integer)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_round round;
begin
    perform require_finished(p_run);
    perform refuse_second_evaluation(p_run);
    select r.* into the_round from round r
    where r.run_id = p_run and r.number = coalesce(p_round, r.number) and r.state = 'published' order by r.number desc limit 1;
    if not found then
        raise exception '% has no closed round %', run_name(p_run), p_round
            using errcode = 'LA004', hint = 'lacuna round list shows its rounds';
    end if;
    insert into test_opening (run_id, round_id, activity_id)
    values (p_run, the_round.id, start_activity('evaluation', p_program, jsonb_build_object(
        'run', (select name from run where id = p_run), 'round', the_round.number, 'part', 'test')))
    returning id into opening;
    round_number := the_round.number;
end $$;
comment on function open_test_part(bigint, integer, text) is 'Opens the test part of a finished run for its evaluation with a closed round (null: the last), and records who did. Refused (LA005) while the run is not finished, (LA013) where it was cancelled, (LA010) where it is recalled, and (LA018) where its result is recorded.';

-- Returns the run of an opening of this login; refuses one that is over.
create function hold_opening(p_opening bigint) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint;
    the_agent text;
begin
    select o.run_id, a.agent into the_run, the_agent from test_opening o join activity a on a.id = o.activity_id where o.id = p_opening;
    if not found then
        raise exception 'the test part was not opened' using errcode = 'LA003', hint = 'open it with lacunad evaluate';
    end if;
    if the_agent <> session_user then
        raise exception 'the test part was opened by login %, not by %', the_agent, session_user
            using errcode = 'LA015', hint = 'open it again with lacunad evaluate';
    end if;
    perform require_finished(the_run);
    perform refuse_second_evaluation(the_run);
    return the_run;
end $$;

create function test_volumes(p_opening bigint)
returns table (
    volume_id bigint, subject_id bigint, part split_part, shape integer[], modality text, root text, file text,
    file_sha256 bytea, affine double precision[])
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with opened as materialized (
        select hold_opening(p_opening) as run_id
    )
    select t.volume_id, t.subject_id, t.part, t.shape, t.modality, t.root, t.file, t.file_sha256, t.affine
    from opened cross join lateral test_part(opened.run_id) t
    where t.read_by is null
    order by t.volume_id
$$;
comment on function test_volumes(bigint) is 'The volumes of the test part of an opened run that were in the catalogue when it began, each with the source whose file is read, without subjects that the run, or one from whose weights it started, has read.';

create function test_exclusions(p_opening bigint) returns table (volume_id bigint, subject_id bigint, read_by bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with opened as materialized (
        select hold_opening(p_opening) as run_id
    )
    select t.volume_id, t.subject_id, t.read_by from opened cross join lateral test_part(opened.run_id) t where t.read_by is not null
$$;
comment on function test_exclusions(bigint) is 'The volumes of the test part that test_volumes leaves out, each with the run that has read its subject: the opened one, or one from whose weights it started.';

create function test_labels(p_opening bigint)
returns table (
    volume_id bigint, part split_part, organ text, status label_status, extent integer[], mask_id bigint, content_sha256 bytea,
    object_digest bytea, object_offset bigint, object_length bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with opened as materialized (
        select run.* from run where run.id = hold_opening(p_opening)
    ), accepted as (
        select w.organ_id, coalesce(m.accepted_id, w.organ_id) as label_id, coalesce(m.position, 1) as position
        from opened join run_organ w on w.run_id = opened.id
        left join run_class_mapping m on m.run_id = w.run_id and m.organ_id = w.organ_id
    ), chosen as (
        select distinct on (l.volume_id, w.organ_id) l.volume_id, w.organ_id, l.annotation_id
        from opened
        cross join lateral (select t.volume_id from test_volumes(p_opening) t) v
        cross join lateral label_states(opened.revision, v.volume_id) l
        join accepted w on w.label_id = l.organ_id
        where l.status in ('annotated', 'absent') and l.origin = 'expert'
        order by l.volume_id, w.organ_id, w.position
    )
    select c.volume_id, 'test'::split_part, o.key, a.status, a.extent, m.id, m.content_sha256, m.object_digest, m.object_offset,
        m.object_length
    from chosen c join organ o on o.id = c.organ_id join annotation a on a.id = c.annotation_id
    left join release e on e.id = a.release_id
    left join mask m on m.id = a.mask_id
    where not exists (select from withdrawn_dataset d where d.dataset_id = e.dataset_id)
    order by c.volume_id, o.position
$$;
comment on function test_labels(bigint) is 'The labels of origin expert of an opened run''s organs in its test volumes, as of the revision of the run, with the location of the masks'' bytes. Labels that a model made or drafted are not among them.';

create function record_test_evaluation(
    p_opening bigint, p_interval_rate real, p_volumes bigint[], p_organs text[], p_dice real[], p_surface_dice real[], p_soft_dice real[],
    p_predicted_dice real[], p_dice_lower real[], p_dice_upper real[], p_predicted_ml real[], p_reference_ml real[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint := hold_opening(p_opening);
    problem text;
begin
    perform from run where id = the_run for update;
    perform refuse_second_evaluation(the_run); -- recorded while this call waited
    perform require_organs(the_run, p_organs, cardinality(p_volumes), cardinality(p_dice), cardinality(p_surface_dice),
        cardinality(p_soft_dice), cardinality(p_predicted_dice), cardinality(p_dice_lower), cardinality(p_dice_upper),
        cardinality(p_predicted_ml), cardinality(p_reference_ml));
    if coalesce(cardinality(p_organs), 0) = 0 then
        raise exception 'an evaluation has results' using errcode = 'LA004';
    end if;
    if exists (
        select from unnest(p_volumes, p_organs) as e (volume_id, organ) group by volume_id, organ having count(*) > 1) then
        raise exception 'a volume and organ is given twice' using errcode = 'LA004';
    end if;
    select case when l.volume_id is null
        then 'volume ' || coalesce(e.volume_id::text, 'null') || ' has no expert''s label of ' || e.organ || ' in the test part of '
        else 'the result of ' || l.organ || ' in volume ' || l.volume_id || ' is missing for the test part of ' end || run_name(the_run)
    into problem
    from unnest(p_volumes, p_organs) as e (volume_id, organ)
    full join test_labels(p_opening) l on l.volume_id = e.volume_id and l.organ = e.organ
    where l.volume_id is null or e.organ is null limit 1;
    if found then
        raise exception '%', problem using errcode = 'LA006', hint = 'evaluate all of the test part, and nothing else';
    end if;
    insert into test_evaluation (run_id, opening_id, interval_rate) values (the_run, p_opening, p_interval_rate);
    insert into test_exclusion (run_id, volume_id, read_by)
    select the_run, t.volume_id, t.read_by from test_part(the_run) t where t.read_by is not null;
    insert into test_result (run_id, volume_id, organ_id, dice, surface_dice, soft_dice, predicted_dice, dice_lower, dice_upper,
        predicted_ml, reference_ml)
    select the_run, e.volume_id, o.id, e.dice, e.surface_dice, e.soft_dice, e.predicted_dice, e.dice_lower, e.dice_upper,
        e.predicted_ml, e.reference_ml
    from unnest(p_volumes, p_organs, p_dice, p_surface_dice, p_soft_dice, p_predicted_dice, p_dice_lower, p_dice_upper,
            p_predicted_ml, p_reference_ml)
        as e (volume_id, organ, dice, surface_dice, soft_dice, predicted_dice, dice_lower, dice_upper, predicted_ml, reference_ml)
    join organ o on o.key = e.organ;
end $$;
comment on function record_test_evaluation(bigint, real, bigint[], text[], real[], real[], real[], real[], real[], real[], real[], real[]) is 'Records the evaluation of an opened run on its test part, once: a result for each expert''s label of test_labels, no more and no fewer, so that nothing is left out. Which volumes test_volumes leaves out is recorded with it. The arrays are parallel.';

grant select on test_opening, test_evaluation, test_exclusion, test_result to lacuna_manager;
grant execute on function open_test_part(bigint, integer, text), test_volumes(bigint), test_exclusions(bigint), test_labels(bigint),
    record_test_evaluation(bigint, real, bigint[], text[], real[], real[], real[], real[], real[], real[], real[], real[])
    to lacuna_manager;
