-- Organs, datasets, subjects, volumes and their sources, and what of them is withdrawn.
-- A withheld volume keeps its history and loses its derived rows, so that whatever reads those leaves it out.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table organ (
    id smallint generated always as identity primary key,
    key text not null unique constraint organ_key_is_a_word check (key ~ '^[a-z][A-Za-z0-9_]*$'),
    name text not null,
    snomed_category text,
    snomed_code text,
    snomed_modifier text,
    laterality text not null default 'none' check (laterality in ('none', 'left', 'right')),
    is_lesion boolean not null default false,
    position integer not null default 0,
    host_id smallint references organ
);
create unique index no_two_organs_have_one_position on organ (position) where position > 0;
comment on column organ.host_id is 'The organ in which a lesion lies; null for an organ, and for a lesion of an unstated organ.';
comment on column organ.position is 'The order of lists. Shipped organs count from 1, those that a user adds from 10001.';

create table organ_link (
    part_id smallint not null references organ,
    whole_id smallint not null references organ,
    relation text not null check (relation in ('division', 'within', 'overlaps', 'variant')),
    primary key (part_id, whole_id),
    constraint an_organ_is_no_part_of_itself check (part_id <> whole_id)
);
comment on column organ_link.relation is 'division: all divisions together are the whole; within: a part that does not fill it; overlaps: borders differ by convention; variant: what a dataset means by the whole''s name, kept apart.';

create table organ_synonym (
    name text primary key,
    organ_id smallint not null references organ
);

create table dataset (
    id integer generated always as identity primary key,
    name text not null unique constraint dataset_name_is_not_empty check (name <> '')
);

create table release (
    id integer generated always as identity primary key,
    dataset_id integer not null references dataset,
    name text not null,
    layout text not null,
    origin label_origin not null,
    licence text,
    licence_source text,
    root text not null,
    activity_id bigint not null references activity,
    unique (dataset_id, name)
);

create table label_map_entry (
    release_id integer not null references release,
    value integer not null,
    name text not null,
    organ_id smallint not null references organ,
    primary key (release_id, value, organ_id)
);
comment on table label_map_entry is 'Label ids are local to a release; a lesion''s value stands for the lesion and for its organ.';

create table subject (
    id bigint generated always as identity primary key,
    name text not null unique
);

create table subject_alias (
    dataset_id integer not null references dataset,
    key text not null,
    subject_id bigint not null references subject,
    primary key (dataset_id, key)
);
create index on subject_alias (subject_id);

create table volume (
    id bigint generated always as identity primary key,
    subject_id bigint not null references subject,
    identity bytea not null unique constraint identity_is_sha256 check (octet_length(identity) = 32),
    orientation_blind bytea,
    clipped bytea,
    shape_x integer not null check (shape_x > 0),
    shape_y integer not null check (shape_y > 0),
    shape_z integer not null check (shape_z > 0),
    modality text not null,
    change_id bigint not null references change
);
create index on volume (subject_id);
create index on volume (orientation_blind);
create index on volume (clipped);
comment on table volume is 'One 3-D image. Identity is the SHA-256 of shape and voxels in closest RAS orientation; shape is in that orientation.';

create table source (
    id bigint generated always as identity primary key,
    volume_id bigint not null references volume,
    release_id integer not null references release,
    case_name text not null,
    file text not null,
    file_sha256 bytea not null check (octet_length(file_sha256) = 32),
    file_bytes bigint not null,
    affine double precision[] not null constraint affine_has_three_rows_of_four check (cardinality(affine) = 12),
    spacing double precision[] not null check (cardinality(spacing) = 3),
    orientation text not null,
    qform_code smallint not null,
    sform_code smallint not null,
    storage_type text not null,
    findings jsonb not null default '[]',
    change_id bigint not null references change,
    image_release_id integer references release,
    study text check (study <> ''),
    phase text check (phase <> ''),
    unique (release_id, case_name, volume_id)
);
create index on source (volume_id);
create index on source (file_sha256);
create index on source (file);
comment on column source.affine is 'Canonical voxel indices to RAS+ millimetres, three rows of four, row-major.';
comment on column source.file is 'Relative to the root of the release.';
comment on column source.image_release_id is 'The release whose root the image''s file is relative to, where the labels came without images; null: its own.';
comment on column source.study is 'Images of one release with the same study show one patient on one grid, and share their labels.';
comment on column source.phase is 'What tells the image from the others of its study: a contrast phase, a sequence, a channel.';

