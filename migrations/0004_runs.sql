-- Runs, rounds, checkpoints, pseudo labels, evaluations and the pointers that make a round visible.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table run (
    id bigint generated always as identity primary key,
    name text not null unique,
    config jsonb not null,
    config_sha256 bytea not null,
    seed bigint not null,
    split_id integer not null references split,
    origins label_origin[] not null,
    trains_unassigned boolean not null default false,
    revision bigint not null,
    finished boolean not null default false,
    activity_id bigint not null references activity
);
comment on column run.revision is 'The run trains on the annotations as of this revision; run_input holds them.';

create table run_organ (
    run_id bigint not null references run,
    organ_id smallint not null references organ,
    position integer not null,
    primary key (run_id, organ_id),
    unique (run_id, position)
);

create table run_input (
    run_id bigint not null references run,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    annotation_id bigint not null references annotation,
    part split_part not null,
    primary key (run_id, volume_id, organ_id)
);
create index on run_input (annotation_id);
comment on column run_input.organ_id is 'What the annotation counts as; the annotation itself may be of a variant that the run merges into it.';
comment on table run_input is 'The annotations that count in a run: its snapshot, made once. Held-out volumes are in it for evaluation; test volumes are not. part is the subject''s part when the run began.';

create table job (
    id bigint generated always as identity primary key,
    run_id bigint not null unique references run,
    token bigint not null default 0,
    worker text,
    lease_until timestamptz,
    unique (id, token)
);
comment on column job.token is 'Grows with each claim. Writers lock (id, token) for key share, so a takeover waits for them and they fail after it.';

create table round (
    id bigint generated always as identity primary key,
    run_id bigint not null references run,
    number integer not null check (number >= 0),
    gamma real check (gamma > 0 and gamma <= 1),
    state text not null,
    record jsonb not null default '{}',
    activity_id bigint not null references activity,
    published_change_id bigint references change,
    unique (run_id, number)
);
comment on column round.gamma is 'The share of the ranked positives that its labels believe; null for the last round, which publishes none.';
comment on column round.record is 'What the round found so far, as the daemon keeps it: weights, calibration, evaluation, relabelling.';

create table checkpoint (
    id bigint generated always as identity primary key,
    round_id bigint not null references round,
    kind text not null check (kind in ('network', 'confidence')),
    part split_part not null check (part in ('train', 'confidence')),
    step integer not null check (step >= 0),
    object_digest bytea not null references object,
    revision bigint not null,
    contaminated_by bigint[] not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    unique (round_id, kind, step)
);
create index on checkpoint (object_digest);
comment on column checkpoint.part is 'The part of the run''s snapshot whose annotations it was fitted to.';
comment on column checkpoint.contaminated_by is 'Subjects that it saw and that proved to be held out.';

create table pseudo_label (
    round_id bigint not null references round,
    volume_id bigint not null, -- its mask has the volume and the organ
    organ_id smallint not null,
    mask_id bigint not null,
    checkpoint_id bigint not null references checkpoint,
    confidence real constraint confidence_is_a_fraction check (confidence between 0 and 1),
    primary key (round_id, volume_id, organ_id),
    constraint mask_is_of_this_volume_and_organ foreign key (mask_id, volume_id, organ_id) references mask (id, volume_id, organ_id)
);
create index on pseudo_label (volume_id, organ_id);
create index on pseudo_label (mask_id);
comment on table pseudo_label is 'Staged by a round and invisible until the round is published, which moves a pointer.';

create table round_pointer (
    id bigint generated always as identity primary key,
    run_id bigint not null references run,
    organ_id smallint not null references organ,
    round_id bigint references round,
    change_id bigint not null references change
);
create index on round_pointer (run_id, organ_id, id);
comment on table round_pointer is 'History of which round of a run supplies an organ''s pseudo labels; null: none.';

create table adoption (
    id bigint generated always as identity primary key,
    run_id bigint references run,
    change_id bigint not null references change
);
comment on table adoption is 'History of which run is the catalogue''s current one.';

create table pseudo_pointer (
    organ_id smallint primary key references organ,
    round_id bigint not null references round
);
comment on table pseudo_pointer is 'The rounds whose pseudo labels are visible now: the last pointers of the last adopted run.';

create table evaluation (
    round_id bigint not null references round,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    part split_part not null,
    dice real check (dice between 0 and 1),
    predicted_ml real not null,
    reference_ml real not null,
    primary key (round_id, volume_id, organ_id)
);
comment on column evaluation.dice is 'Null where both the reference and the prediction are empty.';

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

-- Whether the labels of a round are withheld because it saw what is removed.
create function is_recalled(p_round bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select exists (
        select from tainted_round t join withdrawal w on w.id = t.withdrawal_id where t.round_id = p_round and w.recalls)
$$;

create trigger history_is_append_only before update or delete or truncate on pseudo_label execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on round_pointer execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on adoption execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on run_input execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on evaluation execute function refuse_rewriting();
create trigger history_is_append_only before delete or truncate on checkpoint execute function refuse_rewriting();

grant select on run, run_organ, run_input, job, round, checkpoint, pseudo_label, round_pointer, adoption, pseudo_pointer, evaluation,
    tainted_round, contaminated_checkpoint to lacuna_manager;
grant execute on function is_recalled(bigint) to lacuna_manager;
grant select on run, run_organ, job, round, checkpoint, pseudo_label, round_pointer, adoption, pseudo_pointer, evaluation
    to lacuna_trainer;
