-- What finds near-duplicates and reversed sides: fingerprints of volumes, and where sided organs lie.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table fingerprint (
    volume_id bigint not null references volume,
    version smallint not null check (version >= 1),
    descriptor bytea not null,
    primary key (volume_id, version)
);
comment on table fingerprint is 'A small descriptor of a volume''s content, by which crops, resampled and re-windowed copies are proposed as duplicates; versions are never compared with each other.';
comment on column fingerprint.descriptor is 'Version 1: three windows of 512 signed bytes; empty where the volume is too small to be told from others.';

create trigger history_is_append_only before update or delete or truncate on fingerprint execute function refuse_rewriting();

grant select on fingerprint to lacuna_manager;
grant insert on fingerprint to lacuna_manager;
