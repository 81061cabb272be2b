-- Objects, masks, annotations and model-made labels that releases ship.
-- Annotations and pseudo labels are different tables, so that an annotation always outranks a pseudo label.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create type object_kind as enum ('annotation', 'prediction', 'checkpoint');
comment on type object_kind is 'What stored bytes are: masks of annotations and shipped labels, masks that a round predicted, or parameters. The bytes of each kind begin differently, so that none are of two kinds.';

create table object (
    digest bytea primary key constraint digest_is_sha256 check (octet_length(digest) = 32),
    kind object_kind not null,
    bytes bigint not null check (bytes > 0),
    purged_at timestamptz,
    purged_by bigint references activity,
    constraint a_purge_has_an_activity check ((purged_at is null) = (purged_by is null))
);
comment on column object.purged_by is 'The activity that destroyed the bytes.';
comment on table object is 'Stored bytes, named by their SHA-256. A purge keeps the row as a tombstone. store_object is the only writer; kind and size never change.';

create function store_object(p_digest bytea, p_kind object_kind, p_bytes bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    known object;
begin
    insert into object (digest, kind, bytes) values (p_digest, p_kind, p_bytes) on conflict do nothing;
    if found then
        return;
    end if;
    select * into known from object where digest = p_digest;
    if (known.kind, known.bytes) <> (p_kind, p_bytes) then
        raise exception 'object % is recorded as % of % bytes, not as % of % bytes', encode(p_digest, 'hex'), known.kind,
            known.bytes, p_kind, p_bytes using errcode = 'LA011', hint = 'the kind and the size of stored bytes never change';
    end if;
    if known.purged_at is not null and p_kind = 'prediction' then
        raise exception 'object % was purged', encode(p_digest, 'hex')
            using errcode = 'LA011', hint = 'only an import of the source stores purged bytes again';
    end if;
    update object set purged_at = null, purged_by = null where digest = p_digest and purged_at is not null;
end $$;
comment on function store_object(bytea, object_kind, bigint) is 'Records stored bytes, or finds the same. Bytes of annotations and checkpoints that were destroyed are stored again; those of purged predictions are refused.';

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
comment on table mask is 'Masks of one organ in one volume: a slice of an object, with what the mask was made from.';
comment on column mask.parent_id is 'The version that the mask replaced when it was made.';
comment on column mask.content_sha256 is 'SHA-256 of the canonical uncompressed encoding; equal for equal masks.';
comment on column mask.box is 'Foreground bounds in canonical voxels: lower x, y, z inclusive, upper x, y, z exclusive.';
comment on column mask.known_voxels is 'Voxels of the validity mask; null where the mask is valid everywhere within its extent.';

create table mask_input (
    mask_id bigint not null references mask,
    input_id bigint not null references mask,
    primary key (mask_id, input_id),
    constraint a_mask_is_not_its_own_input check (mask_id <> input_id)
);
create index on mask_input (input_id);
comment on table mask_input is 'The masks that a mask was computed from: those of a consensus, or the composite label that was partitioned by side.';

create table mask_file (
    mask_id bigint not null references mask,
    label_file_id bigint not null references label_file,
    primary key (mask_id, label_file_id)
);
create index on mask_file (label_file_id);
comment on table mask_file is 'Further label files that a mask was read from, beside the one in its annotation: the files of an annotator''s instances of an organ.';

create table annotation (
    id bigint generated always as identity primary key,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    release_id integer references release,
    source_id bigint references source,
    rater text constraint rater_is_not_empty check (rater <> ''),
    partitioned boolean not null default false,
    status label_status not null constraint an_annotation_is_never_pseudo check (status <> 'pseudo'),
    origin label_origin not null constraint an_annotation_is_never_model_made check (origin <> 'model'),
    mask_id bigint,
    extent integer[] constraint extent_has_six_bounds check (cardinality(extent) = 6),
    label_file_id bigint references label_file,
    parent_id bigint references annotation,
    change_id bigint not null references change,
    proposed boolean not null default false,
    accepted boolean not null default false,
    ranked_release integer generated always as (case when accepted then null else release_id end) stored,
    constraint only_a_label_of_a_case_is_accepted check (not accepted or release_id is not null and not proposed),
    constraint mask_is_of_this_volume_and_organ foreign key (mask_id, volume_id, organ_id) references mask (id, volume_id, organ_id),
    constraint a_partitioned_annotation_has_no_rater check (not partitioned or rater is null),
    constraint annotated_has_a_mask_and_others_none check ((status = 'annotated') = (mask_id is not null))
);
create index on annotation (volume_id, organ_id);
create index on annotation (mask_id) where mask_id is not null;
create index on annotation (label_file_id) where label_file_id is not null;
create index on annotation (change_id) where partitioned;
comment on table annotation is 'History of annotations of an organ in a volume. The newest row of a (release, rater, partitioned) is current for it; unlabelled retracts it.';
comment on column annotation.release_id is 'The release that contains the annotation; null: a person or a consensus made it here.';
comment on column annotation.source_id is 'The case of the release that contains the label. Two cases of one scan are two sources: where they differ, the label of one of them is proposed.';
comment on column annotation.accepted is 'A person accepted the label although it contradicts others: it ranks as a person''s annotation.';
comment on column annotation.ranked_release is 'The release by which the policy ranks the annotation; null: as a person''s.';
comment on column annotation.rater is 'An annotator of the release, a person, or consensus; null: the release itself, or an unnamed person.';
comment on column annotation.partitioned is 'Made here from a composite label of the same release, or of a person, by partitioning it by side; without a rater.';
comment on column annotation.extent is 'Canonical voxel box within which the mask is complete; null: everywhere.';
comment on column annotation.proposed is 'Recorded but never current: a consensus that was not adopted, the label of a single annotator of a release, or a label of a release that is held.';

create view held_annotation as
    select h.id as annotation_id, h.volume_id, h.organ_id, h.release_id, h.status, h.origin, h.source_id from (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.source_id) a.* from annotation a
        where a.proposed and a.release_id is not null and a.rater is null and not a.partitioned
        order by a.volume_id, a.organ_id, a.release_id, a.source_id, a.id desc) h
    where h.status <> 'unlabelled';
