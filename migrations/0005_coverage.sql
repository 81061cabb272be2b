-- Coverage counts as appended deltas, for every grouping of coverage, and the triggers that keep the current state and the
-- deltas true as labels and sources come.
--
-- What is counted is a scope, in the column dataset_id: 0 the whole catalogue, above 0 a dataset, below 0 a part of a split or
-- a round. The status unlabelled counts the volumes where an organ is unlabelled and a whole that it divides is annotated.
--
-- A session keeps the plans of its triggers, also those made while the catalogue was empty. Those that run once a case reach
-- every table that grows through a lateral or scalar subquery, so that only an index can serve, whatever the statistics said.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table coverage_delta (
    change_id bigint not null references change,
    dataset_id integer not null,
    organ_id smallint not null,
    status label_status not null,
    origin label_origin not null,
    partial boolean not null,
    n bigint not null
);
create index on coverage_delta (change_id);
comment on column coverage_delta.dataset_id is 'A scope: 0 the whole catalogue, above 0 a dataset, below 0 split_scope or round_scope.';
comment on column coverage_delta.status is 'unlabelled: the organ is unlabelled and a whole that it divides is annotated.';

-- Confidence in 200 bins of 0.005, so that a median is right to 0.01.
create table confidence_delta (
    change_id bigint not null references change,
    dataset_id integer not null,
    organ_id smallint not null,
    bin smallint not null check (bin between 0 and 199),
    n bigint not null
);
create index on confidence_delta (change_id);

create table volume_delta (
    change_id bigint not null references change,
    dataset_id integer not null,
    volumes bigint not null,
    subjects bigint not null
);
create index on volume_delta (change_id);

-- Sums of all deltas up to a revision. As-of sums the last snapshot before it and the deltas since; snapshots are never changed.
create table coverage_snapshot (
    revision bigint primary key
);
create table coverage_sum (
    revision bigint not null references coverage_snapshot,
    dataset_id integer not null,
    organ_id smallint not null,
    status label_status not null,
    origin label_origin not null,
    partial boolean not null,
    n bigint not null,
    primary key (revision, dataset_id, organ_id, status, origin, partial)
);
create table confidence_sum (
    revision bigint not null references coverage_snapshot,
    dataset_id integer not null,
    organ_id smallint not null,
    bin smallint not null,
    n bigint not null,
    primary key (revision, dataset_id, organ_id, bin)
);
-- The medians of confidence_sum, as few datasets and organs change between two snapshots. Written before their snapshot.
create table confidence_median (
    revision bigint not null references coverage_snapshot deferrable initially deferred,
    dataset_id integer not null,
    organ_id smallint not null,
    median real not null,
    primary key (revision, dataset_id, organ_id)
);
create table volume_sum (
    revision bigint not null references coverage_snapshot,
    dataset_id integer not null,
    volumes bigint not null,
    subjects bigint not null,
    primary key (revision, dataset_id)
);
insert into coverage_snapshot values (0);

-- Not declared strict, so that queries take its expression in.
create function confidence_bin(confidence real) returns smallint language sql immutable as
$$ select case when confidence < 1 then floor(confidence * 200)::smallint when confidence >= 1 then 199::smallint end $$;

-- The scope of a part of a split; without a part: of the subjects that it leaves out.
create function split_scope(p_split integer, p_part split_part) returns integer language sql immutable as
$$ select -(p_split * 5 + coalesce(array_position('{train,confidence,validation,test}'::lacuna.split_part[], p_part), 0)) $$;

create function round_scope(p_round bigint) returns integer language sql immutable as
$$ select -(1 << 30) - p_round::integer $$;

-- MARK: What is counted

create view volume_scopes as
    select v.id as volume_id, array[0]
        || array(select m.dataset_id from volume_dataset m where m.volume_id = v.id order by m.dataset_id)
        || array(
            select split_scope(s.id, (select m.part from split_member m where m.split_id = s.id and m.subject_id = v.subject_id))
            from split s order by s.id) as scopes
    from volume v;
