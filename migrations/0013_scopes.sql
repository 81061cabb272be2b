-- Keeps the counts of the other scopes, and of organs known only through a whole, as splits, subjects, rounds and organs change.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

-- Counts volumes, with what they have, in other parts of splits; the arrays are parallel.
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

-- Splits that are made but not counted yet: their change has no row of those whom they leave out.
create function uncounted_splits() returns integer[] language sql stable security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
    select array(
        select s.id from split s
        where not exists (
            select from volume_delta d where d.change_id = s.change_id and d.dataset_id = split_scope(s.id, null)))
$$;

-- How many volumes and subjects each part of some splits has, those whom they leave out too.
create function part_sizes(p_splits integer[]) returns setof scope_size
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with member as materialized (
        select m.split_id, m.part, count(*) as volumes, count(distinct m.subject_id) as subjects
        from split_member m join volume v on v.subject_id = m.subject_id
        where m.split_id = any (p_splits) and exists (select from volume_dataset d where d.volume_id = v.id)
        group by 1, 2
    )
    select split_scope(m.split_id, m.part), m.volumes, m.subjects from member m
    union all
    select split_scope(s.id, null), coalesce(w.volumes, 0) - m.volumes, coalesce(w.subjects, 0) - m.subjects
    from unnest(p_splits) s (id)
    cross join lateral (
        select coalesce(sum(o.volumes), 0)::bigint as volumes, coalesce(sum(o.subjects), 0)::bigint as subjects
        from member o where o.split_id = s.id) m
    left join coverage_volumes(null, 0, 0) w on true
$$;

-- What the volumes of some splits have that are not in the split's part of p_rest: counted where they are, and taken from there.
create function part_counts(p_splits integer[], p_rest integer[]) returns setof coverage_count
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
    with placed as materialized (
        select v.id as volume_id, m.split_id, split_scope(m.split_id, m.part) as scope
        from split_member m join volume v on v.subject_id = m.subject_id
        where m.split_id = any (p_splits) and split_scope(m.split_id, m.part) <> all (p_rest)
        union all
        select v.id, s.id, split_scope(s.id, null) from unnest(p_splits) s (id) cross join volume v
        where split_scope(s.id, null) <> all (p_rest)
          and not exists (select from split_member m where m.split_id = s.id and m.subject_id = v.subject_id)
    ), state as materialized (
        select p.split_id, p.scope, s.organ_id, s.status, s.origin, s.partial, s.bin, count(*) as n
        from placed p cross join lateral (select * from current_state c where c.volume_id = p.volume_id offset 0) s
        where exists (select from volume_dataset d where d.volume_id = p.volume_id)
        group by 1, 2, 3, 4, 5, 6, 7
    )
    select e.scope, s.organ_id, s.status, s.origin, s.partial, s.bin, e.n
    from state s join unnest(p_rest) r (scope) on r.scope / 5 = -s.split_id -- as split_scope
    cross join lateral (values (s.scope, s.n), (r.scope, -s.n)) e (scope, n)
$$;

-- Counts the splits of the transaction, all in one pass. The largest part of each has the counts of the whole, less what the
-- other parts have: only those are read. That is done before importers are kept out, and again where one has committed since.
create function record_split() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    splits integer[] := uncounted_splits();
    seen bigint;
    sizes scope_size[];
    rest integer[];
    counts coverage_count[];
begin
    if new.id <> all (splits) then
        return null;
    end if;
    loop
        seen := current_revision();
        if exists (
            select from split_member m where m.split_id = any (splits)
            and (select true from volume v where v.subject_id = m.subject_id limit 1) is null) then
            raise exception 'a subject of the split has no volumes: it proved to be another'
                using errcode = 'LA004', hint = 'make the split again';
        end if;
        sizes := array(select s from part_sizes(splits) s);
        rest := array(
            select distinct on (s.dataset_id / 5) s.dataset_id from unnest(sizes) s
            order by s.dataset_id / 5, s.volumes desc, s.dataset_id);
        counts := array(select c from part_counts(splits, rest) c);
        perform pg_advisory_xact_lock(pointer_lock());
        exit when current_revision() = seen;
    end loop;

    insert into volume_delta select new.change_id, s.dataset_id, s.volumes, s.subjects from unnest(sizes) s;
    insert into coverage_delta
    select new.change_id, u.scope, u.organ_id, u.status, u.origin, u.partial, sum(u.n) from (
        select r.scope, c.organ_id, c.status, c.origin, c.partial, c.n
        from unnest(rest) r (scope) cross join coverage_rows(null, 0, 0) c
        union all
        select dataset_id, organ_id, status, origin, partial, n from unnest(counts)
    ) u group by 2, 3, 4, 5, 6 having sum(u.n) <> 0;
    insert into confidence_delta
    select new.change_id, u.scope, u.organ_id, u.bin, sum(u.n) from (
        select r.scope, b.organ_id, b.bin, b.n from unnest(rest) r (scope) cross join (
            select s.organ_id, s.bin, s.n from confidence_sum s
            where s.revision = (select max(revision) from coverage_snapshot) and s.dataset_id = 0
            union all
            select d.organ_id, d.bin, d.n from change c join confidence_delta d on d.change_id = c.id and d.dataset_id = 0
            where c.revision > (select max(revision) from coverage_snapshot)) b
        union all
        select dataset_id, organ_id, bin, n from unnest(counts) where bin is not null
    ) u group by 2, 3, 4 having sum(u.n) <> 0;
    return null;
