-- Triggers that keep the counts up to date as splits, subjects, rounds and organs change.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

-- Moves volumes with their label states from old to new scopes; the arrays are parallel.
create function move_volumes(p_change bigint, p_volumes bigint[], p_old integer[], p_new integer[]) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with moved as materialized (
        select m.* from unnest(p_volumes, p_old, p_new) as m (volume_id, old_scope, new_scope) where m.old_scope <> m.new_scope
    ), state as materialized (
        select m.old_scope, m.new_scope, s.organ_id, s.status, s.origin, s.partial, s.bin, count(*) as n
        from moved m cross join lateral (select * from current_state c where c.volume_id = m.volume_id offset 0) s
        group by 1, 2, 3, 4, 5, 6, 7
    ), both_ways as materialized (
        select new_scope as scope, organ_id, status, origin, partial, bin, n from state
        union all
        select old_scope, organ_id, status, origin, partial, bin, -n from state
    ), counted as (
        insert into coverage_delta
        select p_change, scope, organ_id, status, origin, partial, sum(n) from both_ways
        group by scope, organ_id, status, origin, partial having sum(n) <> 0
    ), sized as (
        insert into volume_delta
        select p_change, scope, sum(n), 0 from (
            select new_scope as scope, count(*) as n from moved group by 1
            union all
            select old_scope, -count(*) from moved group by 1) s
        group by scope having sum(n) <> 0
    )
    insert into confidence_delta
    select p_change, scope, organ_id, bin, sum(n) from both_ways where bin is not null
    group by scope, organ_id, bin having sum(n) <> 0
$$;

-- Splits that are not counted yet: their change has no row for the subjects that they leave out.
create function uncounted_splits() returns integer[] language sql stable security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
    select array(
        select s.id from split s
        where not exists (
            select from volume_delta d join coverage_scope k on k.id = d.scope_id
            where d.change_id = s.change_id and k.split_id = s.id and k.part is null))
$$;

-- The number of volumes and subjects in each part of some splits, the subjects that they leave out included.
create function part_sizes(p_splits integer[]) returns setof scope_size
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with member as materialized (
        select m.split_id, m.part, count(*) as volumes, count(distinct m.subject_id) as subjects
        from split_member m join volume v on v.subject_id = m.subject_id
        where m.split_id = any (p_splits) and exists (select from volume_dataset d where d.volume_id = v.id)
        group by 1, 2
    )
    select k.id, m.volumes, m.subjects
    from member m join coverage_scope k on k.split_id = m.split_id and k.part = m.part
    union all
    select k.id, coalesce(w.volumes, 0) - m.volumes, coalesce(w.subjects, 0) - m.subjects
    from unnest(p_splits) s (id)
    join coverage_scope k on k.split_id = s.id and k.part is null
    cross join lateral (
        select coalesce(sum(o.volumes), 0)::bigint as volumes, coalesce(sum(o.subjects), 0)::bigint as subjects
        from member o where o.split_id = s.id) m
    left join coverage_volumes(null, '{catalogue}') w on true
$$;

-- The counts of the volumes of some splits that are not in one of the parts p_rest, one for each split: added to their part, and
-- subtracted from that in p_rest.
create function part_counts(p_splits integer[], p_rest integer[]) returns setof coverage_count
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with placed as materialized (
        select v.id as volume_id, m.split_id, k.id as scope
        from split_member m join coverage_scope k on k.split_id = m.split_id and k.part = m.part
        join volume v on v.subject_id = m.subject_id
        where m.split_id = any (p_splits) and k.id <> all (p_rest)
        union all
        select v.id, s.id, k.id
        from unnest(p_splits) s (id) join coverage_scope k on k.split_id = s.id and k.part is null cross join volume v
        where k.id <> all (p_rest)
          and not exists (select from split_member m where m.split_id = s.id and m.subject_id = v.subject_id)
    ), state as materialized (
        select p.split_id, p.scope, s.organ_id, s.status, s.origin, s.partial, s.bin, count(*) as n
        from placed p cross join lateral (select * from current_state c where c.volume_id = p.volume_id offset 0) s
        where exists (select from volume_dataset d where d.volume_id = p.volume_id)
        group by 1, 2, 3, 4, 5, 6, 7
    )
    select e.scope, s.organ_id, s.status, s.origin, s.partial, s.bin, e.n
    from state s join coverage_scope r on r.split_id = s.split_id and r.id = any (p_rest)
    cross join lateral (values (s.scope, s.n), (r.id, -s.n)) e (scope, n)