comment on view volume_scopes is 'Every scope of a volume but rounds. A withheld volume keeps its splits; nothing of it is counted in them.';

create view current_state as
    select a.volume_id, a.organ_id, a.status, a.origin, a.partial, null::smallint as bin from annotation_current a
    union all
    select l.volume_id, l.organ_id, 'pseudo', 'model', false, confidence_bin(l.confidence)
    from pseudo_label l join pseudo_pointer v on (v.organ_id, v.round_id) = (l.organ_id, l.round_id)
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (l.volume_id, l.organ_id))
    union all
    select c.volume_id, c.organ_id, 'pseudo', 'model', false, null
    from shipped_current c
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (c.volume_id, c.organ_id))
      and not exists (
        select from pseudo_label l join pseudo_pointer v on (v.organ_id, v.round_id) = (l.organ_id, l.round_id)
        where (l.volume_id, l.organ_id) = (c.volume_id, c.organ_id))
    union all
    select u.volume_id, u.organ_id, 'unlabelled', 'expert', false, null from (
        select distinct a.volume_id, k.part_id as organ_id
        from annotation_current a join organ_link k on k.whole_id = a.organ_id and k.relation = 'division'
        where a.status = 'annotated'
          and not exists (select from annotation_current p where (p.volume_id, p.organ_id) = (a.volume_id, k.part_id))) u;
comment on view current_state is 'What shows now at every volume and organ, derived rows only; unlabelled: known through a whole.';

create view round_state as
    select l.volume_id, l.organ_id, l.round_id, confidence_bin(l.confidence) as bin
    from pseudo_label l
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (l.volume_id, l.organ_id))
      and not exists (select from withheld_volume h where h.volume_id = l.volume_id);
comment on view round_state is 'The pseudo labels of every round that no annotation hides and that are not withheld.';

-- MARK: Appending

-- Label states gained (n above 0) or lost in volumes of the same scopes; the shape in which the triggers hand differences over.
create type state_delta as (
    scopes integer[], organ_id smallint, status label_status, origin label_origin, partial boolean, bin smallint, n bigint
);

create function append_deltas(p_change bigint, p_deltas state_delta[]) returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    with scoped as (
        select s.scope, d.* from unnest(p_deltas) d cross join lateral unnest(d.scopes) s (scope)
    ), counted as (
        insert into coverage_delta
        select p_change, scope, organ_id, status, origin, partial, sum(n) from scoped
        group by scope, organ_id, status, origin, partial having sum(n) <> 0
    )
    insert into confidence_delta
    select p_change, scope, organ_id, bin, sum(n) from scoped where bin is not null
    group by scope, organ_id, bin having sum(n) <> 0;
end $$;

