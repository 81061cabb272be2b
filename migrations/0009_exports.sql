-- Exports, and the licences of the releases that they contain.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table release_licence (
    release_id integer not null references release,
    position smallint not null check (position >= 1),
    licence text not null constraint licence_is_not_empty check (licence <> ''),
    source text not null constraint licence_has_a_source check (source <> ''),
    activity_id bigint not null references activity,
    primary key (release_id, position)
);
comment on table release_licence is 'Statements about the licence of a release, each with the file or page that it was read from. The first import''s statements come first, the most authoritative first, then different ones of later imports; statements may conflict.';

create table export (
    activity_id bigint primary key references activity,
    format text not null constraint format_is_not_empty check (format <> ''),
    output text not null constraint output_is_not_empty check (output <> ''),
    datasets text[] not null
);
comment on table export is 'Exports, by the activity that made them; from its parameters of the same names.';
comment on column export.output is 'The file or folder that was written.';
comment on column export.datasets is 'Names of the datasets whose cases were exported.';

-- The only place that reads the parameters of an export for queries.
create function record_export_activity() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    insert into export (activity_id, format, output, datasets)
    values (new.id, new.parameters ->> 'format', new.parameters ->> 'output', json_texts(new.parameters, 'datasets'));
    return null;
end $$;

create trigger exports_are_recorded after insert on activity
    for each row when (new.kind = 'export') execute function record_export_activity();

create table export_mask (
    activity_id bigint not null references activity,
    mask_id bigint not null references mask,
    primary key (activity_id, mask_id)
);
create index on export_mask (mask_id);
comment on table export_mask is 'The masks that an export contains or was computed from.';

create trigger activities_are_of_the_login after insert on release_licence
    referencing new table as added for each statement execute function require_own_activities();
create trigger activities_are_of_the_login after insert on export_mask
    referencing new table as added for each statement execute function require_own_activities();
create trigger history_is_append_only before update or delete or truncate on release_licence execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on export execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on export_mask execute function refuse_rewriting();

create function derives_from_removed(p_mask bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive behind (mask_id) as (
        select input_id from mask_input where mask_id = p_mask
        union
        select i.input_id from behind b join mask_input i on i.mask_id = b.mask_id
    )
    select exists (
        select from behind b join annotation a on a.mask_id = b.mask_id join release r on r.id = a.release_id
        join withdrawn_dataset d on d.dataset_id = r.dataset_id)
$$;
comment on function derives_from_removed(bigint) is 'Whether a mask was computed, directly or through other masks, from a mask of a dataset that is removed now.';
grant execute on function derives_from_removed(bigint) to lacuna_manager;

create function exports_of_removal(p_dataset integer, p_subject bigint) returns table (id bigint, label text, n bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive carried (mask_id) as (
        select m from masks_of_removal(p_dataset, p_subject) m
        union
        select d.id from carried c cross join lateral (
            select m.id from mask m where m.parent_id = c.mask_id
            union all
            select i.mask_id from mask_input i where i.input_id = c.mask_id
            offset 0) d
    ), exported as (
        select e.activity_id, e.mask_id from carried c join export_mask e using (mask_id)
        union
        select e.activity_id, e.mask_id
        from rounds_trained_on(array(select v from volumes_of_removal(p_dataset, p_subject) v), array(select p_dataset where p_dataset is not null)) t (id)
        join predicted_mask l on l.round_id = t.id join export_mask e using (mask_id)
    ), carrying as (
        select x.activity_id, count(*) as n from exported x group by x.activity_id
    )
    select a.id, e.format || ' ' || e.output || ' of ' || to_char(a.started_at, 'YYYY-MM-DD'), coalesce(c.n, 0)
    from export e join activity a on a.id = e.activity_id left join carrying c on c.activity_id = a.id
    where c.n > 0 or (select d.name from dataset d where d.id = p_dataset) = any (e.datasets)
    order by a.id
$$;
comment on function exports_of_removal(integer, bigint) is 'The exports that a removal concerns, each with the number of its masks that are of withheld volumes or of the dataset, were made from such masks, or were predicted by rounds trained on them; and, with 0, exports that contain other cases of the dataset.';
grant execute on function exports_of_removal(integer, bigint) to lacuna_manager;

grant select on release_licence, export, export_mask to lacuna_manager;
grant insert on release_licence, export_mask to lacuna_manager;
