-- Runs, rounds, checkpoints, pseudo labels, evaluations and the pointers that make a round visible.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create type round_state as enum (
    'planned', 'training', 'trained', 'confidenceFitted', 'evaluated', 'relabelling', 'published', 'failed');
comment on type round_state is 'The durable states of a round, in the order in which a round passes them; failed ends it early, until it is retried.';

create function may_follow(p_from round_state, p_to round_state, p_publishes boolean) returns boolean
language sql immutable as $$
    select case p_to
        when 'training' then p_from = 'planned'
        when 'trained' then p_from = 'training'
        when 'confidenceFitted' then p_from = 'trained'
        when 'evaluated' then p_from = 'confidenceFitted'
        when 'relabelling' then p_from = 'evaluated' and p_publishes
        when 'published' then p_from = case when p_publishes then 'relabelling' else 'evaluated' end::round_state
        when 'failed' then p_from < 'published'
        when 'planned' then p_from = 'failed'
        else false end
$$;
comment on function may_follow(round_state, round_state, boolean) is 'The legal transitions of a round. The last round of a run publishes no labels and ends after its evaluation.';

create table run (
    id bigint generated always as identity primary key,
    name text not null unique constraint run_has_a_name check (name ~ '^[A-Za-z0-9_.-]{1,64}$' and name not in ('.', '..')),
    config jsonb not null,
    config_sha256 bytea not null constraint configuration_digest_is_sha256 check (octet_length(config_sha256) = 32),
    seed bigint not null,
    split_id integer not null references split,
    origins label_origin[] not null constraint origins_are_of_annotations check (
        cardinality(origins) > 0 and array_position(origins, null) is null and array_position(origins, 'model') is null),
    trains_unassigned boolean not null default false,
    modalities text[] not null constraint modalities_are_given check (
        cardinality(modalities) > 0 and array_position(modalities, null) is null),
    revision bigint not null,
    finished boolean not null default false,
    cancelled_change_id bigint references change,
    minimum_dice double precision not null constraint minimum_dice_is_a_fraction check (minimum_dice between 0 and 1),
    minimum_validation_volumes integer not null constraint volumes_are_counted check (minimum_validation_volumes >= 0),
    publishes_undecided boolean not null,
    start_from text,
    constraint a_finished_run_is_not_cancelled check (not finished or cancelled_change_id is null),
    activity_id bigint not null references activity
);
comment on table run is 'Training runs, each with its plan and its snapshot of annotations.';
comment on column run.config is 'The configuration that the daemon was started with, for people to read. What queries need is in columns and in run_class_mapping.';
comment on column run.minimum_dice is 'publish_round refuses an organ with a smaller mean Dice on held-out volumes; 0: it refuses none. From run.minimumDice in the configuration, 0 where it is absent.';
comment on column run.minimum_validation_volumes is 'With fewer held-out volumes with a Dice the Dice is undecided. From run.minimumValidationVolumes, 5 where it is absent.';
comment on column run.publishes_undecided is 'Whether an organ is published whose Dice is undecided. From run.publishUndecided, false where it is absent.';
comment on column run.start_from is 'RUN/ROUND, from whose weights round 0 starts, from run.startFrom; null: new weights, or those of the run before in a schedule.';
comment on column run.modalities is 'Only volumes of these modalities are read.';
comment on column run.trains_unassigned is 'Whether subjects that are in no part of the split are used for training.';
comment on column run.cancelled_change_id is 'The rollback or removal that cancelled the run while it was open: it trained on what was withdrawn. A cancelled run is never continued.';
comment on column run.revision is 'The run trains on the annotations as of this revision; run_input contains them.';

