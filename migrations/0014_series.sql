-- DICOM identifiers as evidence of subjects that are one patient, and how joins of subjects are taken apart.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table series_salt (
    sole boolean primary key default true check (sole),
    salt bytea not null check (octet_length(salt) = 32)
);
comment on table series_salt is 'The salt of the hashes in source_series, drawn once for each catalogue.';
insert into series_salt (salt) values (sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea));

create table source_series (
    source_id bigint primary key references source,
    patient bytea constraint patient_is_a_hash check (octet_length(patient) = 32),
    study bytea constraint study_is_a_hash check (octet_length(study) = 32),
    series bytea constraint series_is_a_hash check (octet_length(series) = 32)
);
create index on source_series (study);
create index on source_series (patient);
comment on table source_series is 'Salted hashes of the patient, study and series identifiers in the slices of a source; the identifiers themselves are not stored.';
comment on column source_series.patient is 'Null also where the files have an identifier that many anonymised files share.';

create trigger history_is_append_only before update or delete or truncate on source_series execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on series_salt execute function refuse_rewriting();

-- MARK: Evidence

create function are_apart(p_one bigint, p_other bigint, p_dataset integer) returns boolean
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select exists (
            select from subject_split s
            where (s.subject_id, s.separated_id) = (p_one, p_other) or (s.subject_id, s.separated_id) = (p_other, p_one))
        or (select count(distinct a.subject_id) from subject_alias a
            where a.subject_id in (p_one, p_other) and a.dataset_id = p_dataset and a.stated) = 2
$$;
comment on function are_apart(bigint, bigint, integer) is 'Whether two subjects are known to be different: they were taken apart, or a table of the dataset names both.';

-- MARK: Tables of subjects

create table stated_subject (
    id bigint generated always as identity primary key,
    release_id integer not null references release,
    case_name text not null constraint case_has_a_name check (case_name <> ''),
    key text not null constraint subject_has_a_name check (
        key ~ '\S' and key !~ '[\x01-\x1f\x7f/]' and key not in ('.', '..') and length(key) <= 200),
    activity_id bigint not null references activity
);
create index on stated_subject (release_id, case_name, id);
comment on table stated_subject is 'History of what tables of subjects record: the subject of a case. The newest row of a case is current; the rows of one table are of one activity.';

create trigger activities_are_of_the_login after insert on stated_subject
    referencing new table as added for each statement execute function require_own_activities();
create trigger history_is_append_only before update or delete or truncate on stated_subject execute function refuse_rewriting();

create view source_key as
    select s.id as source_id, s.volume_id, r.dataset_id, s.release_id, s.case_name, coalesce(t.key, s.subject_key) as key,
        t.key is not null as stated,
        t.key is null or t.key = first_value(t.key) over (
            partition by r.dataset_id, s.volume_id order by t.activity_id desc nulls last, s.case_name) as counts,
        case when t.key is not null and not exists (
            select from stated_subject o
            where o.release_id = s.release_id and o.case_name = s.case_name and o.key = s.subject_key) then s.subject_key end as layout_key
    from source s join release r on r.id = s.release_id
    left join lateral (
        select n.key, n.activity_id from stated_subject n
        where n.release_id = s.release_id and n.case_name = s.case_name order by n.id desc limit 1) t on true;
comment on view source_key is 'The key of the subject of each source: that of the newest table of subjects which names the case, else that of the layout.';
comment on column source_key.counts is 'False where another case of the dataset is the same scan, and the newest table which names either gives the scan to the other''s subject.';
comment on column source_key.layout_key is 'The key of the layout, where a table gives the case another one.';

