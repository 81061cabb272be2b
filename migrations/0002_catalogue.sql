-- Organs, datasets, subjects, volumes and their sources, and withdrawals of them.
-- A withheld volume keeps its history and loses its derived rows, so that readers of derived rows do not see it.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table organ (
    id smallint generated always as identity primary key,
    key text not null unique constraint organ_key_is_a_word check (key ~ '^[a-z][A-Za-z0-9_]*$'),
    name text not null,
    snomed_category text,
    snomed_code text,
    snomed_modifier text,
    laterality text not null default 'none' constraint laterality_is_known check (laterality in ('none', 'left', 'right')),
    is_lesion boolean not null default false,
    position integer not null unique constraint position_is_positive check (position >= 1),
    host_id smallint references organ
);
comment on table organ is 'Organs and lesions that labels are of, each with its key and its SNOMED CT code.';
comment on column organ.host_id is 'The organ that contains a lesion; null for an organ, and for a lesion whose organ is not recorded.';
comment on column organ.position is 'The order of lists. Shipped organs count from 1, those that a user adds from 10001.';

create table organ_link (
    part_id smallint not null references organ,
    whole_id smallint not null references organ,
    relation text not null constraint relation_is_known check (relation in ('division', 'within', 'overlaps', 'variant')),
    primary key (part_id, whole_id),
    constraint an_organ_is_no_part_of_itself check (part_id <> whole_id)
);
comment on table organ_link is 'Relations between two organs.';
comment on column organ_link.relation is 'division: all divisions together are the whole; within: a part that does not fill the whole; overlaps: the border differs by convention; variant: another meaning of the whole''s name in some datasets, kept as an organ of its own.';

create table organ_synonym (
    name text primary key,
    organ_id smallint not null references organ
);
comment on table organ_synonym is 'Further spellings of organs.';

create table dataset (
    id integer generated always as identity primary key,
    name text not null unique constraint dataset_has_a_name check (is_given_name(name))
);
comment on table dataset is 'Datasets, by the name that a person or a layout gave.';

create table release (
    id integer generated always as identity primary key,
    dataset_id integer not null references dataset,
    name text not null constraint release_has_a_name check (is_given_name(name)),
    layout text not null constraint layout_is_not_empty check (layout <> ''),
    origin label_origin not null,
    licence text,
    licence_source text,
    root text not null,
    activity_id bigint not null references activity,
    unique (dataset_id, name)
);
comment on table release is 'Versions of datasets, each with the folder that it was imported from.';
comment on column release.origin is 'The origin of its labels, where a label has none of its own.';
comment on column release.root is 'Absolute path of the release''s folder; file names in source, label_file and waiting_label are relative to it.';

create table label_map_entry (
    release_id integer not null references release,
    value integer not null,
    name text not null,
    organ_id smallint not null references organ,
    primary key (release_id, value, organ_id)
);
comment on table label_map_entry is 'The meaning of the values in a release''s label files. A lesion''s value has two rows, the lesion and its organ.';

create table subject (
    id bigint generated always as identity primary key,
    name text not null unique
);
comment on table subject is 'Persons (or specimens) that volumes are of, under a pseudonymous name.';

create table subject_alias (
    dataset_id integer not null references dataset,
    key text not null,
    subject_id bigint not null references subject,
    stated boolean not null default false,
    primary key (dataset_id, key)
);
create index on subject_alias (subject_id);
comment on table subject_alias is 'The keys of subjects in datasets. After a merge of two subjects, the keys of both are of one.';
comment on column subject_alias.stated is 'Whether the newest table of subjects names a case so; else the key is from the layout.';

create table volume (
    id bigint generated always as identity primary key,
    subject_id bigint not null references subject,
    identity bytea not null unique constraint identity_is_sha256 check (octet_length(identity) = 32),
    orientation_blind bytea,
    clipped bytea,
    shape_x integer not null check (shape_x > 0),
    shape_y integer not null check (shape_y > 0),
    shape_z integer not null check (shape_z > 0),
    modality text not null constraint modality_is_known check (modality in ('CT', 'MR', 'other')),
    change_id bigint not null references change
);
create index on volume (subject_id);
create index on volume (orientation_blind);
create index on volume (clipped);
comment on table volume is 'One 3-D image.';
comment on column volume.identity is 'SHA-256 of shape and voxels in closest RAS orientation; the shape is in that orientation too.';
comment on column volume.orientation_blind is 'SHA-256 over the counts of voxel values, the same for all axis orders and directions; equal values are proposed as duplicates.';
comment on column volume.clipped is 'SHA-256 that is the same for all axis orders, and for images that differ only beyond -1000 and 1000 HU; equal values are proposed as duplicates.';
comment on column volume.modality is 'CT, MR, or other where no source records it.';

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
    study text constraint study_is_not_empty check (study <> ''),
    phase text constraint phase_is_not_empty check (phase <> ''),
    subject_key text,
    modality text not null default 'other' constraint source_modality_is_known check (modality in ('CT', 'MR', 'other')),
    unique (release_id, case_name, volume_id)
);
create index on source (volume_id);
create index on source (file_sha256);
create index on source (file);
comment on table source is 'Image files in which volumes were found: a case of a release, with the geometry of its header.';
comment on column source.findings is 'What the import noticed about the file, for people to read; no query reads it.';
comment on column source.affine is 'Canonical voxel indices to RAS+ millimetres, three rows of four, row-major.';
comment on column source.file is 'Relative to the root of the release.';
comment on column source.image_release_id is 'The release whose root the image''s file is relative to, where the labels came without images; null: the source''s own release.';
comment on column source.study is 'Images of one release with the same study show one patient on one grid, and share their labels.';
comment on column source.subject_key is 'The key of the subject that the case was recorded with.';
comment on column source.modality is 'The modality that the first import recorded for the image; source_modality has corrections, and that of the volume is the first known one. other: not recorded.';
comment on column source.phase is 'Distinguishes the image from the others of its study: a contrast phase, a sequence, a channel.';