create function record_annotations() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off
set jit = off as $$
declare
    deltas state_delta[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from (select distinct volume_id from added order by volume_id) a
    cross join lateral (select from volume v where v.id = a.volume_id offset 0 for no key update) v;

    with place as materialized (
        select v.volume_id, s.scopes from (select distinct volume_id from added) v
        cross join lateral (select c.scopes from volume_scopes c where c.volume_id = v.volume_id offset 0) s
        where (select true from withheld_volume h where h.volume_id = v.volume_id) is null
    ), pair as materialized (
        select p.volume_id, p.organ_id, c.scopes from (select distinct volume_id, organ_id from added) p join place c using (volume_id)
    ), word as (
        select distinct on (p.volume_id, p.organ_id, a.release_id, a.rater) p.volume_id, p.organ_id, a.*
        from pair p cross join lateral (
            select w.id, w.release_id, w.rater, w.status, w.origin, w.extent is not null as partial from annotation w
            where w.volume_id = p.volume_id and w.organ_id = p.organ_id and not w.proposed offset 0) a
        order by p.volume_id, p.organ_id, a.release_id, a.rater, a.id desc
    ), policy as materialized (
        select p.kind, p.datasets from annotation_policy p order by p.id desc limit 1
    ), best as (
        select distinct on (w.volume_id, w.organ_id) w.*
        from word w left join release r on r.id = w.release_id left join policy p on true
        where w.status <> 'unlabelled' and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by w.volume_id, w.organ_id, annotation_rank(p.kind, p.datasets, r.dataset_id, w.release_id), w.origin,
            w.release_id desc nulls first, w.id desc
    ), judged as materialized ( -- what counts from now on, and what counted before
        select p.volume_id, p.organ_id, p.scopes, b.id, b.status, b.origin, b.partial,
            o.place as old_place, o.annotation_id as old_id, o.status as old_status, o.origin as old_origin, o.partial as old_partial
        from pair p
        left join best b on b.volume_id = p.volume_id and b.organ_id = p.organ_id
        left join lateral (
            select a.ctid as place, a.annotation_id, a.status, a.origin, a.partial from annotation_current a
            where a.volume_id = p.volume_id and a.organ_id = p.organ_id offset 0) o on true
    ), gone as (
        delete from annotation_current where ctid = any (array(select old_place from judged where id is null and old_id is not null))
    ), kept as (
        insert into annotation_current (volume_id, organ_id, annotation_id, status, origin, partial)
        select volume_id, organ_id, id, status, origin, partial from judged where id is not null and id is distinct from old_id
        on conflict (volume_id, organ_id) do update
        set annotation_id = excluded.annotation_id, status = excluded.status, origin = excluded.origin, partial = excluded.partial
    ), flipped as materialized (
        select volume_id, organ_id, scopes, case when id is null then 1 else -1 end as n from judged
        where (id is null) <> (old_id is null)
    ), covered as materialized ( -- pseudo labels that the annotation hides or shows
        select f.volume_id, f.organ_id, f.scopes, f.n, l.round_id, l.bin
        from flipped f cross join lateral (
            select p.round_id, confidence_bin(p.confidence) as bin from pseudo_label p
            where p.volume_id = f.volume_id and p.organ_id = f.organ_id offset 0) l
    ), visible as materialized (
        select c.* from covered c join pseudo_pointer v on v.organ_id = c.organ_id and v.round_id = c.round_id
    ), shipped as (
        select f.scopes, f.organ_id, f.n
        from flipped f left join visible v on v.volume_id = f.volume_id and v.organ_id = f.organ_id
        cross join lateral (
            select from shipped_current s where s.volume_id = f.volume_id and s.organ_id = f.organ_id offset 0) s
        where v.volume_id is null
    ), division as materialized (
        select part_id, whole_id from organ_link where relation = 'division'
    ), before as materialized ( -- parts and wholes that were known in these volumes
        select c.volume_id, c.scopes, o.organ_id, o.status
        from place c cross join lateral (
            select a.organ_id, a.status from annotation_current a where a.volume_id = c.volume_id offset 0) o
        where o.organ_id in (select part_id from division union select whole_id from division)
    ), after as materialized (
        select b.volume_id, b.scopes, b.organ_id, b.status from before b
        where not exists (select from judged j where j.volume_id = b.volume_id and j.organ_id = b.organ_id)
        union all
        select j.volume_id, j.scopes, j.organ_id, j.status from judged j
        where j.id is not null and j.organ_id in (select part_id from division union select whole_id from division)
    ), lone as ( -- parts that are known only through a whole, then and now
        select distinct w.scopes, w.volume_id, d.part_id, 1 as n from after w join division d on d.whole_id = w.organ_id
        where w.status = 'annotated'
          and not exists (select from after p where p.volume_id = w.volume_id and p.organ_id = d.part_id)
        union all
        select distinct w.scopes, w.volume_id, d.part_id, -1 from before w join division d on d.whole_id = w.organ_id
        where w.status = 'annotated'
          and not exists (select from before p where p.volume_id = w.volume_id and p.organ_id = d.part_id)
    ), difference as (
        select scopes, organ_id, status, origin, partial, null::smallint as bin, 1 as n from judged where id is not null
        union all
        select scopes, organ_id, old_status, old_origin, old_partial, null, -1 from judged where old_id is not null
        union all
        select scopes, organ_id, 'pseudo', 'model', false, bin, n from visible
        union all
        select scopes, organ_id, 'pseudo', 'model', false, null, n from shipped
        union all
        select array[round_scope(c.round_id)], c.organ_id, 'pseudo', 'model', false, c.bin, c.n
        from covered c join round r on r.id = c.round_id and r.published_change_id is not null
        union all
        select scopes, part_id, 'unlabelled', 'expert', false, null, n from lone
    ), summed as (
        select scopes, organ_id, status, origin, partial, bin, sum(n) as n from difference group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0
    )
    select array_agg(row(scopes, organ_id, status, origin, partial, bin, n)::state_delta) into deltas from summed;

    perform append_deltas((select max(change_id) from added), deltas);
    return null;
end $$;

create trigger annotations_are_recorded after insert on annotation
    referencing new table as added for each statement execute function record_annotations();

create function record_shipped_labels() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off
set jit = off as $$
declare
    deltas state_delta[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from (select distinct volume_id from added order by volume_id) a
    cross join lateral (select from volume v where v.id = a.volume_id offset 0 for no key update) v;

    with place as materialized (
        select v.volume_id, s.scopes from (select distinct volume_id from added) v
        cross join lateral (select c.scopes from volume_scopes c where c.volume_id = v.volume_id offset 0) s
        where (select true from withheld_volume h where h.volume_id = v.volume_id) is null
    ), newest as materialized (
        select distinct on (a.volume_id, a.organ_id) a.id, a.volume_id, a.organ_id, a.release_id, a.mask_id, c.scopes
        from added a join place c using (volume_id)
        order by a.volume_id, a.organ_id, a.release_id desc, a.id desc
    ), known as materialized (
        select n.*, s.id as old_id, s.release_id as old_release, s.place as old_place from newest n
        left join lateral (
            select s.id, s.release_id, c.ctid as place
            from shipped_current c cross join lateral (select * from shipped_label l where l.id = c.shipped_label_id offset 0) s
            where c.volume_id = n.volume_id and c.organ_id = n.organ_id offset 0) s on true
    ), judged as materialized ( -- beneath a label that is taken back shows that of the newest release that stands by its own
        select k.volume_id, k.organ_id, k.scopes, k.old_id, k.old_place,
            case when k.old_release > k.release_id then k.old_id when k.mask_id is not null then k.id else (
                select w.id from (
                    select distinct on (s.release_id) s.id, s.release_id, s.mask_id from shipped_label s
                    where s.volume_id = k.volume_id and s.organ_id = k.organ_id order by s.release_id desc, s.id desc) w
                where w.mask_id is not null
                  and w.release_id <> all (array(
                    select r.id from release r join withdrawn_dataset d on d.dataset_id = r.dataset_id))
                order by w.release_id desc limit 1) end as id
        from known k
    ), gone as (
        delete from shipped_current where ctid = any (array(select old_place from judged where id is null and old_id is not null))
    ), kept as (
        insert into shipped_current as c (volume_id, organ_id, shipped_label_id)
        select volume_id, organ_id, id from judged where id is not null and id is distinct from old_id
        on conflict (volume_id, organ_id) do update set shipped_label_id = excluded.shipped_label_id
    ), shown as (
        select j.scopes, j.organ_id, case when j.id is null then -1 else 1 end as n from judged j
        where (j.id is null) <> (j.old_id is null)
          and (select true from annotation_current a where a.volume_id = j.volume_id and a.organ_id = j.organ_id) is null
          and (select true from pseudo_label l
               where l.round_id = (select v.round_id from pseudo_pointer v where v.organ_id = j.organ_id)
                 and l.volume_id = j.volume_id and l.organ_id = j.organ_id) is null
    ), summed as (
        select scopes, organ_id, sum(n) as n from shown group by 1, 2 having sum(n) <> 0
    )
    select array_agg(row(scopes, organ_id, 'pseudo', 'model', false, null, n)::state_delta) into deltas from summed;

    perform append_deltas((select max(change_id) from added), deltas);
    return null;
end $$;

create trigger shipped_labels_are_recorded after insert on shipped_label
    referencing new table as added for each statement execute function record_shipped_labels();

-- Moves organs of the visible pseudo labels from one round to another (null: none) and appends what that changes.
-- The caller holds the pointer lock exclusively. Counts are summed before they are gathered: a round may have millions of labels.
create function move_pointers(p_change bigint, p_organs smallint[], p_rounds bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    deltas state_delta[];
begin
    with move as materialized (
        select m.organ_id, p.round_id as old_round, m.round_id as new_round
        from unnest(p_organs, p_rounds) as m (organ_id, round_id)
        left join pseudo_pointer p on p.organ_id = m.organ_id
        where m.round_id is distinct from p.round_id
    ), turn as (
        select old_round as round_id, organ_id, -1 as n from move where old_round is not null
        union all
        select new_round, organ_id, 1 from move where new_round is not null
    ), side as ( -- a round is read once, whatever organs of it move
        select round_id, n, array_agg(organ_id) as organs from turn group by 1, 2
    ), shown as materialized (
        select l.volume_id, l.organ_id, l.bin, r.n
        from side r
        cross join lateral (
            select s.volume_id, s.organ_id, s.bin from round_state s
            where s.round_id = r.round_id and s.organ_id = any (r.organs) offset 0) l
    ), beneath as ( -- a shipped label shows where the pseudo label goes and hides where one comes
        select s.volume_id, s.organ_id, null::smallint as bin, -s.n as n
        from (select volume_id, organ_id, sum(n) as n from shown group by 1, 2 having sum(n) <> 0) s
        where (select true from shipped_current c where c.volume_id = s.volume_id and c.organ_id = s.organ_id)
    ), changed as ( -- by volume and without a join: a round that was staged a moment ago is in no statistics
        select volume_id, array_agg(organ_id) as organs, array_agg(bin) as bins, array_agg(n) as counts from (
            select volume_id, organ_id, bin, sum(n) as n
            from (select * from shown union all select * from beneath) u group by 1, 2, 3 having sum(n) <> 0) c
        group by volume_id
    ), summed as (
        select p.scopes, u.organ_id, u.bin, sum(u.n) as n
        from changed v
        cross join lateral (select c.scopes from volume_scopes c where c.volume_id = v.volume_id offset 0) p
        cross join lateral unnest(v.organs, v.bins, v.counts) as u (organ_id, bin, n)
        group by 1, 2, 3 having sum(u.n) <> 0
    )
    select array_agg(row(scopes, organ_id, 'pseudo', 'model', false, bin, n)::state_delta) into deltas from summed;
    perform append_deltas(p_change, deltas);

    delete from pseudo_pointer p using unnest(p_organs, p_rounds) as m (organ_id, round_id)
    where p.organ_id = m.organ_id and m.round_id is null;
    insert into pseudo_pointer select organ_id, round_id from unnest(p_organs, p_rounds) as m (organ_id, round_id)
    where round_id is not null
    on conflict (organ_id) do update set round_id = excluded.round_id;
end $$;

-- A source of a removed dataset is refused. A volume that is withheld, or whose subject is removed, is restated; all others
-- are counted in their new datasets and, where they had none, in the whole and in the splits.
create function record_sources() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off
set jit = off as $$
declare
    the_change bigint := (select max(change_id) from added);
    special bigint[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    if exists (select from added a join release r on r.id = a.release_id join withdrawn_dataset d using (dataset_id)) then
        raise exception 'the dataset is removed and takes no more cases'
            using errcode = 'LA010', hint = 'lacuna dataset restore brings it back';
    end if;
    perform from (select distinct volume_id from added order by volume_id) a
    cross join lateral (select from volume v where v.id = a.volume_id offset 0 for no key update) v;
    -- Two new volumes of one subject count it once.
    perform from (
        select distinct v.subject_id from added a
        cross join lateral (select subject_id from volume where id = a.volume_id offset 0) v order by 1) a
    cross join lateral (select from subject s where s.id = a.subject_id offset 0 for no key update) s;
    if exists (select from withdrawal) then
        select array_agg(distinct a.volume_id) into special from added a
        where exists (select from withheld_volume h where h.volume_id = a.volume_id) or withdrawal_of(a.volume_id) is not null;
    end if;

    with arrived as materialized (
        select a.volume_id, v.subject_id, (select true from volume_dataset m where m.volume_id = a.volume_id limit 1) as counts
        from (select distinct volume_id from added) a
        cross join lateral (select subject_id from volume where id = a.volume_id offset 0) v
        where a.volume_id <> all (coalesce(special, '{}'))
    ), fresh as materialized (
        select distinct a.volume_id, a.subject_id, r.dataset_id
        from added n join arrived a on a.volume_id = n.volume_id join release r on r.id = n.release_id
        where (select true from volume_dataset m where m.volume_id = a.volume_id and m.dataset_id = r.dataset_id) is null
        union all
        select a.volume_id, a.subject_id, s.scope
        from arrived a cross join lateral (
            select unnest(v.scopes) as scope from volume_scopes v where v.volume_id = a.volume_id offset 0) s
        where a.counts is null and s.scope <= 0
    ), kept as (
        insert into volume_dataset select volume_id, dataset_id from fresh where dataset_id > 0
    ), subjects as materialized (
        select f.dataset_id, count(*) as n from (select distinct dataset_id, subject_id from fresh) f
        where (
            select true from volume o cross join lateral (
                select from volume_dataset m
                where m.volume_id = o.id and (f.dataset_id <= 0 or m.dataset_id = f.dataset_id) limit 1) m
            where o.subject_id = f.subject_id limit 1) is null
        group by f.dataset_id
    ), volumes as (
        insert into volume_delta
        select the_change, f.dataset_id, count(*), coalesce(max(s.n), 0)
        from fresh f left join subjects s using (dataset_id) group by f.dataset_id
    ), state as ( -- labels that the volume already has count in its new dataset too
        select f.dataset_id, s.organ_id, s.status, s.origin, s.partial, s.bin
        from fresh f cross join lateral (select * from current_state c where c.volume_id = f.volume_id offset 0) s
        where f.dataset_id > 0
    ), counted as (
        insert into coverage_delta
        select the_change, dataset_id, organ_id, status, origin, partial, count(*) from state
        group by dataset_id, organ_id, status, origin, partial
    )
    insert into confidence_delta
    select the_change, dataset_id, organ_id, bin, count(*) from state where bin is not null group by dataset_id, organ_id, bin;

    if special is not null then
        perform restate_volumes(the_change, special);
    end if;
    return null;
end $$;

create trigger sources_are_recorded after insert on source
    referencing new table as added for each statement execute function record_sources();

create trigger history_is_append_only before update or delete or truncate on coverage_delta execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on confidence_delta execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on volume_delta execute function refuse_rewriting();

grant select on coverage_delta, confidence_delta, volume_delta, coverage_snapshot, coverage_sum, confidence_sum, confidence_median, volume_sum
    to lacuna_manager, lacuna_trainer;
grant execute on function split_scope(integer, split_part), round_scope(bigint) to lacuna_manager, lacuna_trainer;
