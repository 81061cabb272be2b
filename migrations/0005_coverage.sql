-- Coverage counts as appended deltas, and the triggers that keep the current state and the deltas true.
-- Dataset 0 stands for the whole catalogue.
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

create function confidence_bin(confidence real) returns smallint language sql immutable strict as
$$ select least(199, floor(confidence * 200))::smallint $$;

-- One label state gained (n = 1) or lost (n = -1); the shape in which the triggers hand differences over.
create type state_delta as (
    volume_id bigint, organ_id smallint, status label_status, origin label_origin, partial boolean, bin smallint, n integer
);

create function append_deltas(p_change bigint, p_deltas state_delta[]) returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    with scoped as (
        select d.*, s.dataset_id
        from unnest(p_deltas) d
        cross join lateral (
            select 0 as dataset_id
            union all select v.dataset_id from volume_dataset v where v.volume_id = d.volume_id
        ) s
    ), counted as (
        insert into coverage_delta
        select p_change, dataset_id, organ_id, status, origin, partial, sum(n) from scoped
        group by dataset_id, organ_id, status, origin, partial having sum(n) <> 0
    )
    insert into confidence_delta
    select p_change, dataset_id, organ_id, bin, sum(n) from scoped where bin is not null
    group by dataset_id, organ_id, bin having sum(n) <> 0;
end $$;