comment on view held_annotation is 'Labels of releases that are held for a decision: each contradicts an annotation of equal rank and origin, one of the two being absent, or belongs to a further case of a scan whose release has a label of the organ already. Recorded as proposed, so that they are never current.';
create index held_labels_of_releases on annotation (volume_id, organ_id, release_id, source_id, id)
    where proposed and release_id is not null and rater is null and not partitioned;

create table annotation_current (
    volume_id bigint not null,
    organ_id smallint not null,
    annotation_id bigint not null,
    status label_status not null,
    origin label_origin not null,
    partial boolean not null,
    primary key (volume_id, organ_id)
);
comment on table annotation_current is 'The current annotation of an organ in a volume, by the annotation policy; derived from annotation by record_annotations and recompute_volumes. Nothing else writes it and annotations are never deleted, so it needs no foreign keys.';

create table annotation_policy (
    id bigint generated always as identity primary key,
    kind text not null constraint policy_kind_is_known check (kind in ('origin', 'release', 'datasets')),
    datasets integer[] not null default '{}',
    change_id bigint not null references change,
    constraint only_a_named_order_has_datasets check ((kind = 'datasets') = (cardinality(datasets) > 0))
);
comment on table annotation_policy is 'History of the policy that chooses the current annotation among several; the newest row is in force, or origin without one.';
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
comment on table shipped_label is 'Model-made labels that a release ships: pseudo labels without a run. A row without a mask retracts the label that the release shipped before.';