-- The only place that reads the configuration of a run.
create function fill_run_columns() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    new.minimum_dice := coalesce((new.config #>> '{run,minimumDice}')::double precision, 0);
    new.minimum_validation_volumes := coalesce((new.config #>> '{run,minimumValidationVolumes}')::integer, 5);
    new.publishes_undecided := coalesce((new.config #>> '{run,publishUndecided}')::boolean, false);
    new.start_from := new.config #>> '{run,startFrom}';
    return new;
end $$;

create trigger columns_are_filled_from_the_configuration before insert on run for each row execute function fill_run_columns();

create table run_start (
    run_id bigint primary key references run,
    previous_run_id bigint not null references run,
    previous_round integer constraint previous_round_is_counted check (previous_round >= 0),
    constraint a_run_does_not_start_from_itself check (run_id <> previous_run_id)
);
create index on run_start (previous_run_id);
comment on table run_start is 'The runs whose round 0 starts from the weights of another run.';
comment on column run_start.previous_round is 'The number of the round whose weights are used; null: the last that has some.';

create table run_organ (
    run_id bigint not null references run,
    organ_id smallint not null references organ,
    position integer not null,
    primary key (run_id, organ_id),
    unique (run_id, position)
);

comment on table run_organ is 'The organs that a run learns, in the order of its classes.';

create table run_class_mapping (
    run_id bigint not null references run,
    organ_id smallint not null references organ,
    accepted_id smallint not null references organ,
    position integer not null check (position >= 1),
    primary key (run_id, organ_id, accepted_id),
    unique (run_id, organ_id, position)
);
comment on table run_class_mapping is 'The organs whose annotations a run uses for one of its organs; of several in one volume the first by position. An organ without rows is used for itself.';

create table run_input (
    run_id bigint not null references run,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    annotation_id bigint not null references annotation,
    part split_part not null,
    primary key (run_id, volume_id, organ_id)
);
create index on run_input (annotation_id);
comment on column run_input.organ_id is 'The organ that the annotation is used for; the annotation itself may be of another organ of the run''s class mapping.';
comment on table run_input is 'The snapshot of annotations that a run uses, made once. Held-out volumes are in it for evaluation; test volumes are not. part is the subject''s part when the run began.';

create table round (
    id bigint generated always as identity primary key,
    run_id bigint not null references run,
    number integer not null check (number >= 0),
    gamma real check (gamma > 0 and gamma <= 1),
    state round_state not null,
    record jsonb not null default '{}' constraint record_is_an_object check (
        jsonb_typeof(record) = 'object' and octet_length(record::text) <= 1048576),
    activity_id bigint not null references activity,
    published_change_id bigint references change,
    unique (run_id, number),
    constraint labels_are_published_with_the_round check ((published_change_id is not null) = (state = 'published' and gamma is not null))
);
comment on table round is 'The rounds of a run, from training to publication.';
comment on column round.gamma is 'The share of the ranked positives that its labels accept; null for the last round, which publishes none.';
comment on column round.record is 'The results so far, as the daemon stores them: weights, confidence, evaluation, relabelling. No query reads it.';

create type job_kind as enum ('run', 'predict', 'relabel', 'fingerprint', 'verify');
comment on type job_kind is 'What a job does: train a run, predict or relabel a volume for a round, compute the image descriptor of a volume, or compare a volume''s files and masks with what was recorded.';

create type job_state as enum ('waiting', 'running', 'done', 'dead', 'cancelled');
comment on type job_state is 'waiting: claimed when it is due. running: claimed. done. dead: not tried again, for the reason. cancelled: by a person, or because its run was cancelled.';

create table job (
    id bigint generated always as identity primary key,
    kind job_kind not null,
    state job_state not null default 'waiting',
    run_id bigint unique references run,
    round_id bigint references round,
    volume_id bigint references volume,
    tick_id bigint unique,
    priority smallint not null default 0,
    due timestamptz not null default clock_timestamp(),
    attempts integer not null default 0 constraint attempts_are_counted check (attempts >= 0),
    max_attempts integer constraint an_attempt_is_allowed check (max_attempts >= 1),
    token bigint not null default 0,
    worker text constraint worker_is_printable check (worker ~ '^[[:print:]]{1,200}$'),
    login text,
    lease_until timestamptz,
    reason text constraint reason_is_short check (length(reason) <= 2000),
    descriptor_version integer constraint descriptors_alone_have_a_version check ((descriptor_version is not null) = (kind = 'fingerprint')),
    result jsonb constraint result_is_bounded check (octet_length(result::text) <= 4194304),
    created_at timestamptz not null default clock_timestamp(),
    begun_at timestamptz,
    ended_at timestamptz,
    unique (id, token),
    constraint a_job_has_what_its_kind_works_on check (
        case when kind = 'run' then round_id is null and volume_id is null
            else run_id is null and tick_id is null and volume_id is not null
                and (round_id is not null) = (kind in ('predict', 'relabel')) end),
    constraint a_running_job_has_a_holder check (
        (state = 'running') = (lease_until is not null) and (lease_until is null) = (login is null)
        and case state when 'running' then worker is not null when 'waiting' then worker is null else true end),
    constraint an_ended_job_has_a_time check ((state in ('done', 'dead', 'cancelled')) = (ended_at is not null)),
    constraint a_dead_job_has_a_reason check (state not in ('dead', 'cancelled') or reason ~ '\S')
);
create unique index job_of_volume on job (round_id, volume_id, kind) where round_id is not null;
create unique index job_of_image on job (volume_id, kind) where round_id is null and volume_id is not null;
create index job_waiting on job (kind, priority desc, due, id) where state = 'waiting';
create index job_running on job (lease_until) where state = 'running';
create index job_ended on job (ended_at, id) where ended_at is not null;
create index job_dead on job (id) where state = 'dead';
comment on table job is 'Work for daemons. A daemon claims a job under a lease that heartbeats renew; after the end of the lease another can claim it.';
comment on column job.run_id is 'The run that the job trains; null before a scheduled run is created, and for other kinds.';
comment on column job.round_id is 'The round that a predict or relabel job works for.';
comment on column job.tick_id is 'The tick of a schedule that the job runs; null for a run that was started by hand, which only its own command claims.';
comment on column job.priority is 'A job with a higher priority is claimed first; among equals the one that has been due for longer.';
comment on column job.due is 'The job is not claimed before this time.';
comment on column job.attempts is 'Claims so far. A claim that its holder released does not count. A run that reached a new state or a new checkpoint counts from 1 again.';
comment on column job.max_attempts is 'The job is dead after as many attempts; null: no limit.';
comment on column job.token is 'Grows with each claim. Writers lock (id, token) for key share, so that a takeover waits for them, and later writes of the former holder fail.';
comment on column job.login is 'The login of the claim; no other may use it.';
comment on column job.begun_at is 'When the job was first claimed from the queue, since a person last retried it. The time limit of a scheduled run counts from here.';
comment on column job.worker is 'Host and process of the holder, or of the last one of a job that is done or dead; null: nobody holds the job.';
comment on column job.reason is 'Why the last attempt failed, or why the job is dead or cancelled.';
comment on column job.descriptor_version is 'The version of the image descriptor that a fingerprint job computes.';
comment on column job.result is 'What a predict job measured, by organ; read by the daemon that holds the run. Removed when the round is published or closed.';

create table withheld_organ (
    round_id bigint not null references round,
    organ_id smallint not null references organ,
    reason text not null constraint withholding_has_a_reason check (reason ~ '\S' and length(reason) <= 1000),
    primary key (round_id, organ_id)
);
comment on table withheld_organ is 'The organs whose labels a published round withheld as a whole, each with the reason. They keep the labels that the run showed before.';

create table organ_override (
    round_id bigint not null,
    organ_id smallint not null,
    change_id bigint not null references change,
    primary key (round_id, organ_id),
    constraint only_a_withheld_organ_is_released foreign key (round_id, organ_id) references withheld_organ
);
create index on organ_override (change_id);
comment on table organ_override is 'The withheld organs whose masks a person released later, as labels of the same round at a new revision.';

create table checkpoint (
    id bigint generated always as identity primary key,
    round_id bigint not null references round,
    kind text not null constraint checkpoint_kind_is_known check (kind in ('network', 'confidence')),
    part split_part not null constraint checkpoint_is_fitted_to_training_data check (part in ('train', 'confidence')),
    step integer not null check (step >= 0),
    object_digest bytea not null references object,
    revision bigint not null,
    contaminated_by bigint[] not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    removal text constraint removal_is_known check (removal in ('damaged', 'pruned')),
    removed_by bigint references activity,
    constraint a_removal_has_an_activity check ((removal is null) = (removed_by is null))
);
create unique index checkpoint_of_step on checkpoint (round_id, kind, step) where removal is null;
create index on checkpoint (round_id, kind, step);
create index on checkpoint (object_digest);
comment on table checkpoint is 'Stored parameters of a round''s network and of its confidence.';
comment on column checkpoint.part is 'The part of the run''s snapshot whose annotations it was fitted to.';
comment on column checkpoint.removal is 'Why its bytes are not kept; null: they are. damaged: they could not be read, and the round went on from an earlier checkpoint. pruned: nothing needed them.';
comment on column checkpoint.contaminated_by is 'Subjects that it was trained on and that were found to be held out.';

-- Whether three numbers are a predicted Dice with the bounds of its interval, or all null.
create function is_predicted_dice(p_dice real, p_lower real, p_upper real) returns boolean language sql immutable as $$
    select num_nulls(p_dice, p_lower, p_upper) = 3
        or num_nulls(p_dice, p_lower, p_upper) = 0 and 0 <= p_lower and p_lower <= p_dice and p_dice <= p_upper and p_upper <= 1
$$;

create table pseudo_label (
    round_id bigint not null references round,
    volume_id bigint not null, -- its mask has the volume and the organ
    organ_id smallint not null,
    mask_id bigint not null,
    checkpoint_id bigint not null references checkpoint,
    confidence real constraint confidence_is_a_fraction check (confidence between 0 and 1),
    soft_dice real constraint soft_dice_is_a_fraction check (soft_dice between 0 and 1),
    dice real,
    dice_lower real,
    dice_upper real,
    carried boolean not null default false,
    primary key (round_id, volume_id, organ_id),
    constraint predicted_dice_is_within_its_interval check (is_predicted_dice(dice, dice_lower, dice_upper)),
    constraint a_predicted_dice_has_a_soft_dice check (dice is null or soft_dice is not null),
    constraint mask_is_of_this_volume_and_organ foreign key (mask_id, volume_id, organ_id) references mask (id, volume_id, organ_id)
);
create index on pseudo_label (volume_id, organ_id);
create index on pseudo_label (mask_id);
comment on column pseudo_label.confidence is 'Null for a mask without foreground only.';
comment on column pseudo_label.soft_dice is 'The soft Dice of the mask and its probabilities, which needs no truth. Null for a mask without foreground, and where none was measured.';
comment on column pseudo_label.dice is 'The Dice predicted from the soft Dice; null where it is not calibrated for the organ.';
comment on column pseudo_label.dice_lower is 'The bounds of the interval that contains the true Dice at the rate round_quality.interval_rate.';
comment on column pseudo_label.carried is 'Whether the mask is that of an earlier round of the run, which the volume keeps because the mask of this round was withheld.';
comment on table pseudo_label is 'Labels of rounds; invisible until the publication of the round moves a pointer to it. A mask has one row that is not carried.';

create table withheld_mask (
    round_id bigint not null references round,
    volume_id bigint not null, -- its mask has the volume and the organ
    organ_id smallint not null,
    mask_id bigint not null,
    checkpoint_id bigint not null references checkpoint,
    confidence real constraint confidence_is_a_fraction check (confidence between 0 and 1),
    soft_dice real constraint soft_dice_is_a_fraction check (soft_dice between 0 and 1),
    dice real,
    dice_lower real,
    dice_upper real,
    reason text not null constraint withholding_has_a_reason check (reason ~ '\S' and length(reason) <= 1000),
    primary key (round_id, volume_id, organ_id),
    constraint predicted_dice_is_within_its_interval check (is_predicted_dice(dice, dice_lower, dice_upper)),
    constraint a_predicted_dice_has_a_soft_dice check (dice is null or soft_dice is not null),
    constraint mask_is_of_this_volume_and_organ foreign key (mask_id, volume_id, organ_id) references mask (id, volume_id, organ_id)
);
create index on withheld_mask (volume_id, organ_id);
create index on withheld_mask (mask_id);
comment on column withheld_mask.reason is 'Why the mask was withheld: a guard of the mask, or of its organ.';
comment on table withheld_mask is 'Masks that a round predicted and withheld, with the columns of pseudo_label. They are no labels, and nothing is trained on them. Those of an organ that a person released are labels, too.';

create table rejected_mask (
    mask_id bigint primary key references mask,
    change_id bigint not null references change
);
create index on rejected_mask (change_id);
comment on table rejected_mask is 'Predicted masks that a person rejected: no labels from the revision of the change on, also where a later round keeps them, and nothing is trained on them.';

create view predicted_mask as
    select l.round_id, l.volume_id, l.organ_id, l.mask_id, l.checkpoint_id, l.confidence, l.soft_dice, l.dice, l.dice_lower, l.dice_upper, null::text as withheld
    from pseudo_label l where not l.carried
    union all
    select w.round_id, w.volume_id, w.organ_id, w.mask_id, w.checkpoint_id, w.confidence, w.soft_dice, w.dice, w.dice_lower, w.dice_upper, w.reason
    from withheld_mask w
    where not exists (
        select from pseudo_label l
        where (l.round_id, l.volume_id, l.organ_id) = (w.round_id, w.volume_id, w.organ_id) and l.mask_id = w.mask_id);
comment on view predicted_mask is 'Every mask that a round predicted, once: its labels, with those that a person released, and the masks that it withheld.';
comment on column predicted_mask.withheld is 'Why the mask is withheld; null for a label.';

create table label_quality (
    round_id bigint not null references round,
    organ_id smallint not null references organ,
    soft_dice real not null,
    dice real,
    dice_lower real,
    dice_upper real,
    primary key (round_id, organ_id),
    constraint median_dice_is_within_its_interval check (is_predicted_dice(dice, dice_lower, dice_upper))
);
comment on table label_quality is 'The medians of the quality of a round''s labels by organ, carried ones included. Stored when the organ is published or released, because coverage is read more often than all labels of a round can be.';

create table round_pointer (
    id bigint generated always as identity primary key,
    run_id bigint not null references run,
    organ_id smallint not null references organ,
    round_id bigint references round,
    change_id bigint not null references change,
    is_recall boolean not null default false,
    constraint a_recall_hides check (not is_recall or round_id is null)
);
create index on round_pointer (run_id, organ_id, id);
comment on table round_pointer is 'History of the round of a run that supplies an organ''s pseudo labels; null: none.';
comment on column round_pointer.is_recall is 'Whether a removal recalled the labels that were shown before. They are shown again when no removal recalls them.';

create table adoption (
    id bigint generated always as identity primary key,
    run_id bigint references run,
    change_id bigint not null references change
);
comment on table adoption is 'History of the catalogue''s current run; null: none.';

create table pseudo_pointer (
    organ_id smallint primary key references organ,
    round_id bigint not null references round
);
comment on table pseudo_pointer is 'The round whose pseudo labels of an organ are visible now: the newest pointer of the current run. Derived by move_pointers.';

create table evaluation (
    round_id bigint not null references round,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    part split_part not null,
    dice real constraint dice_is_a_fraction check (dice between 0 and 1),
    confidence real constraint confidence_is_a_fraction check (confidence between 0 and 1),
    soft_dice real constraint soft_dice_is_a_fraction check (soft_dice between 0 and 1),
    predicted_ml real not null constraint predicted_volume_is_finite check (predicted_ml >= 0 and predicted_ml < 'infinity'),
    reference_ml real not null constraint reference_volume_is_finite check (reference_ml >= 0 and reference_ml < 'infinity'),
    primary key (round_id, volume_id, organ_id)
);
comment on table evaluation is 'Results of rounds on held-out volumes.';
comment on column evaluation.confidence is 'The confidence that the predicted mask would have as a pseudo label; null where it is empty.';
comment on column evaluation.soft_dice is 'The soft Dice that the predicted mask would have as a pseudo label; null where it is empty, and where none was measured.';
comment on column evaluation.dice is 'Null where both the reference and the prediction are empty.';

-- Whether an array has twenty fractions.
create function are_twenty_fractions(p_values real[]) returns boolean
language sql immutable set search_path = pg_catalog, lacuna, pg_temp as $$
    select array_ndims(p_values) = 1 and cardinality(p_values) = 20 and (select bool_and(v is not null and v between 0 and 1) from unnest(p_values) v)
$$;

create table selection (
    round_id bigint not null references round,
    organ_id smallint not null references organ,
    positives bigint not null constraint a_selection_is_of_positives check (positives > 0),
    by_confidence real[] not null constraint precision_by_confidence_is_twenty_fractions check (are_twenty_fractions(by_confidence)),
    by_probability real[] not null constraint precision_by_probability_is_twenty_fractions check (are_twenty_fractions(by_probability)),
    primary key (round_id, organ_id)
);
comment on table selection is 'The precision of selected shares of a round''s predicted positives on held-out volumes, by organ.';
comment on column selection.positives is 'The predicted positive voxels whose truth is known, in all held-out volumes.';
comment on column selection.by_confidence is 'The share of right voxels among the first 1/20, 2/20, … 20/20 of the positives, ranked by the confidence.';
comment on column selection.by_probability is 'The same, ranked by the probability.';

create table contaminated_round (
    round_id bigint not null references round,
    withdrawal_id bigint not null references withdrawal,
    primary key (round_id, withdrawal_id)
);
comment on table contaminated_round is 'Rounds whose checkpoints may have been trained on data that are removed now: the data are in the snapshot of the run, or an earlier round labelled them.';

create view contaminated_checkpoint as
    select c.id as checkpoint_id, c.round_id, 'held out' as cause from checkpoint c where c.contaminated_by <> '{}'
    union
    select c.id, c.round_id, 'withdrawn' from checkpoint c join contaminated_round t on t.round_id = c.round_id;
comment on view contaminated_checkpoint is 'Checkpoints that were trained on subjects found to be held out (cause held out), or on data withdrawn since (cause withdrawn).';

create function is_recalled(p_round bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select exists (
        select from contaminated_round t join withdrawal w on w.id = t.withdrawal_id where t.round_id = p_round and w.recalls)
$$;
comment on function is_recalled(bigint) is 'Whether the labels of a round are withheld because it was trained on removed data.';

-- Every change of a round's state, whoever makes it, is one of the legal ones, and begins after the round before is closed.
create function check_transition() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if new.state = old.state then
        return new;
    end if;
    if not may_follow(old.state, new.state, new.gamma is not null) then
        raise exception '% is in state % and cannot become %', round_name(new.id), old.state, new.state using errcode = 'LA005';
    end if;
    if new.state = 'training' and exists (
        select from round r where r.run_id = new.run_id and r.number < new.number and r.state <> 'published') then
        raise exception '% cannot begin before the round before it is published', round_name(new.id) using errcode = 'LA005';
    end if;
    return new;
end $$;

create trigger transitions_are_legal before update of state on round for each row execute function check_transition();

create trigger history_is_append_only before update or delete or truncate on pseudo_label execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on withheld_mask execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on label_quality execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on rejected_mask execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on organ_override execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on round_pointer execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on adoption execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on run_input execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on run_start execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on run_class_mapping execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on withheld_organ execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on evaluation execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on selection execute function refuse_rewriting();
create trigger history_is_append_only before delete or truncate on checkpoint execute function refuse_rewriting();

grant select on run, run_start, run_organ, run_class_mapping, withheld_organ, organ_override, run_input, job, round, checkpoint, pseudo_label,
    withheld_mask, rejected_mask, predicted_mask, label_quality, round_pointer, adoption, pseudo_pointer, evaluation,
    selection, contaminated_round, contaminated_checkpoint to lacuna_manager;
grant execute on function is_recalled(bigint) to lacuna_manager;
grant select on run, run_start, run_organ, run_class_mapping, withheld_organ, round, checkpoint, pseudo_label, withheld_mask, predicted_mask, round_pointer, adoption, pseudo_pointer,
    evaluation, selection to lacuna_trainer;
grant select (id, kind, state, run_id, round_id, volume_id, tick_id, priority, due, attempts, max_attempts, worker, lease_until, reason, created_at, ended_at)
    on job to lacuna_trainer;
