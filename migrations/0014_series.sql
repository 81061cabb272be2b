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

create function lock_series() returns void language sql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$ select pg_advisory_xact_lock(hashtextextended('series', 3)) $$;
comment on function lock_series() is 'Other importers that compare identifiers wait until the transaction ends.';

create function mark_stated(p_dataset integer, p_key text) returns void language sql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
    update subject_alias set stated = true where dataset_id = p_dataset and key = p_key and not stated
$$;
comment on function mark_stated(integer, text) is 'Records that a table of subjects named this key.';

create function are_apart(p_one bigint, p_other bigint, p_dataset integer, p_keys text[]) returns boolean
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select (cardinality(p_keys) = 0 and exists (
            select from subject_split s
            where (s.subject_id, s.separated_id) = (p_one, p_other) or (s.subject_id, s.separated_id) = (p_other, p_one)))
        or (select count(distinct a.subject_id) from subject_alias a
            where a.subject_id in (p_one, p_other) and a.dataset_id = p_dataset and a.stated
              and (cardinality(p_keys) = 0 or a.key = any (p_keys))) = 2
$$;
comment on function are_apart(bigint, bigint, integer, text[]) is 'Whether two subjects are known to be different: they were taken apart, or a table of the dataset names both. With keys, those of the table in use, only that table decides.';

-- MARK: Taking apart

-- Gives some volumes and keys of a subject to another, which has no volume. The caller has recorded the parts of the other.
create function move_to_subject(p_from bigint, p_to bigint, p_volumes bigint[], p_datasets integer[], p_keys text[], p_change bigint)
returns void language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform check_open_change(p_change, p_change);
    if cardinality(p_volumes) = 0
        or (select count(*) from volume where id = any (p_volumes) and subject_id = p_from) <> cardinality(p_volumes) then
        raise exception 'the volumes are not all of subject %', p_from using errcode = 'LA004';
    end if;
    if not exists (select from volume where subject_id = p_from and id <> all (p_volumes)) then
        raise exception 'subject % would keep no volume', p_from
            using errcode = 'LA004', hint = 'name some of its volumes only';
    end if;
    perform from subject_alias where subject_id = p_from order by dataset_id, key for update;
    perform from volume where subject_id = p_from order by id for no key update;
    perform from subject where id in (p_from, p_to) order by id for no key update;
    update volume set subject_id = p_to where id = any (p_volumes);
    update subject_alias a set subject_id = p_to from unnest(p_datasets, p_keys) as k (dataset_id, key)
    where a.subject_id = p_from and (a.dataset_id, a.key) = (k.dataset_id, k.key);
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
        where v.subject_id = p_from and o.purged_at is not null) then
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
    -- With the volumes of the join, those that were added since under the keys of the merged subject alone.
    moved := array(
        select v.id from volume v where v.subject_id = j.subject_id and (v.id = any (j.volumes) or (
            exists (select from source s where s.volume_id = v.id) and not exists (
                select from source s join release r on r.id = s.release_id
                where s.volume_id = v.id and not exists (
                    select from unnest(j.datasets, j.keys) as k (dataset_id, key)
                    where k.dataset_id = r.dataset_id and k.key = s.subject_key)))) order by v.id);
    is_last := not exists (select from join_in_force o where o.subject_id = j.subject_id and o.id > j.id);
    insert into split_member (split_id, subject_id, part)
    select m.split_id, j.merged_id, coalesce(p.merged, m.part) from split_member m
    left join unnest(j.splits, j.kept_parts, j.merged_parts) as p (split_id, kept, merged) using (split_id)
    where m.subject_id = j.subject_id and (p.split_id is null or p.merged is not null);
    perform move_to_subject(j.subject_id, j.merged_id, moved, j.datasets, j.keys, p_change);
    if is_last and j.kept_id = j.subject_id then
        delete from split_member m using unnest(j.splits, j.kept_parts) as p (split_id, part)
        where m.subject_id = j.kept_id and m.split_id = p.split_id and p.part is null;
        update split_member m set part = p.part from unnest(j.splits, j.kept_parts) as p (split_id, part)
        where m.subject_id = j.kept_id and m.split_id = p.split_id and p.part is not null and m.part <> p.part;
    end if;
    perform split_marks(j.subject_id, j.merged_id, j.kept_marks, j.merged_marks, is_last and j.kept_id = j.subject_id);
    perform split_withdrawals(j.subject_id, j.merged_id, j.change_id, p_change);
    insert into subject_split (join_id, subject_id, separated_id, volumes, by_person, change_id)
    values (p_join, j.subject_id, j.merged_id, moved, p_by_person, p_change);
    return j.merged_id;
end $$;
comment on function take_join_apart(bigint, bigint, boolean) is 'Undoes a join: the merged subject has its volumes and keys again, with those added since under its keys, and both have the parts that they had. Splits made since keep the part of both. Returns the merged subject.';

create function separate_volumes(p_subject bigint, p_volumes bigint[], p_datasets integer[], p_keys text[], p_name text, p_change bigint, p_by_person boolean)
returns bigint language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    made bigint;
begin
    insert into subject (name) values (
        case when exists (select from subject where name = p_name)
            then p_name || ' (' || (select count(*) + 1 from subject where starts_with(name, p_name || ' (')) + 1 || ')' else p_name end)
    returning id into made;
    insert into split_member (split_id, subject_id, part) select split_id, made, part from split_member where subject_id = p_subject;
    perform move_to_subject(p_subject, made, p_volumes, p_datasets, p_keys, p_change);
    perform split_marks(p_subject, made, '{}', '{}', false);
    perform split_withdrawals(p_subject, made, null, p_change);
    insert into subject_split (subject_id, separated_id, volumes, by_person, change_id)
    values (p_subject, made, p_volumes, p_by_person, p_change);
    return made;
end $$;
comment on function separate_volumes(bigint, bigint[], integer[], text[], text, bigint, boolean) is 'Separates some volumes and keys of a subject as a new one, which has the same part in every split. Returns the new subject.';

create function stop_runs_with_subject(p_subject bigint) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    update job set token = token + 1, worker = null, lease_until = null
    where run_id in (
        select run.id from run where not run.finished and (run.trains_unassigned or run_part(run.id, p_subject) is not null))
$$;
comment on function stop_runs_with_subject(bigint) is 'Ends the claims on unfinished runs that a subject takes part in, because their daemons would continue with what they read before. Takes the locks of jobs, before those of pointers.';

grant select on series_salt, source_series to lacuna_manager;
grant insert on source_series to lacuna_manager;
grant execute on function lock_series(), mark_stated(integer, text), are_apart(bigint, bigint, integer, text[]), take_join_apart(bigint, bigint, boolean),
    separate_volumes(bigint, bigint[], integer[], text[], text, bigint, boolean), stop_runs_with_subject(bigint) to lacuna_manager;
