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

create table mask_input (
    mask_id bigint not null references mask,
    input_id bigint not null references mask,
    primary key (mask_id, input_id),
    constraint a_mask_is_not_made_of_itself check (mask_id <> input_id)
);
create index on mask_input (input_id);
comment on table mask_input is 'The masks that a computed mask, such as a consensus, was made of.';

create table mask_file (
    mask_id bigint not null references mask,
    label_file_id bigint not null references label_file,
    primary key (mask_id, label_file_id)
);
create index on mask_file (label_file_id);
comment on table mask_file is 'Further label files that a mask is the union of, beside the one that its annotation names: an annotator''s instances of an organ.';

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
    proposed boolean not null default false,
    constraint mask_is_of_this_volume_and_organ foreign key (mask_id, volume_id, organ_id) references mask (id, volume_id, organ_id),
    constraint annotated_has_a_mask_and_others_none check ((status = 'annotated') = (mask_id is not null))
);
create index on annotation (volume_id, organ_id);
create index on annotation (mask_id) where mask_id is not null;
create index on annotation (label_file_id) where label_file_id is not null;
-- What a split wrote is found by its activity, to take it back.
create index on annotation (change_id) where rater = 'split';
comment on table annotation is 'History of what releases and raters say of (volume, organ). The newest row of a (release, rater) is its word; unlabelled takes it back.';
comment on column annotation.extent is 'Canonical voxel box within which the mask is complete; null: everywhere.';
comment on column annotation.proposed is 'Recorded beside the others and never current, such as a consensus that nobody adopted, or what one annotator of a release drew.';

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

create table annotation_policy (
    id bigint generated always as identity primary key,
    kind text not null constraint policy_is_known check (kind in ('origin', 'release', 'datasets')),
    datasets integer[] not null default '{}',
    change_id bigint not null references change,
    constraint only_a_named_order_names_datasets check ((kind = 'datasets') = (cardinality(datasets) > 0))
);
comment on table annotation_policy is 'History of how the current annotation is chosen among several; the newest row holds, without one: origin.';
comment on column annotation_policy.kind is 'origin: best origin, then newest release; release: newest release first; datasets: in the named order, then as origin.';

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

-- The place of a release before origin and age decide; smaller is better, a person's word (no release) comes first.
create function annotation_rank(p_policy text, p_order integer[], p_dataset integer, p_release integer) returns integer
language sql immutable as $$
    select case
        when p_release is null then 0
        when p_policy = 'release' then 2147483647 - p_release
        when p_policy = 'datasets' then coalesce(array_position(p_order, p_dataset), cardinality(p_order) + 1)
        else 0 end
$$;

-- The annotations that count in some volumes: of every release and rater the newest word; of those that stand the best by
-- the policy. record_annotations picks alike.
create function best_annotations(p_volumes bigint[])
returns table (
    volume_id bigint, organ_id smallint, annotation_id bigint, status label_status, origin label_origin, partial boolean)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with word as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater)
            a.id, a.volume_id, a.organ_id, a.release_id, a.status, a.origin, a.extent is not null as partial
        from annotation a
        where a.volume_id = any (p_volumes) and not a.proposed
          and not exists (select from withheld_volume h where h.volume_id = a.volume_id)
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.id desc
    ), policy as (
        select p.kind, p.datasets from annotation_policy p order by p.id desc limit 1
    )
    select distinct on (w.volume_id, w.organ_id) w.volume_id, w.organ_id, w.id, w.status, w.origin, w.partial
    from word w left join release r on r.id = w.release_id left join policy p on true
    where w.status <> 'unlabelled' and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
    order by w.volume_id, w.organ_id, annotation_rank(p.kind, p.datasets, r.dataset_id, w.release_id), w.origin,
        w.release_id desc nulls first, w.id desc
$$;

create function check_mask_extent() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
begin
    if exists (
        select from (
            select volume_id, max(box[4]) as x, max(box[5]) as y, max(box[6]) as z, max(known_voxels) as known
            from added group by volume_id) m
        cross join lateral (select shape_x, shape_y, shape_z from volume where id = m.volume_id offset 0) v
        where m.x > v.shape_x or m.y > v.shape_y or m.z > v.shape_z
            or m.known > v.shape_x::bigint * v.shape_y * v.shape_z) then
        raise exception 'a mask reaches beyond its volume' using errcode = 'check_violation', constraint = 'mask_fits_its_volume';
    end if;
    return null;
end $$;

create trigger mask_fits_its_volume after insert on mask
    referencing new table as added for each statement execute function check_mask_extent();

create trigger history_is_append_only before update or delete or truncate on mask execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on mask_input execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on mask_file execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on annotation execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on annotation_policy execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on shipped_label execute function refuse_rewriting();
create trigger history_is_append_only before truncate on annotation_current execute function refuse_rewriting();
create trigger history_is_append_only before truncate on shipped_current execute function refuse_rewriting();

grant select on object, mask, mask_input, mask_file, annotation, annotation_policy, annotation_current, shipped_label, shipped_current to lacuna_manager;
grant insert on object, mask, mask_input, mask_file, annotation, shipped_label to lacuna_manager;
grant execute on function annotation_rank(text, integer[], integer, integer) to lacuna_manager;