$$;

-- The surplus of the subjects of some splits that are not in one of the parts p_rest, added and subtracted as by part_counts.
create function part_surplus(p_splits integer[], p_rest integer[]) returns setof organ_surplus
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with several as materialized (
        select subject_id from volume group by 1 having count(*) > 1
    ), placed as materialized (
        select m.split_id, m.subject_id, k.id as scope
        from several u join split_member m on m.subject_id = u.subject_id
        join coverage_scope k on k.split_id = m.split_id and k.part = m.part
        where m.split_id = any (p_splits) and k.id <> all (p_rest)
        union all
        select s.id, u.subject_id, k.id
        from unnest(p_splits) s (id) join coverage_scope k on k.split_id = s.id and k.part is null cross join several u
        where k.id <> all (p_rest)
          and not exists (select from split_member m where m.split_id = s.id and m.subject_id = u.subject_id)
    ), surplus as materialized (
        select p.split_id, p.scope, p.subject_id, a.organ_id, count(*) - 1 as n
        from placed p join volume v on v.subject_id = p.subject_id
        cross join lateral (select c.organ_id from annotation_current c where c.volume_id = v.id offset 0) a
        where exists (select from volume_dataset d where d.volume_id = v.id)
        group by 1, 2, 3, 4 having count(*) > 1
    )
    select e.scope, s.organ_id, sum(e.n)::bigint
    from surplus s join coverage_scope r on r.split_id = s.split_id and r.id = any (p_rest)
    cross join lateral (values (s.scope, s.n), (r.id, -s.n)) e (scope, n)
    group by 1, 2
$$;

-- Counts the splits of the transaction in one pass. The largest part of each gets the counts of the catalogue less those of the
-- other parts, so that only the volumes of those are read. This is done before importers are locked out, and again where one has
-- committed meanwhile.
create function record_split() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    splits integer[] := uncounted_splits();
    seen bigint;
    sizes scope_size[];
    rest integer[];
    counts coverage_count[];
    surplus organ_surplus[];
begin
    if new.id <> all (splits) then
        return null;
    end if;
    loop
        seen := current_revision();
        if exists (
            select from split_member m where m.split_id = any (splits)
            and (select true from volume v where v.subject_id = m.subject_id limit 1) is null) then
            raise exception 'a subject of the split has no volumes: it was merged into another subject'
                using errcode = 'LA004', hint = 'create the split again';
        end if;
        sizes := array(select s from part_sizes(splits) s);
        rest := array(
            select distinct on (k.split_id) k.id from unnest(sizes) s join coverage_scope k on k.id = s.scope_id
            order by k.split_id, s.volumes desc, k.id desc);
        counts := array(select c from part_counts(splits, rest) c);
        surplus := array(select s from part_surplus(splits, rest) s);
        perform pg_advisory_xact_lock(pointer_lock());
        exit when current_revision() = seen;
    end loop;

    insert into volume_delta select new.change_id, s.scope_id, s.volumes, s.subjects from unnest(sizes) s;
    insert into coverage_delta
    select new.change_id, u.scope, u.organ_id, u.status, u.origin, u.partial, sum(u.n) from (
        select r.scope, c.organ_id, c.status, c.origin, c.partial, c.n
        from unnest(rest) r (scope) cross join coverage_rows(null, '{catalogue}') c
        union all
        select scope_id, organ_id, status, origin, partial, n from unnest(counts)
    ) u group by 2, 3, 4, 5, 6 having sum(u.n) <> 0;
    insert into confidence_delta
    select new.change_id, u.scope, u.organ_id, u.bin, sum(u.n) from (
        select r.scope, b.organ_id, b.bin, b.n from unnest(rest) r (scope) cross join (
            select s.organ_id, s.bin, s.n from confidence_sum s
            where s.revision = (select max(revision) from coverage_snapshot) and s.scope_id = catalogue_scope()
            union all
            select d.organ_id, d.bin, d.n from change c join confidence_delta d on d.change_id = c.id and d.scope_id = catalogue_scope()
            where c.revision > (select max(revision) from coverage_snapshot)) b
        union all
        select scope_id, organ_id, bin, n from unnest(counts) where bin is not null
    ) u group by 2, 3, 4 having sum(u.n) <> 0;
    insert into surplus_delta
    select new.change_id, u.scope, u.organ_id, sum(u.n) from (
        select r.scope, c.organ_id, c.n from unnest(rest) r (scope) cross join coverage_surplus(null, '{catalogue}') c
        union all
        select scope_id, organ_id, n from unnest(surplus)
    ) u group by 2, 3 having sum(u.n) <> 0;
    return null;