end $$;

-- Deferred until the members are there, it counts them with their split; whoever defers it writes no labels in between.
create constraint trigger splits_are_counted after insert on split deferrable initially immediate
    for each row execute function record_split();

create type part_move as (split_id integer, subject_id bigint, old_part split_part, new_part split_part);

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
    -- Nobody labels these volumes meanwhile; whoever made the split in this transaction keeps everybody out.
    perform from volume where subject_id in (
        select m.subject_id from unnest(moves) m join split s on s.id = m.split_id join change c on c.id = s.change_id
        where c.revision is not null)
    order by id for no key update;
    select array_agg(v.id), array_agg(split_scope(m.split_id, m.old_part)), array_agg(split_scope(m.split_id, m.new_part))
    into volumes, olds, news
    from unnest(moves) m cross join lateral (
        select v.id from volume v where v.subject_id = m.subject_id
          and (select true from volume_dataset d where d.volume_id = v.id limit 1) offset 0) v;
    perform move_volumes(the_change, volumes, olds, news);
    insert into volume_delta
    select the_change, s.scope, 0, sum(s.n) from (
        select split_scope(m.split_id, e.part) as scope, e.n
        from unnest(moves) m
        cross join lateral (values (m.new_part, 1), (m.old_part, -1)) e (part, n)
        where exists (select from volume v join volume_dataset d on d.volume_id = v.id where v.subject_id = m.subject_id)) s
    group by s.scope having sum(s.n) <> 0;
    return null;
end $$;

create trigger members_are_counted after insert on split_member
    referencing new table as added for each statement execute function record_split_members();
create trigger members_are_discounted after delete on split_member
    referencing old table as removed for each statement execute function record_split_members();
create trigger members_are_moved after update on split_member
    referencing old table as removed new table as added for each statement execute function record_split_members();

-- A volume that proves to be another subject's counts where that subject is.
create function record_subjects_of_volumes() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    moved bigint[];
    the_change bigint;
    volumes bigint[];
    olds integer[];
    news integer[];
begin
    moved := array(
        select a.id from added a join removed r using (id) where a.subject_id <> r.subject_id
          and exists (select from volume_dataset d where d.volume_id = a.id));
    if cardinality(moved) = 0 or not exists (select from split) then
        return null;
    end if;
    the_change := open_change('correction');
    select array_agg(a.id), array_agg(split_scope(s.id, o.part)), array_agg(split_scope(s.id, n.part)) into volumes, olds, news
    from added a join removed r using (id) cross join split s
    left join split_member o on o.split_id = s.id and o.subject_id = r.subject_id
    left join split_member n on n.split_id = s.id and n.subject_id = a.subject_id
    where a.id = any (moved);
    perform move_volumes(the_change, volumes, olds, news);
    insert into volume_delta
    select the_change, split_scope(s.id, m.part), 0, sum(e.n) from (
        select distinct r.subject_id, -1 as n from removed r where r.id = any (moved) and not exists (
            select from volume v join volume_dataset d on d.volume_id = v.id where v.subject_id = r.subject_id)
        union all
        select distinct a.subject_id, 1 from added a where a.id = any (moved) and not exists (
            select from volume v join volume_dataset d on d.volume_id = v.id
            where v.subject_id = a.subject_id and v.id <> all (moved))) e
    cross join split s left join split_member m on m.split_id = s.id and m.subject_id = e.subject_id
    group by 2 having sum(e.n) <> 0;
    return null;
end $$;

create trigger subjects_of_volumes_are_counted after update on volume
    referencing old table as removed new table as added for each statement execute function record_subjects_of_volumes();

create function record_publication() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    deltas state_delta[];
begin
    select array_agg(row(array[round_scope(new.id)], s.organ_id, 'pseudo', 'model', false, s.bin, s.n)::state_delta) into deltas
    from (select organ_id, bin, count(*) as n from round_state where round_id = new.id group by 1, 2) s;
    perform append_deltas(new.published_change_id, deltas);
    return null;
end $$;

create trigger published_rounds_are_counted after update on round for each row
    when (old.published_change_id is null and new.published_change_id is not null) execute function record_publication();

-- A whole that is annotated already gets another part.
create function record_divisions() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    parts smallint[];
begin
    parts := array(
        select distinct a.part_id from added a join coverage_rows(null, 0, 0) c on c.organ_id = a.whole_id
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
        select c.dataset_id, c.organ_id, -c.n from coverage_rows(null, -2147483648) c
        where c.status = 'unlabelled' and c.organ_id = any (parts)) d
    group by d.scope, d.organ_id having sum(d.n) <> 0;
    return null;
end $$;

create trigger divisions_are_counted after insert on organ_link
    referencing new table as added for each statement execute function record_divisions();