-- What shows at (volume, organ) where no annotation is: the visible round's pseudo label, else the shipped one.
create function lower_state(p_volume bigint, p_organ smallint, p_round bigint, out found boolean, out bin smallint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select p.round_id is not null or s.volume_id is not null, confidence_bin(p.confidence)
    from (select) one
    left join pseudo_label p on p.round_id = p_round and p.volume_id = p_volume and p.organ_id = p_organ
    left join shipped_current s on s.volume_id = p_volume and s.organ_id = p_organ
$$;

create function record_annotations() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    deltas state_delta[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from volume where id in (select volume_id from added) order by id for no key update;

    with pair as (
        select volume_id, organ_id from added group by volume_id, organ_id
    ), word as (
        select distinct on (a.volume_id, a.organ_id, a.release_id, a.rater)
            a.id, a.volume_id, a.organ_id, a.release_id, a.status, a.origin, a.extent is not null as partial
        from annotation a join pair using (volume_id, organ_id)
        order by a.volume_id, a.organ_id, a.release_id, a.rater, a.id desc
    ), best as (
        select distinct on (volume_id, organ_id) * from word where status <> 'unlabelled'
        order by volume_id, organ_id, origin, release_id desc nulls first, id desc
    ), old as (
        select c.* from annotation_current c join pair using (volume_id, organ_id)
    ), gone as (
        delete from annotation_current c using pair p
        where c.volume_id = p.volume_id and c.organ_id = p.organ_id
          and not exists (select from best b where b.volume_id = p.volume_id and b.organ_id = p.organ_id)
    ), kept as (
        insert into annotation_current (volume_id, organ_id, annotation_id, status, origin, partial)
        select volume_id, organ_id, id, status, origin, partial from best
        on conflict (volume_id, organ_id) do update
        set annotation_id = excluded.annotation_id, status = excluded.status, origin = excluded.origin, partial = excluded.partial
    ), difference as (
        select volume_id, organ_id, status, origin, partial, null::smallint as bin, 1 as n from best
        union all
        select volume_id, organ_id, status, origin, partial, null, -1 from old
        union all
        select p.volume_id, p.organ_id, 'pseudo', 'model', false, l.bin,
            (case when b.id is null then 1 else 0 end) - (case when o.annotation_id is null then 1 else 0 end)
        from pair p
        left join best b using (volume_id, organ_id)
        left join old o using (volume_id, organ_id)
        left join pseudo_pointer v on v.organ_id = p.organ_id
        cross join lateral lower_state(p.volume_id, p.organ_id, v.round_id) l
        where l.found and (b.id is null) <> (o.annotation_id is null)
    )
    select array_agg(row(volume_id, organ_id, status, origin, partial, bin, n)::state_delta) into deltas from difference;

    perform append_deltas((select max(change_id) from added), deltas);
    return null;
end $$;

create trigger annotations_are_recorded after insert on annotation
    referencing new table as added for each statement execute function record_annotations();

create function record_shipped_labels() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    deltas state_delta[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from volume where id in (select volume_id from added) order by id for no key update;

    with newest as (
        select distinct on (volume_id, organ_id) id, volume_id, organ_id, release_id from added
        order by volume_id, organ_id, release_id desc, id desc
    ), kept as (
        insert into shipped_current as c (volume_id, organ_id, shipped_label_id)
        select volume_id, organ_id, id from newest
        on conflict (volume_id, organ_id) do update set shipped_label_id = excluded.shipped_label_id
        where (select s.release_id from shipped_label s where s.id = c.shipped_label_id)
           <= (select s.release_id from newest s where s.id = excluded.shipped_label_id)
        returning c.volume_id, c.organ_id
    )
    select array_agg(row(k.volume_id, k.organ_id, 'pseudo', 'model', false, null, 1)::state_delta) into deltas
    from kept k
    left join pseudo_pointer v on v.organ_id = k.organ_id
    where not exists (select from shipped_current c where (c.volume_id, c.organ_id) = (k.volume_id, k.organ_id))
      and not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (k.volume_id, k.organ_id))
      and not exists (select from pseudo_label p
                      where p.round_id = v.round_id and (p.volume_id, p.organ_id) = (k.volume_id, k.organ_id));

    perform append_deltas((select max(change_id) from added), deltas);
    return null;
end $$;

create trigger shipped_labels_are_recorded after insert on shipped_label
    referencing new table as added for each statement execute function record_shipped_labels();

-- Moves organs of the visible pseudo labels from one round to another (null: none) and appends what that changes.
-- The caller holds the pointer lock exclusively.
create function move_pointers(p_change bigint, p_organs smallint[], p_rounds bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    deltas state_delta[];
begin
    with move as (
        select m.organ_id, p.round_id as old_round, m.round_id as new_round
        from unnest(p_organs, p_rounds) as m (organ_id, round_id)
        left join pseudo_pointer p on p.organ_id = m.organ_id
        where m.round_id is distinct from p.round_id
    ), side as (
        select l.volume_id, l.organ_id, confidence_bin(l.confidence) as bin, -1 as n
        from move m join pseudo_label l on l.round_id = m.old_round and l.organ_id = m.organ_id
        union all
        select l.volume_id, l.organ_id, confidence_bin(l.confidence), 1
        from move m join pseudo_label l on l.round_id = m.new_round and l.organ_id = m.organ_id
    ), shown as (
        select s.* from side s
        where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (s.volume_id, s.organ_id))
    ), beneath as ( -- a shipped label shows where the pseudo label goes and hides where one comes
        select s.volume_id, s.organ_id, null::smallint as bin, -sum(s.n)::integer as n
        from shown s join shipped_current c using (volume_id, organ_id)
        group by s.volume_id, s.organ_id having sum(s.n) <> 0
    ), summed as (
        select volume_id, organ_id, bin, n from shown union all select volume_id, organ_id, bin, n from beneath
    )
    select array_agg(row(volume_id, organ_id, 'pseudo', 'model', false, bin, n)::state_delta) into deltas from summed;
    perform append_deltas(p_change, deltas);

    delete from pseudo_pointer p using unnest(p_organs, p_rounds) as m (organ_id, round_id)
    where p.organ_id = m.organ_id and m.round_id is null;
    insert into pseudo_pointer select organ_id, round_id from unnest(p_organs, p_rounds) as m (organ_id, round_id)
    where round_id is not null
    on conflict (organ_id) do update set round_id = excluded.round_id;
end $$;

create function record_sources() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_change bigint := (select max(change_id) from added);
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from volume where id in (select volume_id from added) order by id for no key update;
    -- Two new volumes of one subject count it once.
    perform from subject where id in (select v.subject_id from volume v join added a on a.volume_id = v.id)
    order by id for no key update;

    with scope as (
        select distinct a.volume_id, r.dataset_id from added a join release r on r.id = a.release_id
        union
        select distinct volume_id, 0 from added
    ), fresh as (
        select s.volume_id, s.dataset_id, v.subject_id
        from scope s join volume v on v.id = s.volume_id
        where case s.dataset_id
            when 0 then not exists (select from volume_dataset d where d.volume_id = s.volume_id)
            else not exists (select from volume_dataset d where (d.volume_id, d.dataset_id) = (s.volume_id, s.dataset_id)) end
    ), kept as (
        insert into volume_dataset select volume_id, dataset_id from fresh where dataset_id <> 0
    ), subjects as (
        select f.dataset_id, count(distinct f.subject_id) as n from fresh f
        where not exists (
            select from volume o join volume_dataset d on d.volume_id = o.id
            where o.subject_id = f.subject_id and (f.dataset_id = 0 or d.dataset_id = f.dataset_id))
        group by f.dataset_id
    ), volumes as (
        insert into volume_delta
        select the_change, f.dataset_id, count(*), coalesce(max(s.n), 0)
        from fresh f left join subjects s using (dataset_id) group by f.dataset_id
    ), state as ( -- labels that the volume already has count in its new dataset too
        select f.dataset_id, a.organ_id, a.status, a.origin, a.partial, null::smallint as bin
        from fresh f join annotation_current a using (volume_id) where f.dataset_id <> 0
        union all
        select f.dataset_id, l.organ_id, 'pseudo', 'model', false, confidence_bin(max(l.confidence))
        from fresh f
        cross join lateral (
            select p.organ_id, p.confidence from pseudo_label p join pseudo_pointer v on (v.organ_id, v.round_id) = (p.organ_id, p.round_id)
            where p.volume_id = f.volume_id
            union all
            select c.organ_id, null from shipped_current c where c.volume_id = f.volume_id
        ) l
        where f.dataset_id <> 0
          and not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (f.volume_id, l.organ_id))
        group by f.dataset_id, f.volume_id, l.organ_id
    ), counted as (
        insert into coverage_delta
        select the_change, dataset_id, organ_id, status, origin, partial, count(*) from state
        group by dataset_id, organ_id, status, origin, partial
    )
    insert into confidence_delta
    select the_change, dataset_id, organ_id, bin, count(*) from state where bin is not null group by dataset_id, organ_id, bin;
    return null;
end $$;

create trigger sources_are_recorded after insert on source
    referencing new table as added for each statement execute function record_sources();

-- Sums everything committed so far into a new snapshot. Returns its revision.
create function compact_coverage() returns bigint language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    base bigint;
    upto bigint;
begin
    perform pg_advisory_xact_lock(compaction_lock());
    select max(revision) into base from coverage_snapshot;
    select coalesce(max(revision), 0) into upto from change;
    if upto <= base then
        return base;
    end if;
    insert into confidence_median select upto, m.dataset_id, m.organ_id, m.median from coverage_confidence(upto) m;
    insert into coverage_snapshot values (upto);
    insert into coverage_sum
    select upto, dataset_id, organ_id, status, origin, partial, sum(n) from (
        select dataset_id, organ_id, status, origin, partial, n from coverage_sum where revision = base
        union all
        select d.dataset_id, d.organ_id, d.status, d.origin, d.partial, d.n
        from change c join coverage_delta d on d.change_id = c.id where c.revision > base and c.revision <= upto
    ) u group by dataset_id, organ_id, status, origin, partial having sum(n) <> 0;
    insert into confidence_sum
    select upto, dataset_id, organ_id, bin, sum(n) from (
        select dataset_id, organ_id, bin, n from confidence_sum where revision = base
        union all
        select d.dataset_id, d.organ_id, d.bin, d.n
        from change c join confidence_delta d on d.change_id = c.id where c.revision > base and c.revision <= upto
    ) u group by dataset_id, organ_id, bin having sum(n) <> 0;
    insert into volume_sum
    select upto, dataset_id, sum(volumes), sum(subjects) from (
        select dataset_id, volumes, subjects from volume_sum where revision = base
        union all
        select d.dataset_id, d.volumes, d.subjects
        from change c join volume_delta d on d.change_id = c.id where c.revision > base and c.revision <= upto
    ) u group by dataset_id;
    return upto;
end $$;

create trigger history_is_append_only before update or delete or truncate on coverage_delta execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on confidence_delta execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on volume_delta execute function refuse_rewriting();

grant select on coverage_delta, confidence_delta, volume_delta, coverage_snapshot, coverage_sum, confidence_sum, confidence_median, volume_sum
    to lacuna_manager, lacuna_trainer;
grant execute on function compact_coverage() to lacuna_manager, lacuna_trainer;