end $$;

-- Deferred until the members are recorded, it counts them with their split. A transaction that defers it must not record labels
-- in between.
create constraint trigger splits_are_counted after insert on split deferrable initially immediate
    for each row execute function record_split();

create type part_move as (split_id integer, subject_id bigint, old_part split_part, new_part split_part);
comment on type part_move is 'The change of a subject''s part in a split; null: the subject is in no part.';

create function record_split_members() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    the_change bigint;
    uncounted integer[] := uncounted_splits(); -- record_split counts their members
    moves part_move[];
    volumes bigint[];
    olds integer[];
    news integer[];
begin
    case tg_op
    when 'INSERT' then
        moves := array(select row(a.split_id, a.subject_id, null, a.part)::part_move from added a where a.split_id <> all (uncounted));
    when 'DELETE' then
        moves := array(
            select row(r.split_id, r.subject_id, r.part, null)::part_move from removed r where r.split_id <> all (uncounted));
    else
        moves := array(
            select row(a.split_id, a.subject_id, r.part, a.part)::part_move from removed r join added a using (split_id, subject_id)
            where a.part <> r.part and a.split_id <> all (uncounted));
    end case;
    if cardinality(moves) = 0 then
        return null;
    end if;
    the_change := open_change('split');
    perform pg_advisory_xact_lock_shared(pointer_lock());
    -- No labels of these volumes are recorded meanwhile; a transaction that created the split has locked out all importers.
    perform from volume where subject_id in (
        select m.subject_id from unnest(moves) m join split s on s.id = m.split_id join change c on c.id = s.change_id
        where c.revision is not null)
    order by id for no key update;
    select array_agg(v.id), array_agg(o.id), array_agg(k.id)
    into volumes, olds, news
    from unnest(moves) m
    join coverage_scope o on o.split_id = m.split_id and (o.part = m.old_part or (o.part is null and m.old_part is null))
    join coverage_scope k on k.split_id = m.split_id and (k.part = m.new_part or (k.part is null and m.new_part is null))
    cross join lateral (
        select v.id from volume v where v.subject_id = m.subject_id
          and (select true from volume_dataset d where d.volume_id = v.id limit 1) offset 0) v;
    perform move_volumes(the_change, volumes, olds, news);
    insert into volume_delta
    select the_change, s.scope, 0, sum(s.n) from (
        select k.id as scope, e.n
        from unnest(moves) m
        cross join lateral (values (m.new_part, 1), (m.old_part, -1)) e (part, n)
        join coverage_scope k on k.split_id = m.split_id and (k.part = e.part or (k.part is null and e.part is null))
        where exists (select from volume v join volume_dataset d on d.volume_id = v.id where v.subject_id = m.subject_id)) s
    group by s.scope having sum(s.n) <> 0;
    insert into surplus_delta
    select the_change, k.id, u.organ_id, sum(e.n * u.n)
    from unnest(moves) m
    cross join lateral (
        select a.organ_id, count(*) - 1 as n from volume v
        cross join lateral (select c.organ_id from annotation_current c where c.volume_id = v.id offset 0) a
        where v.subject_id = m.subject_id and (select true from volume_dataset d where d.volume_id = v.id limit 1)
        group by 1 having count(*) > 1 offset 0) u
    cross join lateral (values (m.new_part, 1), (m.old_part, -1)) e (part, n)
    join coverage_scope k on k.split_id = m.split_id and (k.part = e.part or (k.part is null and e.part is null))
    where (select count(*) from (select from volume o where o.subject_id = m.subject_id limit 2) o) > 1
    group by 2, 3 having sum(e.n * u.n) <> 0;
    return null;
end $$;

create trigger members_are_counted after insert on split_member
    referencing new table as added for each statement execute function record_split_members();
create trigger members_are_discounted after delete on split_member
    referencing old table as removed for each statement execute function record_split_members();
create trigger members_are_moved after update on split_member
    referencing old table as removed new table as added for each statement execute function record_split_members();