-- The keys that some subjects should have, by their sources. Of several subjects with one key, the one that has it keeps it.
create function keys_of_subjects(p_subjects bigint[])
returns table (dataset_id integer, key text, subject_id bigint, stated boolean)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with scan as materialized (
        select v.id, v.subject_id from volume v where v.subject_id = any (p_subjects)
    ), named as materialized (
        select k.*, v.subject_id from source_key k join scan v on v.id = k.volume_id
        where k.volume_id = any (array(select id from scan))
    ), candidate as (
        select n.dataset_id, n.key, n.subject_id, case when n.stated then 1 else 2 end as rank from named n
        where n.counts and n.key is not null
        union all
        select n.dataset_id, n.layout_key, n.subject_id, 3 from named n where n.layout_key is not null
    )
    select distinct on (c.dataset_id, c.key) c.dataset_id, c.key, c.subject_id, c.rank = 1
    from candidate c left join subject_alias a on a.dataset_id = c.dataset_id and a.key = c.key
    order by c.dataset_id, c.key, c.rank, coalesce(c.subject_id = a.subject_id, false) desc, c.subject_id
$$;

create function is_removed(p_subject bigint) returns boolean language sql stable security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
    select coalesce((select withdrawn from withdrawal where subject_id = p_subject order by id desc limit 1), false)
$$;

create function key_changes(p_subjects bigint[])
returns table (dataset_id integer, key text, old_id bigint, new_id bigint, stated boolean)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with wanted as materialized (select * from keys_of_subjects(p_subjects))
    select a.dataset_id, a.key, a.subject_id, w.subject_id, coalesce(w.stated, false)
    from subject_alias a left join wanted w on w.dataset_id = a.dataset_id and w.key = a.key
    where a.subject_id = any (p_subjects) and (w.subject_id, w.stated) is distinct from (a.subject_id, a.stated)
      and (w.key is not null or not (is_removed(a.subject_id) and exists (select from volume v where v.subject_id = a.subject_id)))
    union all
    select w.dataset_id, w.key, null, w.subject_id, w.stated from wanted w
    where not exists (select from subject_alias a where a.dataset_id = w.dataset_id and a.key = w.key)
$$;
comment on function key_changes(bigint[]) is 'The keys of some subjects that name another subject than their cases have, with the subject that they are of and should be of. A key without a case is of none, except that a removed subject keeps it.';

create function free_subject_name(p_name text) returns text language plpgsql stable security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    n integer := 2;
begin
    while exists (select from subject where name = p_name || ' (' || n || ')') loop
        n := n + 1;
    end loop;
    return p_name || ' (' || n || ')';
end $$;

-- Names some subjects by their keys, those of tables before those of layouts of the same dataset. A name that is another subject's
-- key is given up.
create function name_subjects(p_subjects bigint[]) returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    item record;
    wanted text;
    holder bigint;
begin
    for item in select s.id, s.name from subject s where s.id = any (p_subjects) order by s.id loop
        continue when not exists (select from volume v where v.subject_id = item.id);
        select k.name into wanted from (
            select d.name || '/' || a.key as name, a.stated, a.dataset_id, starts_with(item.name, d.name || '/') as is_own, exists (
                select from subject_alias o where o.subject_id = item.id and o.dataset_id = a.dataset_id and o.stated) as has_stated
            from subject_alias a join dataset d on d.id = a.dataset_id where a.subject_id = item.id) k
        order by k.name = item.name and (k.stated or not k.has_stated) desc, k.is_own and k.stated desc, k.name = item.name desc,
            k.stated desc, k.dataset_id, k.name limit 1;
        if wanted is null and exists (
            select from subject_alias a join dataset d on d.id = a.dataset_id where item.name = d.name || '/' || a.key) then
            wanted := free_subject_name(item.name);
        end if;
        continue when wanted is null or wanted = item.name;
        update subject set name = free_subject_name(wanted) where name = wanted returning id into holder;
        update subject set name = wanted where id = item.id;
        if holder is not null then
            perform name_subjects(array[holder]);
        end if;
    end loop;
end $$;

create function create_subject(p_dataset integer, p_key text) returns bigint language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_name text := (select name || '/' || p_key from dataset where id = p_dataset);
    made bigint;
    holder bigint;
begin
    update subject set name = free_subject_name(the_name) where name = the_name
      and not exists (select from subject_alias a where a.subject_id = subject.id and (a.dataset_id, a.key) = (p_dataset, p_key))
    returning id into holder;
    insert into subject (name) values (the_name) returning id into made;
    if holder is not null then
        perform name_subjects(array[holder]);
    end if;
    return made;
end $$;
comment on function create_subject(integer, text) is 'A new subject with the name DATASET/KEY; a subject without this key that has the name gets another one.';

