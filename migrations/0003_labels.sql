-- Objects, masks, annotations and what releases shipped as model-made.
-- Annotations and pseudo labels are different tables: an annotation outranks a pseudo label by construction.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table object (
    digest bytea primary key constraint digest_is_sha256 check (octet_length(digest) = 32),
    bytes bigint not null check (bytes > 0),
    purged_at timestamptz
);
comment on table object is 'Stored bytes, named by their hash. A purge keeps the row as a tombstone.';

create table mask (
    id bigint generated always as identity primary key,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    activity_id bigint not null references activity,
    parent_id bigint,
    content_sha256 bytea not null check (octet_length(content_sha256) = 32),
    object_digest bytea not null references object,
    object_offset bigint not null check (object_offset >= 0),
    object_length bigint not null check (object_length > 0),
    voxels bigint not null check (voxels >= 0),
    known_voxels bigint check (known_voxels >= 0),
    box integer[] not null constraint box_has_six_bounds check (cardinality(box) = 6 and array_position(box, null) is null),
    constraint mask_of_a_volume_and_organ unique (id, volume_id, organ_id),
    constraint parent_is_of_this_volume_and_organ foreign key (parent_id, volume_id, organ_id)
        references mask (id, volume_id, organ_id),
    constraint box_is_ordered check (
        0 <= box[1] and 0 <= box[2] and 0 <= box[3] and box[1] <= box[4] and box[2] <= box[5] and box[3] <= box[6]),
    constraint foreground_fits_its_box check (
        voxels <= (box[4] - box[1])::bigint * (box[5] - box[2]) * (box[6] - box[3]))
);
create index on mask (volume_id, organ_id);
create index on mask (parent_id) where parent_id is not null;
create index on mask (object_digest);
comment on column mask.box is 'Foreground bounds in canonical voxels: lower x, y, z inclusive, upper x, y, z exclusive.';
comment on column mask.known_voxels is 'Voxels of the known plane; null where the mask may be believed everywhere within its extent.';

create table annotation (
    id bigint generated always as identity primary key,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    release_id integer references release,
    rater text not null default '',
    status label_status not null constraint an_annotation_is_never_pseudo check (status <> 'pseudo'),
    origin label_origin not null constraint an_annotation_is_never_model_made check (origin <> 'model'),
    mask_id bigint,
    extent integer[] check (cardinality(extent) = 6),
    label_file_id bigint references label_file,
    parent_id bigint references annotation,
    change_id bigint not null references change,
    constraint mask_is_of_this_volume_and_organ foreign key (mask_id, volume_id, organ_id) references mask (id, volume_id, organ_id),
    constraint annotated_has_a_mask_and_others_none check ((status = 'annotated') = (mask_id is not null))
);
create index on annotation (volume_id, organ_id);
create index on annotation (mask_id) where mask_id is not null;
create index on annotation (label_file_id) where label_file_id is not null;
comment on table annotation is 'History of what releases and raters say of (volume, organ). The newest row of a (release, rater) is its word; unlabelled takes it back.';
comment on column annotation.extent is 'Canonical voxel box within which the mask is complete; null: everywhere.';

create table annotation_current (
    volume_id bigint not null,
    organ_id smallint not null,
    annotation_id bigint not null,
    status label_status not null,
    origin label_origin not null,
    partial boolean not null,
    primary key (volume_id, organ_id)
);
comment on table annotation_current is 'The annotation that counts, derived by record_annotations from annotation: best origin, then newest release, then newest row. Nothing else writes it, and annotations stay, so that it needs no foreign keys.';

create table shipped_label (
    id bigint generated always as identity primary key,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    release_id integer not null references release,
    mask_id bigint,
    label_file_id bigint references label_file,
    change_id bigint not null references change,
    constraint mask_is_of_this_volume_and_organ foreign key (mask_id, volume_id, organ_id) references mask (id, volume_id, organ_id)
);
create index on shipped_label (volume_id, organ_id);
create index on shipped_label (mask_id);
create index on shipped_label (label_file_id) where label_file_id is not null;
comment on table shipped_label is 'Model-made labels that a public release ships: pseudo labels without a run. A row without a mask takes back what the release shipped before.';

create table shipped_current (
    volume_id bigint not null,
    organ_id smallint not null,
    shipped_label_id bigint not null,
    primary key (volume_id, organ_id)
);
comment on table shipped_current is 'The shipped label of the newest release that has not taken its own back, by volume and organ; derived by record_shipped_labels, without foreign keys as annotation_current.';

create function check_mask_extent() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if exists (
        select from added m join volume v on v.id = m.volume_id
        where m.box[4] > v.shape_x or m.box[5] > v.shape_y or m.box[6] > v.shape_z
            or m.known_voxels > v.shape_x::bigint * v.shape_y * v.shape_z) then
        raise exception 'a mask reaches beyond its volume' using errcode = 'check_violation', constraint = 'mask_fits_its_volume';
    end if;
    return null;
end $$;

create trigger mask_fits_its_volume after insert on mask
    referencing new table as added for each statement execute function check_mask_extent();

create trigger history_is_append_only before update or delete or truncate on mask execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on annotation execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on shipped_label execute function refuse_rewriting();
create trigger history_is_append_only before truncate on annotation_current execute function refuse_rewriting();
create trigger history_is_append_only before truncate on shipped_current execute function refuse_rewriting();

grant select on object, mask, annotation, annotation_current, shipped_label, shipped_current to lacuna_manager;
grant insert on object, mask, annotation, shipped_label to lacuna_manager;