create table shipped_current (
    volume_id bigint not null,
    organ_id smallint not null,
    shipped_label_id bigint not null,
    primary key (volume_id, organ_id)
);
comment on table shipped_current is 'The current shipped label of an organ in a volume: that of the newest release that has not retracted its own. Derived by record_shipped_labels and recompute_volumes; without foreign keys, as annotation_current.';

-- The rank of a release by the policy, to be ordered with nulls first: smaller is better, and null is a person's annotation
-- where the policy puts it first. Origin and age decide among equals.
create function annotation_rank(p_policy text, p_order integer[], p_dataset integer, p_release integer) returns integer
language sql immutable as $$
    select case p_policy
        when 'release' then -p_release
        when 'datasets' then
            case when p_release is not null then coalesce(array_position(p_order, p_dataset), cardinality(p_order) + 1) end
        else 0 end
$$;
comment on function annotation_rank(text, integer[], integer, integer) is 'The rank of an annotation''s release by a policy, to be ordered with nulls first; smaller is better.';

-- The current annotations of some volumes: the newest row of each source, and of those that are not retracted the best by
-- the policy. record_annotations chooses in the same way.
create function best_annotations(p_volumes bigint[])
returns table (
    volume_id bigint, organ_id smallint, annotation_id bigint, status label_status, origin label_origin, partial boolean)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with latest as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater, a.partitioned)
            a.id, a.volume_id, a.organ_id, a.release_id, a.ranked_release, a.status, a.origin, a.extent is not null as partial
        from annotation a
        where a.volume_id = any (p_volumes) and not a.proposed
          and not exists (select from withheld_volume h where h.volume_id = a.volume_id)
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.partitioned, a.id desc
    ), policy as (
        select p.kind, p.datasets from annotation_policy p order by p.id desc limit 1
    )
    select distinct on (w.volume_id, w.organ_id) w.volume_id, w.organ_id, w.id, w.status, w.origin, w.partial
    from latest w left join release r on r.id = w.release_id left join policy p on true
    where w.status <> 'unlabelled' and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
    order by w.volume_id, w.organ_id, annotation_rank(p.kind, p.datasets, r.dataset_id, w.ranked_release) nulls first, w.origin,
        w.ranked_release desc nulls first, w.id desc
$$;

-- For people: DATASET RELEASE, RATER.
create function annotation_source(p_dataset text, p_release text, p_rater text, p_partitioned boolean) returns text
language sql immutable as $$
    select coalesce(
        nullif(concat_ws(', ', p_dataset || ' ' || p_release, p_rater, case when p_partitioned then 'partitioned by side' end), ''),
        'a person')
$$;
comment on function annotation_source(text, text, text, boolean) is 'The source of an annotation for people to read: dataset and release, rater, and whether it was partitioned by side; a person without a name.';

-- The policy's choice between a label of a release and an annotation of another source: new, recorded, or held where neither
-- origin nor policy decides between annotated and absent, but age alone would. A release that is not recorded yet is the newest.
create function chosen_label(
    p_policy text, p_order integer[], p_dataset integer, p_release integer, p_origin label_origin, p_contradicts boolean,
    p_other_dataset integer, p_other_release integer, p_other_origin label_origin) returns text
language sql immutable set search_path = pg_catalog, lacuna, pg_temp as $$
    select case
        when other_rank is null then 'recorded'
        when rank <> other_rank then case when rank < other_rank then 'new' else 'recorded' end
        when p_origin <> p_other_origin then case when p_origin < p_other_origin then 'new' else 'recorded' end
        when p_other_release is null then 'recorded'
        when p_contradicts then 'held'
        when p_release < p_other_release then 'recorded' else 'new' end
    from (select annotation_rank(p_policy, p_order, p_dataset, coalesce(p_release, 2147483647)) as rank,
            annotation_rank(p_policy, p_order, p_other_dataset, p_other_release) as other_rank) r
$$;