create function bind_keys(p_subjects bigint[], p_change bigint, p_named bigint[] default null)
returns table (dataset_id integer, key text, old_id bigint, new_id bigint, stated boolean, extends_removal boolean)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    item record;
    affected bigint[] := coalesce(p_named, p_subjects);
begin
    perform check_open_change(p_change, p_change);
    perform from subject_alias a where a.subject_id = any (p_subjects) order by a.dataset_id, a.key for update;
    for item in select * from key_changes(p_subjects) c order by c.dataset_id, c.key loop
        dataset_id := item.dataset_id;
        key := item.key;
        old_id := item.old_id;
        new_id := item.new_id;
        stated := item.stated;
        -- The patient who withdrew the consent had this name.
        extends_removal := coalesce(
            item.stated and item.old_id <> item.new_id and is_removed(item.old_id) and not is_removed(item.new_id), false);
        if extends_removal then
            perform merge_withdrawals(item.new_id, item.old_id, p_change);
        end if;
        if item.new_id is null then
            delete from subject_alias a where (a.dataset_id, a.key) = (item.dataset_id, item.key);
        else
            insert into subject_alias (dataset_id, key, subject_id, stated)
            values (item.dataset_id, item.key, item.new_id, item.stated)
            on conflict on constraint subject_alias_pkey do update set subject_id = excluded.subject_id, stated = excluded.stated;
        end if;
        affected := affected || item.old_id || item.new_id;
        return next;
    end loop;
    perform name_subjects(array(select distinct i from unnest(affected) i where i is not null));
end $$;
comment on function bind_keys(bigint[], bigint, bigint[]) is 'Applies key_changes, and names by their keys the subjects whose keys changed and some others, by default all. A removal follows a key that a table gives to another subject. Returns the changes.';

-- MARK: Joins in force

create function volumes_of_join(p_join bigint, p_subject bigint) returns bigint[]
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select array(
        select v.id from subject_join j join volume v on v.subject_id = p_subject
        where j.id = p_join and (v.id = any (j.volumes) or (v.change_id > j.change_id and not exists (
            select from source_key s where s.volume_id = v.id and not exists (
                select from unnest(j.datasets, j.keys) as k (dataset_id, key)
                where k.dataset_id = s.dataset_id and k.key in (s.key, s.layout_key)))))
        order by v.id)
$$;
comment on function volumes_of_join(bigint, bigint) is 'The volumes of a subject that are of the merged side of a join: those of the join, and those that were added since under the keys of the merged subject alone.';

create view join_in_force as
    select j.*, v.subject_id from subject_join j
    cross join lateral (
        select u.subject_id from volume u where u.id = any (j.volumes) and u.subject_id <> j.merged_id group by u.subject_id
        having exists (
            select from volume o where o.subject_id = u.subject_id and o.id <> all (volumes_of_join(j.id, u.subject_id)))
        order by u.subject_id limit 1) v
    where not exists (select from subject_split s where s.join_id = j.id);
comment on view join_in_force is 'The joins that were not taken apart; subject_id is the subject in which volumes of both sides are now.';