-- Moves the counts of volumes whose subject is merged into another to the parts of that subject.
create function record_subjects_of_volumes() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    moved bigint[];
    the_change bigint;
    volumes bigint[];
    olds integer[];
    news integer[];
    kin bigint[];
    owners bigint[];
begin
    moved := array(
        select a.id from added a join removed r using (id) where a.subject_id <> r.subject_id
          and exists (select from volume_dataset d where d.volume_id = a.id));
    if cardinality(moved) = 0 then
        return null;
    end if;
    the_change := open_change('correction');
    select array_agg(v.id), array_agg(coalesce(r.subject_id, v.subject_id)) into kin, owners
    from volume v left join removed r on r.id = v.id
    where v.subject_id in (select subject_id from added where id = any (moved) union select subject_id from removed where id = any (moved));
    perform append_surplus(the_change, kin, array(select s from surplus_of(kin, owners) s));
    if not exists (select from split) then
        return null;
    end if;
    select array_agg(a.id), array_agg(old_scope.id), array_agg(new_scope.id) into volumes, olds, news
    from added a join removed r using (id) cross join split s
    left join split_member o on o.split_id = s.id and o.subject_id = r.subject_id
    left join split_member n on n.split_id = s.id and n.subject_id = a.subject_id
    join coverage_scope old_scope
        on old_scope.split_id = s.id and (old_scope.part = o.part or (old_scope.part is null and o.part is null))
    join coverage_scope new_scope
        on new_scope.split_id = s.id and (new_scope.part = n.part or (new_scope.part is null and n.part is null))
    where a.id = any (moved);
    perform move_volumes(the_change, volumes, olds, news);
    insert into volume_delta
    select the_change, k.id, 0, sum(e.n) from (
        select distinct r.subject_id, -1 as n from removed r where r.id = any (moved) and not exists (
            select from volume v join volume_dataset d on d.volume_id = v.id where v.subject_id = r.subject_id)
        union all
        select distinct a.subject_id, 1 from added a where a.id = any (moved) and not exists (
            select from volume v join volume_dataset d on d.volume_id = v.id
            where v.subject_id = a.subject_id and v.id <> all (moved))) e
    cross join split s left join split_member m on m.split_id = s.id and m.subject_id = e.subject_id
    join coverage_scope k on k.split_id = s.id and (k.part = m.part or (k.part is null and m.part is null))
    group by k.id having sum(e.n) <> 0;
    return null;
end $$;

create trigger subjects_of_volumes_are_counted after update on volume
    referencing old table as removed new table as added for each statement execute function record_subjects_of_volumes();

create function record_publication() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    deltas state_delta[];
begin
    select array_agg(row(array[(select k.id from coverage_scope k where k.round_id = new.id)], s.organ_id, 'pseudo', 'model', false, s.bin, s.n)::state_delta) into deltas
    from (select organ_id, bin, count(*) as n from unhidden_pseudo_label where round_id = new.id group by 1, 2) s;
    perform append_deltas(new.published_change_id, deltas);
    return null;
end $$;

create trigger published_rounds_are_counted after update on round for each row
    when (old.published_change_id is null and new.published_change_id is not null) execute function record_publication();

-- Counts a new part of an organ that is annotated already.
create function record_divisions() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    parts smallint[];
begin
    parts := array(
        select distinct a.part_id from added a join coverage_rows(null, '{catalogue}') c on c.organ_id = a.whole_id
        where a.relation = 'division' and c.status = 'annotated');
    if cardinality(parts) = 0 then
        return null;
    end if;
    perform pg_advisory_xact_lock(pointer_lock());
    insert into coverage_delta
    select open_change('ontology'), d.scope, d.organ_id, 'unlabelled', 'expert', false, sum(d.n) from (
        select v.scope, s.organ_id, count(*) as n
        from (select volume_id, organ_id from current_state where status = 'unlabelled' and organ_id = any (parts) offset 0) s
        cross join lateral (select unnest(c.scopes) as scope from volume_scopes c where c.volume_id = s.volume_id offset 0) v
        where exists (select from volume_dataset m where m.volume_id = s.volume_id) group by 1, 2
        union all
        select c.scope_id, c.organ_id, -c.n from coverage_rows(null, enum_range(null::coverage_scope_kind)) c
        where c.status = 'unlabelled' and c.organ_id = any (parts)) d
    group by d.scope, d.organ_id having sum(d.n) <> 0;
    return null;
end $$;

create trigger divisions_are_counted after insert on organ_link
    referencing new table as added for each statement execute function record_divisions();