create function competing_annotations(
    p_volume bigint, p_dataset integer, p_release integer, p_organs text[], p_statuses text[], p_origins text[], p_voxels bigint[])
returns table (organ text, annotation_id bigint, contradicts boolean, choice text)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with given as (
        select o.id as organ_id, o.key, g.status::label_status as status, g.origin::label_origin as origin, coalesce(g.voxels, 0) as voxels
        from unnest(p_organs, p_statuses, p_origins, p_voxels) as g (key, status, origin, voxels) join organ o using (key)
        where g.status in ('annotated', 'absent')
    ), policy as materialized (
        select p.kind, p.datasets from annotation_policy p order by p.id desc limit 1
    ), latest as (
        select g.organ_id, a.* from given g cross join lateral (
            select distinct on (w.release_id, w.rater, w.partitioned)
                w.id, w.release_id, w.ranked_release, w.status, w.origin, w.mask_id from annotation w
            where w.volume_id = p_volume and w.organ_id = g.organ_id and not w.proposed
              and (p_release is null or w.release_id is distinct from p_release)
            order by w.release_id, w.rater, w.partitioned, w.id desc) a
    ), best as (
        select distinct on (w.organ_id) w.*, r.dataset_id from latest w
        left join release r on r.id = w.release_id left join policy p on true
        where w.status <> 'unlabelled' and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by w.organ_id, annotation_rank(p.kind, p.datasets, r.dataset_id, w.ranked_release) nulls first, w.origin,
            w.ranked_release desc nulls first, w.id desc
    )
    select g.key, b.id, c.contradicts, chosen_label(coalesce(p.kind, 'origin'), coalesce(p.datasets, '{}'), p_dataset, p_release,
        g.origin, c.contradicts, b.dataset_id, b.ranked_release, b.origin)
    from given g join best b using (organ_id) left join policy p on true left join mask m on m.id = b.mask_id
    cross join lateral (
        select g.status <> b.status and coalesce(case when b.status = 'annotated' then m.voxels else g.voxels end, 0) > 0 as contradicts) c
$$;
comment on function competing_annotations(bigint, integer, integer, text[], text[], text[], bigint[]) is 'For labels of a release (null: one that is not recorded yet): the best annotation of each organ by another source, whether one is absent and the other has voxels, and which of the two the policy makes current: new, recorded, or held for a decision.';

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
        raise exception 'a mask extends beyond its volume' using errcode = 'check_violation', constraint = 'mask_fits_its_volume';
    end if;
    if exists (
        select from (select object_digest, max(object_offset + object_length) as last from added group by object_digest) m
        join object o on o.digest = m.object_digest where m.last > o.bytes) then
        raise exception 'a mask extends beyond its object' using errcode = 'check_violation', constraint = 'mask_fits_its_object';
    end if;
    return null;
end $$;

create trigger mask_fits_its_volume after insert on mask
    referencing new table as added for each statement execute function check_mask_extent();

create trigger activities_are_of_the_login after insert on mask
    referencing new table as added for each statement execute function require_own_activities();
create trigger history_is_append_only before update or delete or truncate on mask execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on mask_input execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on mask_file execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on annotation execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on annotation_policy execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on shipped_label execute function refuse_rewriting();
create trigger history_is_append_only before truncate on annotation_current execute function refuse_rewriting();
create trigger history_is_append_only before truncate on shipped_current execute function refuse_rewriting();

grant select on object, mask, mask_input, mask_file, annotation, annotation_policy, annotation_current, shipped_label, shipped_current,
    held_annotation to lacuna_manager;
grant insert on mask, mask_input, mask_file, annotation, shipped_label to lacuna_manager;
grant execute on function store_object(bytea, object_kind, bigint) to lacuna_manager;
grant execute on function annotation_rank(text, integer[], integer, integer), annotation_source(text, text, text, boolean),
    competing_annotations(bigint, integer, integer, text[], text[], text[], bigint[]) to lacuna_manager;