create function sides_share_a_key(p_join bigint, p_subject bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with merged as materialized (
        select volumes_of_join(p_join, p_subject) as volumes
    ), side as (
        select k.dataset_id, k.key, k.volume_id = any (m.volumes) as merged
        from source_key k cross join merged m
        where k.volume_id = any (array(select id from volume where subject_id = p_subject)) and k.counts
    )
    select exists (select from side a join side b using (dataset_id, key) where a.merged and not b.merged)
$$;
comment on function sides_share_a_key(bigint, bigint) is 'Whether cases of both sides of a join have one key of a subject in a dataset, so that they are one patient whatever caused the join.';

-- MARK: Taking apart

-- Gives some volumes of a subject to another, which has no volume. The caller has recorded the parts of the other, and binds the keys.
create function move_to_subject(p_from bigint, p_to bigint, p_volumes bigint[], p_change bigint)
returns void language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform check_open_change(p_change, p_change);
    if cardinality(p_volumes) = 0
        or (select count(*) from volume where id = any (p_volumes) and subject_id = p_from) <> cardinality(p_volumes) then
        raise exception 'the volumes are not all of subject %', (select name from subject where id = p_from) using errcode = 'LA004';
    end if;
    if not exists (select from volume where subject_id = p_from and id <> all (p_volumes)) then
        raise exception 'subject % would keep no volume', (select name from subject where id = p_from)
            using errcode = 'LA004', hint = 'name some of its volumes only';
    end if;
    perform from subject_alias where subject_id = p_from order by dataset_id, key for update;
    perform from volume where subject_id = p_from order by id for no key update;
    perform from subject where id in (p_from, p_to) order by id for no key update;
    update volume set subject_id = p_to where id = any (p_volumes);
    insert into volume_delta
    select p_change, s.scope_id, 0, 1 from (
        select k.id as scope_id from volume v join volume_dataset d on d.volume_id = v.id
        join coverage_scope k on k.dataset_id = d.dataset_id
        where v.subject_id in (p_from, p_to) group by k.id having count(distinct v.subject_id) = 2
        union all
        select catalogue_scope() from volume v where v.subject_id in (p_from, p_to)
        and exists (select from volume_dataset d where d.volume_id = v.id) having count(distinct v.subject_id) = 2
    ) s;
end $$;

-- A removal in force applies to both; one that only the join had extended to the remaining subject is restored.
create function split_withdrawals(p_from bigint, p_to bigint, p_join_change bigint, p_change bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    last withdrawal;
    other withdrawal;
    volumes bigint[] := array(select id from volume where subject_id in (p_from, p_to));
begin
    select * into last from withdrawal where subject_id = p_from order by id desc limit 1;
    select * into other from withdrawal where subject_id = p_to order by id desc limit 1;
    if not coalesce(last.withdrawn, false) and not coalesce(other.withdrawn, false) then
        return;
    end if;
    if coalesce(last.withdrawn, false) and last.change_id = p_join_change and not exists (
        select from volume v join mask m on m.volume_id = v.id join object o on o.digest = m.object_digest
        where v.subject_id = p_from and o.purged_at is not null) and not exists (
        select from volume v join purged_volume p on p.volume_id = v.id where v.subject_id = p_from) then
        insert into withdrawal (subject_id, withdrawn, recalls, reason, change_id)
        values (p_from, false, false, last.reason, p_change);
        perform recompute_volumes(p_change, volumes);
        perform restore_contaminated_rounds(p_change, array[last.id]);
        return;
    end if;
    if coalesce(last.withdrawn, false) and not coalesce(other.withdrawn, false) then
        insert into withdrawal (subject_id, withdrawn, recalls, reason, change_id)
        values (p_to, true, last.recalls, last.reason, p_change);
    elsif not coalesce(last.withdrawn, false) then -- restored since the join, for both
        insert into withdrawal (subject_id, withdrawn, recalls, reason, change_id)
        values (p_to, false, false, other.reason, p_change);
    end if;
    perform recompute_volumes(p_change, volumes);
end $$;

-- The marks of checkpoints after a join is taken apart: each subject has those of the runs that it had contaminated before.
create function split_marks(p_from bigint, p_to bigint, p_kept_marks bigint[], p_merged_marks bigint[], p_is_exact boolean)
returns void language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    update checkpoint c set contaminated_by = array(
        select s from unnest(array_remove(c.contaminated_by, p_from)) s
        union select p_from where not p_is_exact or m.kept
        union select p_to where not p_is_exact or m.merged)
    from round r cross join lateral (
        select exists (select from checkpoint k join round o on o.id = k.round_id where o.run_id = r.run_id and k.id = any (p_kept_marks)) as kept,
            exists (select from checkpoint k join round o on o.id = k.round_id where o.run_id = r.run_id and k.id = any (p_merged_marks)) as merged) m
    where r.id = c.round_id and p_from = any (c.contaminated_by)
$$;

create function take_join_apart(p_join bigint, p_change bigint, p_by_person boolean) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    j join_in_force;
    moved bigint[];
    is_last boolean;
begin
    select * into j from join_in_force where id = p_join;
    if not found then
        raise exception 'the join is taken apart already' using errcode = 'LA004';
    end if;
    moved := volumes_of_join(p_join, j.subject_id);
    is_last := not exists (
        select from join_in_force o where o.subject_id = j.subject_id and o.id > j.id
        and o.volumes && array(select id from volume where subject_id = j.subject_id));
    insert into split_member (split_id, subject_id, part)
    select m.split_id, j.merged_id, coalesce(p.merged, m.part) from split_member m
    left join unnest(j.splits, j.kept_parts, j.merged_parts) as p (split_id, kept, merged) using (split_id)
    where m.subject_id = j.subject_id and (p.split_id is null or p.merged is not null);
    perform move_to_subject(j.subject_id, j.merged_id, moved, p_change);
    if is_last and j.kept_id = j.subject_id then
        delete from split_member m using unnest(j.splits, j.kept_parts) as p (split_id, part)
        where m.subject_id = j.kept_id and m.split_id = p.split_id and p.part is null;
        update split_member m set part = p.part from unnest(j.splits, j.kept_parts) as p (split_id, part)
        where m.subject_id = j.kept_id and m.split_id = p.split_id and p.part is not null and m.part <> p.part;
    end if;
    update subject_alias a set subject_id = j.merged_id from unnest(j.datasets, j.keys) as k (dataset_id, key)
    where a.subject_id = j.subject_id and (a.dataset_id, a.key) = (k.dataset_id, k.key);
    perform split_marks(j.subject_id, j.merged_id, j.kept_marks, j.merged_marks, is_last and j.kept_id = j.subject_id);
    perform split_withdrawals(j.subject_id, j.merged_id, j.change_id, p_change);
    insert into subject_split (join_id, subject_id, separated_id, volumes, by_person, change_id)
    values (p_join, j.subject_id, j.merged_id, moved, p_by_person, p_change);
    perform bind_keys(array[j.subject_id, j.merged_id], p_change);
    return j.merged_id;
end $$;
comment on function take_join_apart(bigint, bigint, boolean) is 'Undoes a join: the merged subject has its volumes and keys again, with those added since under its keys, and both have the parts that they had. Splits made since keep the part of both. Returns the merged subject.';

create function separate_volumes(p_subject bigint, p_volumes bigint[], p_name text, p_change bigint, p_by_person boolean)
returns bigint language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    made bigint;
begin
    insert into subject (name) values (
        case when exists (select from subject where name = p_name) then free_subject_name(p_name) else p_name end)
    returning id into made;
    insert into split_member (split_id, subject_id, part) select split_id, made, part from split_member where subject_id = p_subject;
    perform move_to_subject(p_subject, made, p_volumes, p_change);
    perform split_marks(p_subject, made, '{}', '{}', false);
    perform split_withdrawals(p_subject, made, null, p_change);
    insert into subject_split (subject_id, separated_id, volumes, by_person, change_id)
    values (p_subject, made, p_volumes, p_by_person, p_change);
    perform bind_keys(array[p_subject, made], p_change);
    return made;
end $$;
comment on function separate_volumes(bigint, bigint[], text, bigint, boolean) is 'Separates some volumes of a subject, with the keys that only these have, as a new one, which has the same part in every split. Returns the new subject.';

create function stop_runs_with_subject(p_subject bigint) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select end_claims(array(
        select run.id from run where not run.finished and (run.trains_unassigned or run_part(run.id, p_subject) is not null)))
$$;
comment on function stop_runs_with_subject(bigint) is 'Ends the claims on unfinished runs that a subject takes part in, because their daemons would continue with what they read before.';

grant select on series_salt, source_series, stated_subject, source_key, join_in_force to lacuna_manager;
grant insert on source_series, stated_subject to lacuna_manager;
grant execute on function are_apart(bigint, bigint, integer), key_changes(bigint[]), bind_keys(bigint[], bigint, bigint[]),
    create_subject(integer, text), volumes_of_join(bigint, bigint), sides_share_a_key(bigint, bigint), take_join_apart(bigint, bigint, boolean),
    separate_volumes(bigint, bigint[], text, bigint, boolean), stop_runs_with_subject(bigint) to lacuna_manager;