create table label_file (
    id bigint generated always as identity primary key,
    source_id bigint not null references source,
    file text not null,
    file_sha256 bytea not null check (octet_length(file_sha256) = 32),
    file_bytes bigint not null,
    change_id bigint not null references change
);
create index on label_file (source_id);
create index on label_file (file);

create table volume_dataset (
    volume_id bigint not null references volume,
    dataset_id integer not null references dataset,
    primary key (volume_id, dataset_id)
);
create index on volume_dataset (dataset_id, volume_id);
comment on table volume_dataset is 'Which datasets a volume belongs to; kept by a trigger on source.';

create table split (
    id integer generated always as identity primary key,
    name text not null unique,
    method text not null,
    seed bigint,
    change_id bigint not null references change
);

create table split_member (
    split_id integer not null references split,
    subject_id bigint not null references subject,
    part split_part not null,
    primary key (split_id, subject_id)
);
create index on split_member (subject_id);
comment on table split_member is 'The primary key is the rule: a subject is in one part of a split.';

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

-- Importers of one patient or of one image wait for each other: two that find neither would both make it. Whoever needs both
-- takes the subject first. The row lock keeps a union of subjects away until the importer commits.
create function lock_subject(p_dataset integer, p_key text) returns bigint language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    found_subject bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended(p_dataset || '/' || p_key, 1));
    select a.subject_id into found_subject from subject_alias a where a.dataset_id = p_dataset and a.key = p_key for share;
    return found_subject;
end $$;

create function lock_volume(p_identity bytea, out volume_id bigint, out subject_id bigint) language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(encode(p_identity, 'hex'), 2));
    select v.id, v.subject_id into volume_id, subject_id from volume v where v.identity = p_identity for no key update;
end $$;

-- Gives a volume whose modality nobody stated the one that a source states; true where it did.
create function state_modality(p_volume bigint, p_modality text) returns boolean language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if p_modality = 'other' or (select modality from volume where id = p_volume) <> 'other' then
        return false;
    end if;
    update volume set modality = p_modality where id = p_volume;
    return found;
end $$;

create trigger history_is_append_only before update or delete or truncate on source execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on label_file execute function refuse_rewriting();
create trigger history_is_append_only before delete or truncate on volume execute function refuse_rewriting();
create trigger history_is_append_only before truncate on split_member execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on withdrawal execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on volume_withholding execute function refuse_rewriting();

grant select on organ, organ_link, organ_synonym, dataset, release, label_map_entry, subject, subject_alias, volume, source,
    label_file, volume_dataset, split, split_member, withdrawal, withdrawn_dataset, withheld_volume, volume_withholding
    to lacuna_manager;
grant insert on organ, organ_link, organ_synonym, dataset, release, label_map_entry, subject, subject_alias, volume, source,
    label_file, split, split_member to lacuna_manager;
grant update (name, snomed_category, snomed_code, snomed_modifier, laterality, is_lesion, position, host_id) on organ to lacuna_manager;
grant update (root) on release to lacuna_manager;
grant execute on function lock_subject(integer, text), lock_volume(bytea), state_modality(bigint, text) to lacuna_manager;
grant select on organ, organ_link, organ_synonym, dataset, release, subject, volume, source, volume_dataset, split, split_member
    to lacuna_trainer;
