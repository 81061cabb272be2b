-- Label files whose image is missing.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table waiting_label (
    id bigint generated always as identity primary key,
    release_id integer not null references release,
    case_name text not null constraint case_has_a_name check (case_name <> ''),
    subject_key text not null,
    file text not null check (file <> ''),
    file_sha256 bytea not null check (octet_length(file_sha256) = 32),
    file_bytes bigint not null check (file_bytes >= 0),
    is_waiting boolean not null default true,
    activity_id bigint not null references activity,
    recorded_at timestamptz not null default clock_timestamp()
);
create index on waiting_label (release_id, file, id);
comment on table waiting_label is 'History of label files without an image; the newest row of a (release, file) is current. They have no volume and are not in coverage.';
comment on column waiting_label.is_waiting is 'False: the image was found, or the file is gone.';
comment on column waiting_label.file is 'Relative to the root of the release.';

create view waiting_now as
    select w.* from (
        select distinct on (release_id, file) * from waiting_label order by release_id, file, id desc) w
    where w.is_waiting;
comment on view waiting_now is 'Label files that wait for an image now.';

-- A label file that is recorded with a source is not waiting any more.
create function end_waiting() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    insert into waiting_label (release_id, case_name, subject_key, file, file_sha256, file_bytes, is_waiting, activity_id)
    select distinct on (w.release_id, w.file)
        w.release_id, w.case_name, w.subject_key, w.file, a.file_sha256, a.file_bytes, false, c.activity_id
    from added a
    join source s on s.id = a.source_id
    join change c on c.id = a.change_id
    cross join lateral (
        select n.* from waiting_label n where n.release_id = s.release_id and n.file = a.file order by n.id desc limit 1) w
    where w.is_waiting;
    return null;
end $$;

create trigger labels_with_a_source_do_not_wait after insert on label_file
    referencing new table as added for each statement execute function end_waiting();

create trigger activities_are_of_the_login after insert on waiting_label
    referencing new table as added for each statement execute function require_own_activities();
create trigger history_is_append_only before update or delete or truncate on waiting_label execute function refuse_rewriting();

grant select on waiting_label, waiting_now to lacuna_manager;
grant insert on waiting_label to lacuna_manager;