create table source_modality (
    id bigint generated always as identity primary key,
    source_id bigint not null references source,
    modality text not null constraint corrected_modality_is_known check (modality in ('CT', 'MR', 'other')),
    change_id bigint not null references change
);
create index on source_modality (source_id, id);
comment on table source_modality is 'Corrections of the modality of sources; the newest of a source replaces the modality of its row.';

create view source_modality_now as
    select s.id as source_id, s.volume_id, coalesce((
        select c.modality from source_modality c where c.source_id = s.id order by c.id desc limit 1), s.modality) as modality
    from source s;
comment on view source_modality_now is 'The current modality of each source.';

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
comment on table label_file is 'Files that labels of a source were read from.';
comment on column label_file.file is 'Relative to the root of the release.';

create table volume_dataset (
    volume_id bigint not null references volume,
    dataset_id integer not null references dataset,
    primary key (volume_id, dataset_id)
);
create index on volume_dataset (dataset_id, volume_id);
comment on table volume_dataset is 'The datasets of each volume that is not withheld, without removed datasets; derived by record_sources and recompute_volumes.';

create table split (
    id integer generated always as identity primary key,
    name text not null unique constraint split_has_a_name check (is_given_name(name)),
    method text not null constraint method_is_not_empty check (method <> ''),
    seed bigint,
    locks_test boolean not null default false,
    change_id bigint not null references change
);
comment on table split is 'Divisions of subjects into parts for training, confidence, validation and test. The folds of a cross-validation are splits of one change.';
comment on column split.locks_test is 'Whether its test part is locked: its subjects are in the test part of every later split, and no run of any split reads their labels.';
comment on column split.method is 'How the subjects were divided, for people to read: datasets, random, mixed or listed.';

create table split_member (
    split_id integer not null references split,
    subject_id bigint not null references subject,
    part split_part not null,
    primary key (split_id, subject_id)
);
create index on split_member (subject_id);
comment on table split_member is 'The part of each subject in a split; a subject is in one part at most.';

create view locked_subject as
    select m.subject_id from split_member m join split s on s.id = m.split_id where s.locks_test and m.part = 'test';
comment on view locked_subject is 'The subjects of locked test parts: whatever a later split says, no run reads their labels.';

-- A locked subject is in the test part of every later split. Splits that are older keep their members; runs leave them out.
create function check_locked_members() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    locked bigint;
begin
    select count(*) into locked from added a join locked_subject l on l.subject_id = a.subject_id where a.part <> 'test';
    if locked > 0 then
        raise exception '% of the split % in a locked test part', case locked when 1 then '1 subject' else locked || ' subjects' end,
            case locked when 1 then 'is' else 'are' end
            using errcode = 'LA014', hint = 'put them into the part test; lacuna split show names the locked parts';
    end if;
    return null;
end $$;

create trigger locked_subjects_stay_in_test after insert on split_member
    referencing new table as added for each statement execute function check_locked_members();

create table withdrawal (
    id bigint generated always as identity primary key,
    dataset_id integer references dataset,
    subject_id bigint references subject,
    volume_id bigint references volume,
    withdrawn boolean not null,
    recalls boolean not null default false,
    reason text not null constraint reason_is_given check (reason ~ '\S'),
    change_id bigint not null references change,
    constraint one_thing_is_withdrawn check (num_nonnulls(dataset_id, subject_id, volume_id) = 1)
);
create index on withdrawal (dataset_id) where dataset_id is not null;
create index on withdrawal (subject_id) where subject_id is not null;
create index on withdrawal (volume_id) where volume_id is not null;
comment on table withdrawal is 'History of removals of datasets and subjects and exclusions of volumes, and of their restorations; the newest row of each dataset, subject or volume is current.';
comment on column withdrawal.withdrawn is 'True: removed or excluded; false: restored.';
comment on column withdrawal.recalls is 'Whether pseudo labels of rounds that trained on the removed data are withheld too.';

