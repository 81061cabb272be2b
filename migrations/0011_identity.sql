-- What finds near-duplicates and reversed sides: image descriptors of volumes, and where sided organs lie.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table image_descriptor (
    volume_id bigint not null references volume,
    version smallint not null check (version >= 1),
    descriptor bytea not null,
    primary key (volume_id, version)
);
comment on table image_descriptor is 'A small descriptor of a volume''s content, by which crops, resampled and re-windowed copies are proposed as duplicates; versions are never compared with each other.';
comment on column image_descriptor.descriptor is 'Version 1: three windows of 512 signed bytes; empty where the volume is too small to be told from others.';

create trigger history_is_append_only before update or delete or truncate on image_descriptor execute function refuse_rewriting();

grant select on image_descriptor to lacuna_manager;
grant insert on image_descriptor to lacuna_manager;

create table mask_centre (
    mask_id bigint primary key references mask,
    x real not null,
    y real not null,
    z real not null
);
comment on table mask_centre is 'Where masks of sided organs lie: the mean position of their foreground in canonical voxels; only of masks that have some.';

create table accepted_flip (
    label_file_id bigint not null references label_file,
    activity_id bigint not null references activity,
    axis text not null check (axis in ('none', 'x', 'y', 'z')),
    evidence text not null check (evidence <> ''),
    primary key (label_file_id, activity_id)
);
comment on table accepted_flip is 'Label files whose voxels an import mirrored along a canonical axis, or (none) placed on the image''s grid against their own header, because the caller accepted the evidence.';

create trigger history_is_append_only before update or delete or truncate on mask_centre execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on accepted_flip execute function refuse_rewriting();

create view current_mask as
    select a.volume_id, a.organ_id, n.mask_id
    from annotation_current a join annotation n on n.id = a.annotation_id where n.mask_id is not null
    union all
    select p.volume_id, p.organ_id, p.mask_id
    from pseudo_label p join pseudo_pointer v on (v.organ_id, v.round_id) = (p.organ_id, p.round_id)
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (p.volume_id, p.organ_id))
      and not exists (select from withheld_volume w where w.volume_id = p.volume_id)
    union all
    select c.volume_id, c.organ_id, s.mask_id
    from shipped_current c join shipped_label s on s.id = c.shipped_label_id
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (c.volume_id, c.organ_id))
      and not exists (
        select from pseudo_label p join pseudo_pointer v on (v.organ_id, v.round_id) = (p.organ_id, p.round_id)
        where (p.volume_id, p.organ_id) = (c.volume_id, c.organ_id));
comment on view current_mask is 'The mask of every current state that has one: the annotation''s, else the visible round''s, else the shipped one.';

grant select on current_mask to lacuna_manager;
grant select, insert on mask_centre, accepted_flip to lacuna_manager;
