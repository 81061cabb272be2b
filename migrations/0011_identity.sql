-- Image descriptors, for near-duplicates, centres of sided organs, for reversed sides, and overlaps of two annotations.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table image_descriptor (
    volume_id bigint not null references volume,
    version smallint not null check (version >= 1),
    descriptor bytea not null constraint descriptor_is_small check (octet_length(descriptor) <= 65536),
    primary key (volume_id, version)
);
comment on table image_descriptor is 'Image descriptors of volumes, by which crops, resampled and re-windowed copies are proposed as duplicates. Different versions are not compared.';
comment on column image_descriptor.descriptor is 'Version 1: three windows of 512 signed bytes; empty where the volume is too small for a descriptor.';

create trigger history_is_append_only before update or truncate on image_descriptor execute function refuse_rewriting();

-- A descriptor is a picture of the image in small, and is purged with it.
create function keep_descriptors() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if exists (select from purged_volume p where p.volume_id = old.volume_id) then
        return old;
    end if;
    raise exception 'history is append-only: delete on lacuna.image_descriptor is refused'
        using errcode = 'LA002', hint = 'only a purge of the volume deletes its descriptors';
end $$;

create trigger only_a_purge_deletes before delete on image_descriptor for each row execute function keep_descriptors();

grant select on image_descriptor to lacuna_manager;
grant insert on image_descriptor to lacuna_manager;

create table mask_centre (
    mask_id bigint primary key references mask,
    x real not null,
    y real not null,
    z real not null
);
comment on table mask_centre is 'The centres of masks of sided organs: the mean position of their foreground in canonical voxels. Empty masks have none.';

create table accepted_flip (
    label_file_id bigint not null references label_file,
    activity_id bigint not null references activity,
    axis text not null constraint axis_is_known check (axis in ('none', 'x', 'y', 'z')),
    evidence text not null constraint evidence_is_given check (evidence <> ''),
    primary key (label_file_id, activity_id)
);
comment on table accepted_flip is 'Label files that an import flipped along a canonical axis, or (none) placed on the image''s grid against their own header, because the caller accepted the evidence.';

create table annotation_overlap (
    first_id bigint not null references annotation,
    second_id bigint not null references annotation,
    dice real constraint dice_is_a_share check (dice between 0 and 1),
    primary key (first_id, second_id),
    constraint the_first_annotation_is_older check (first_id < second_id)
);
comment on table annotation_overlap is 'The Dice coefficient of two annotations of one organ in one volume, where both are known. Annotations do not change, so that each pair is compared once.';
comment on column annotation_overlap.dice is 'Null where neither has a voxel that both know.';

create table organ_overlap (
    first_id bigint not null references annotation,
    second_id bigint not null references annotation,
    shared bigint not null check (shared >= 0),
    primary key (first_id, second_id)
);
comment on table organ_overlap is 'The common voxels of two annotations of different organs in one volume, of which one excludes the other or is inside it. Annotations do not change, so that each pair is compared once.';
comment on column organ_overlap.first_id is 'The annotation of the organ that is inside the other, or of two organs that exclude each other the one that came first in the ontology.';
comment on column organ_overlap.shared is 'Of an organ that is inside another also its voxels where the other is not known.';

create trigger history_is_append_only before update or delete or truncate on organ_overlap execute function refuse_rewriting();
create trigger activities_are_of_the_login after insert on accepted_flip
    referencing new table as added for each statement execute function require_own_activities();
create trigger history_is_append_only before update or delete or truncate on annotation_overlap execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on mask_centre execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on accepted_flip execute function refuse_rewriting();

grant select, insert on mask_centre, accepted_flip, annotation_overlap, organ_overlap to lacuna_manager;
