-- What leaves the house, and on which terms it came in.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table release_licence (
    release_id integer not null references release,
    position smallint not null check (position >= 1),
    licence text not null check (licence <> ''),
    source text not null check (source <> ''),
    activity_id bigint not null references activity,
    primary key (release_id, position)
);
comment on table release_licence is 'What was stated of a release''s licence, each with where it was read, the weightiest first, and behind these what later imports state otherwise; statements may conflict.';

create table export_mask (
    activity_id bigint not null references activity,
    mask_id bigint not null references mask,
    primary key (activity_id, mask_id)
);
create index on export_mask (mask_id);
comment on table export_mask is 'The masks that an export was made from. Where it went, of which organs and on which terms is in the activity.';

create trigger history_is_append_only before update or delete or truncate on release_licence execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on export_mask execute function refuse_rewriting();

-- What comes from what, with what left the catalogue.
create view lineage_edge as
    select kind, id, source_kind, source_id, via from catalogue_edge
    union all
    select 'export', e.activity_id, 'mask', e.mask_id, 'exported' from export_mask e;

-- Whether a mask was computed, be it through others, from one that a dataset said which is removed now.
create function comes_of_removed(p_mask bigint) returns boolean
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
revoke execute on function comes_of_removed(bigint) from public;
grant execute on function comes_of_removed(bigint) to lacuna_manager;

-- The exports that carry what a removal concerns: masks of the volumes that it withholds, masks that the dataset says of others,
-- masks that were made of either, and labels by rounds that saw them; and those that drew from the dataset in any way. n counts
-- masks.
create function exports_of_removal(p_dataset integer, p_subject bigint) returns table (id bigint, label text, n bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with recursive leaving as materialized (
        select v.id from volumes_of_removal(p_dataset, p_subject) v (id)
    ), carried (mask_id) as (
        select m.id from leaving v join mask m on m.volume_id = v.id
        union
        select a.mask_id from release r join source s on s.release_id = r.id
        join annotation a on a.volume_id = s.volume_id and a.release_id = r.id
        where r.dataset_id = p_dataset and a.mask_id is not null
        union
        select l.mask_id from release r join source s on s.release_id = r.id
        join shipped_label l on l.volume_id = s.volume_id and l.release_id = r.id
        where r.dataset_id = p_dataset and l.mask_id is not null
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
        from rounds_that_saw(array(select l.id from leaving l), array(select p_dataset where p_dataset is not null)) t (id)
        join pseudo_label l on l.round_id = t.id join export_mask e using (mask_id)
    ), carrying as (
        select x.activity_id, count(*) as n from exported x group by x.activity_id
    )
    select a.id, (a.parameters ->> 'format') || ' ' || (a.parameters ->> 'output') || ' of ' || to_char(a.started_at, 'YYYY-MM-DD'),
        coalesce(c.n, 0)
    from activity a left join carrying c on c.activity_id = a.id
    where a.kind = 'export' and (
        c.n > 0 or a.parameters -> 'datasets' ? (select d.name from dataset d where d.id = p_dataset))
    order by a.id
$$;
grant execute on function exports_of_removal(integer, bigint) to lacuna_manager;

grant select on release_licence, export_mask, lineage_edge to lacuna_manager;
grant insert on release_licence, export_mask to lacuna_manager;