create table withdrawn_dataset (
    dataset_id integer primary key references dataset,
    withdrawal_id bigint not null references withdrawal
);
comment on table withdrawn_dataset is 'Datasets that are removed now; derived from withdrawal.';

create table withheld_volume (
    volume_id bigint primary key references volume,
    withdrawal_id bigint not null references withdrawal
);
comment on table withheld_volume is 'Volumes that are withheld now, with the withdrawal: of their subject, of their last dataset, or of themselves. Derived by recompute_volumes.';

create table volume_withholding (
    id bigint generated always as identity primary key,
    volume_id bigint not null references volume,
    withheld boolean not null,
    change_id bigint not null references change
);
create index on volume_withholding (volume_id, id);
comment on table volume_withholding is 'History of the withholding of volumes; the newest row of a volume is current.';

-- Importers of one subject or of one image wait for each other, because two that find neither would both create it. An
-- importer that needs both locks takes that of the subject first.
create function lock_subject(p_dataset integer, p_key text) returns bigint language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    found_subject bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended(p_dataset || '/' || p_key, 1));
    select a.subject_id into found_subject from subject_alias a where a.dataset_id = p_dataset and a.key = p_key for share;
    return found_subject;
end $$;

comment on function lock_subject(integer, text) is 'The subject with that key in a dataset, or null. Other importers of the key and merges of the subject wait until the transaction ends.';

create function lock_volume(p_identity bytea, out volume_id bigint, out subject_id bigint) language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(encode(p_identity, 'hex'), 2));
    select v.id, v.subject_id into volume_id, subject_id from volume v where v.identity = p_identity for no key update;
end $$;

comment on function lock_volume(bytea) is 'The volume with that identity and its subject, or nulls. Other importers of the image wait until the transaction ends.';

create function set_unknown_modality(p_volume bigint, p_modality text) returns boolean language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if p_modality = 'other' or (select modality from volume where id = p_volume) <> 'other' then
        return false;
    end if;
    update volume set modality = p_modality where id = p_volume;
    return found;
end $$;
comment on function set_unknown_modality(bigint, text) is 'Sets the modality of a volume of unknown modality; false where it was known.';

create function correct_modality(p_source bigint, p_modality text, p_change bigint) returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_volume bigint;
begin
    perform check_open_change(p_change, p_change);
    select v.id into the_volume from source s join volume v on v.id = s.volume_id where s.id = p_source for no key update of v;
    insert into source_modality (source_id, modality, change_id) values (p_source, p_modality, p_change);
    update volume set modality = coalesce((
        select n.modality from source_modality_now n
        where n.volume_id = the_volume and n.modality <> 'other' order by n.source_id limit 1), 'other')
    where id = the_volume;
end $$;
comment on function correct_modality(bigint, text, bigint) is 'Replaces the modality of a source; that of the volume follows the first source whose modality is known.';

create trigger activities_are_of_the_login after insert on release
    referencing new table as added for each statement execute function require_own_activities();
create trigger rows_are_of_an_open_change after insert on volume
    referencing new table as added for each statement execute function require_open_change();
create trigger rows_are_of_an_open_change after insert on label_file
    referencing new table as added for each statement execute function require_open_change();
create trigger rows_are_of_an_open_change after insert on split
    referencing new table as added for each statement execute function require_open_change();
create trigger history_is_append_only before update or delete or truncate on source execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on source_modality execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on label_file execute function refuse_rewriting();
create trigger history_is_append_only before delete or truncate on volume execute function refuse_rewriting();
create trigger history_is_append_only before truncate on split_member execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on withdrawal execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on volume_withholding execute function refuse_rewriting();

grant select on organ, organ_link, organ_synonym, dataset, release, label_map_entry, subject, subject_alias, volume, source,
    label_file, volume_dataset, split, split_member, locked_subject, withdrawal, withdrawn_dataset, withheld_volume, volume_withholding,
    source_modality, source_modality_now
    to lacuna_manager;
grant insert on organ, organ_link, organ_synonym, dataset, release, label_map_entry, subject, subject_alias, volume, source,
    label_file, split, split_member to lacuna_manager;
grant update (name, snomed_category, snomed_code, snomed_modifier, laterality, is_lesion, position, host_id) on organ to lacuna_manager;
grant update (root) on release to lacuna_manager;
grant execute on function lock_subject(integer, text), lock_volume(bytea), set_unknown_modality(bigint, text),
    correct_modality(bigint, text, bigint) to lacuna_manager;
grant select on organ, organ_link, organ_synonym to lacuna_trainer;
