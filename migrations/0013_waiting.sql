-- Labels whose image is not there yet, several images of one study, and images that lie with another release.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table waiting_label (
    id bigint generated always as identity primary key,
    release_id integer not null references release,
    case_name text not null check (case_name <> ''),
    subject_key text not null,
    file text not null check (file <> ''),
    file_sha256 bytea not null check (octet_length(file_sha256) = 32),
    file_bytes bigint not null check (file_bytes >= 0),
    waits boolean not null default true,
    activity_id bigint not null references activity,
    recorded_at timestamptz not null default clock_timestamp()
);
create index on waiting_label (release_id, file, id);
comment on table waiting_label is 'History of label files without their image; the newest row of a (release, file) holds. They are no volumes and count nowhere.';
comment on column waiting_label.waits is 'False: the image came, or the file is gone.';
comment on column waiting_label.file is 'Relative to the root of the release.';

create view waiting_now as
    select w.* from (
        select distinct on (release_id, file) * from waiting_label order by release_id, file, id desc) w
    where w.waits;
comment on view waiting_now is 'Label files that wait for their image.';

-- A label that a source has waits no more, whoever records it.
create function end_waiting() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    insert into waiting_label (release_id, case_name, subject_key, file, file_sha256, file_bytes, waits, activity_id)
    select distinct on (w.release_id, w.file)
        w.release_id, w.case_name, w.subject_key, w.file, a.file_sha256, a.file_bytes, false, c.activity_id
    from added a
    join source s on s.id = a.source_id
    join change c on c.id = a.change_id
    cross join lateral (
        select n.* from waiting_label n where n.release_id = s.release_id and n.file = a.file order by n.id desc limit 1) w
    where w.waits;
    return null;
end $$;

create trigger labels_with_a_source_do_not_wait after insert on label_file
    referencing new table as added for each statement execute function end_waiting();

alter table source add column image_release_id integer references release;
alter table source add column study text check (study <> '');
alter table source add column phase text check (phase <> '');
comment on column source.image_release_id is 'The release whose root the image''s file is relative to, where the labels came without images; null: its own.';
comment on column source.study is 'Images of one release with the same study show one patient on one grid, and share their labels.';
comment on column source.phase is 'What tells the image from the others of its study: a contrast phase, a sequence, a channel.';

-- As before, but for the root of an image that lies with another release.
create or replace function run_volumes(p_run bigint)
returns table (
    volume_id bigint, subject_id bigint, part split_part, shape integer[], modality text, root text, file text,
    file_sha256 bytea, affine double precision[], spacing double precision[])
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with began as ( -- as run_part
        select v.subject_id, max(i.part) as part from run_input i join volume v on v.id = i.volume_id where i.run_id = p_run group by 1
    )
    select v.id, v.subject_id, coalesce(greatest(m.part, b.part), 'train'), array[v.shape_x, v.shape_y, v.shape_z], v.modality,
        s.root, s.file, s.file_sha256, s.affine, s.spacing
    from run
    join volume v on true
    left join split_member m on m.split_id = run.split_id and m.subject_id = v.subject_id
    left join began b on b.subject_id = v.subject_id
    join lateral (
        select source.*, i.root
        from source
        join release r on r.id = source.release_id
        join release i on i.id = coalesce(source.image_release_id, source.release_id)
        where source.volume_id = v.id and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by source.id limit 1) s on true
    where run.id = p_run
      and v.modality in (select jsonb_array_elements_text(coalesce(run.config -> 'modalities', '["CT"]')))
      and (m.part <> 'test' or (m.part is null and run.trains_unassigned))
      and not exists (select from withheld_volume h where h.volume_id = v.id)
    order by v.id
$$;

create trigger history_is_append_only before update or delete or truncate on waiting_label execute function refuse_rewriting();

grant select on waiting_label, waiting_now to lacuna_manager;
grant insert on waiting_label to lacuna_manager;
