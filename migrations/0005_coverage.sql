-- Coverage: counts as appended deltas, for every grouping of coverage, and the triggers that keep the derived rows and the
-- deltas up to date as labels and sources are recorded.
--
-- A session keeps the plans of its triggers, also those made while the catalogue was empty. Triggers that run once a case reach
-- every table that grows through a lateral or scalar subquery, so that only an index can serve, whatever the statistics were.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

-- MARK: Scopes

create type coverage_scope_kind as enum ('catalogue', 'dataset', 'split', 'round');
comment on type coverage_scope_kind is 'What a coverage scope is: the whole catalogue, a dataset, a part of a split, or a round.';

create table coverage_scope (
    id integer generated always as identity primary key,
    kind coverage_scope_kind not null,
    dataset_id integer unique references dataset,
    split_id integer references split,
    part split_part,
    round_id bigint unique references round,
    constraint scope_has_the_columns_of_its_kind check (
        (kind = 'dataset') = (dataset_id is not null) and (kind = 'split') = (split_id is not null)
        and (kind = 'round') = (round_id is not null) and (kind = 'split' or part is null))
);
create unique index one_scope_for_each_part on coverage_scope (split_id, part) nulls not distinct where kind = 'split';
create unique index one_scope_for_the_catalogue on coverage_scope (kind) where kind = 'catalogue';
comment on table coverage_scope is 'The sets of volumes that coverage is counted in. Triggers add a scope with each dataset, split and round.';
comment on column coverage_scope.part is 'The part of the split; null: the subjects that the split leaves out.';
insert into coverage_scope (kind) values ('catalogue');

create function add_dataset_scopes() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    insert into coverage_scope (kind, dataset_id) select 'dataset', id from added order by id;
    return null;
end $$;

create trigger datasets_have_scopes after insert on dataset
    referencing new table as added for each statement execute function add_dataset_scopes();

-- For each row, and by its name before the trigger that counts the split.
create function add_split_scopes() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    insert into coverage_scope (kind, split_id, part)
    select 'split', new.id, p.part from unnest(enum_range(null::split_part) || null::split_part) p (part);
    return null;
end $$;

create trigger a_split_has_scopes after insert on split for each row execute function add_split_scopes();

create function add_round_scopes() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    insert into coverage_scope (kind, round_id) select 'round', id from added order by id;
    return null;
end $$;

create trigger rounds_have_scopes after insert on round
    referencing new table as added for each statement execute function add_round_scopes();

create trigger history_is_append_only before update or delete or truncate on coverage_scope execute function refuse_rewriting();

create function scopes_of(p_kinds coverage_scope_kind[]) returns integer[]
language sql stable set search_path = pg_catalog, lacuna, pg_temp as $$
    select array(select id from coverage_scope where kind = any (p_kinds) order by id)
$$;
comment on function scopes_of(coverage_scope_kind[]) is 'The scopes of some kinds.';

create function catalogue_scope() returns integer
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select id from coverage_scope where kind = 'catalogue'
$$;

-- Without settings, so that queries take its expression in.
create function confidence_bin(confidence real) returns smallint language sql immutable as
$$ select case when confidence < 1 then floor(confidence * 200)::smallint when confidence >= 1 then 199::smallint end $$;

-- MARK: Counts

create table coverage_delta (
    change_id bigint not null references change,
    scope_id integer not null,
    organ_id smallint not null,
    status label_status not null,
    origin label_origin not null,
    partial boolean not null,
    n bigint not null
);
create index on coverage_delta (change_id);
comment on table coverage_delta is 'What a change added to the number of label states of each kind in a scope. Only triggers write it, with scopes from coverage_scope; for the speed of imports it has no foreign key to it.';
comment on column coverage_delta.status is 'unlabelled: the organ is unlabelled and a whole that it divides is annotated.';

create table confidence_delta (
    change_id bigint not null references change,
    scope_id integer not null,
    organ_id smallint not null,
    bin smallint not null check (bin between 0 and 199),
    n bigint not null
);
create index on confidence_delta (change_id);
comment on table confidence_delta is 'What a change added to the number of pseudo labels of each confidence in a scope, in 200 bins of 0.005, so that a median is correct to 0.01.';

create table volume_delta (
    change_id bigint not null references change,
    scope_id integer not null,
    volumes bigint not null,
    subjects bigint not null
);
create index on volume_delta (change_id);
comment on table volume_delta is 'What a change added to the number of volumes and of subjects in a scope.';

create table surplus_delta (
    change_id bigint not null references change,
    scope_id integer not null,
    organ_id smallint not null,
    n bigint not null
);
create index on surplus_delta (change_id);
comment on table surplus_delta is 'What a change added to the surplus of a scope: the volumes with an organ annotated or absent beyond the first of each subject. The volumes less the surplus are the subjects with the organ known; few subjects have several volumes.';

create table coverage_snapshot (
    revision bigint primary key
);
comment on table coverage_snapshot is 'Revisions up to which all deltas are summed. Counts as of a revision are the last snapshot before it and the deltas since. Snapshots are never changed.';

create table coverage_sum (
    revision bigint not null references coverage_snapshot,
    scope_id integer not null,
    organ_id smallint not null,
    status label_status not null,
    origin label_origin not null,
    partial boolean not null,
    n bigint not null,
    primary key (revision, scope_id, organ_id, status, origin, partial)
);
comment on table coverage_sum is 'The sums of coverage_delta up to a snapshot.';

create table confidence_sum (
    revision bigint not null references coverage_snapshot,
    scope_id integer not null,
    organ_id smallint not null,
    bin smallint not null,
    n bigint not null,
    primary key (revision, scope_id, organ_id, bin)
);
comment on table confidence_sum is 'The sums of confidence_delta up to a snapshot.';

create table confidence_median (
    revision bigint not null references coverage_snapshot deferrable initially deferred,
    scope_id integer not null,
    organ_id smallint not null,
    median real not null,
    primary key (revision, scope_id, organ_id)
);
comment on table confidence_median is 'The medians of confidence_sum, because few scopes and organs change between two snapshots. Written before their snapshot.';

create table volume_sum (
    revision bigint not null references coverage_snapshot,
    scope_id integer not null,
    volumes bigint not null,
    subjects bigint not null,
    primary key (revision, scope_id)
);
comment on table volume_sum is 'The sums of volume_delta up to a snapshot.';

create table surplus_sum (
    revision bigint not null references coverage_snapshot,
    scope_id integer not null,
    organ_id smallint not null,
    n bigint not null,
    primary key (revision, scope_id, organ_id)
);
comment on table surplus_sum is 'The sums of surplus_delta up to a snapshot.';
insert into coverage_snapshot values (0);

-- MARK: What is counted

create view volume_scopes as
    select v.id as volume_id, array(
        select c.id from coverage_scope c where c.kind = 'catalogue'
        union all
        select (select c.id from coverage_scope c where c.dataset_id = m.dataset_id) from volume_dataset m where m.volume_id = v.id
        union all
        select (
            select c.id from coverage_scope c
            where c.kind = 'split' and c.split_id = s.id and (c.part = p.part or (c.part is null and p.part is null)))
        from split s cross join lateral (
            select (select m.part from split_member m where m.split_id = s.id and m.subject_id = v.subject_id) as part offset 0) p
        order by 1) as scopes
    from volume v;
comment on view volume_scopes is 'The scopes of each volume, in rising order, without rounds. A withheld volume keeps its splits; nothing of it is counted in them.';

-- The order of labels: an annotation hides a pseudo label, and both hide a shipped label. label_states applies the same order to
-- history; the triggers and move_pointers below apply it to the changes that they count.
create view current_label as
    select a.volume_id, a.organ_id, a.status, a.origin, a.partial, null::real as confidence,
        a.annotation_id, null::bigint as round_id, null::bigint as shipped_label_id
    from annotation_current a
    union all
    select l.volume_id, l.organ_id, 'pseudo', 'model', false, l.confidence, null, l.round_id, null
    from pseudo_label l join pseudo_pointer v on (v.organ_id, v.round_id) = (l.organ_id, l.round_id)
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (l.volume_id, l.organ_id))
      and not exists (select from withheld_volume h where h.volume_id = l.volume_id)
      and not exists (select from rejected_mask j where j.mask_id = l.mask_id)
    union all
    select c.volume_id, c.organ_id, 'pseudo', 'model', false, null, null, null, c.shipped_label_id
    from shipped_current c
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (c.volume_id, c.organ_id))
      and not exists (
        select from pseudo_label l join pseudo_pointer v on (v.organ_id, v.round_id) = (l.organ_id, l.round_id)
        where (l.volume_id, l.organ_id) = (c.volume_id, c.organ_id)
          and not exists (select from rejected_mask j where j.mask_id = l.mask_id));
comment on view current_label is 'The current label of each organ in each volume: the annotation, else the visible pseudo label, else the shipped label. An organ without a row is unlabelled.';
comment on column current_label.annotation_id is 'Null unless an annotation is current.';
comment on column current_label.round_id is 'The round of the pseudo label; null unless one is current.';
comment on column current_label.shipped_label_id is 'Null unless a shipped label is current.';

create view current_mask as
    select c.volume_id, c.organ_id, coalesce(a.mask_id, l.mask_id, s.mask_id) as mask_id
    from current_label c
    left join annotation a on a.id = c.annotation_id
    left join pseudo_label l on (l.round_id, l.volume_id, l.organ_id) = (c.round_id, c.volume_id, c.organ_id)
    left join shipped_label s on s.id = c.shipped_label_id
    where c.status <> 'absent';
comment on view current_mask is 'The mask of every current label that has one.';

create view current_state as
    select c.volume_id, c.organ_id, c.status, c.origin, c.partial, confidence_bin(c.confidence) as bin from current_label c
    union all
    select u.volume_id, u.organ_id, 'unlabelled', 'expert', false, null from (
        select distinct a.volume_id, k.part_id as organ_id
        from annotation_current a join organ_link k on k.whole_id = a.organ_id and k.relation = 'division'
        where a.status = 'annotated'
          and not exists (select from annotation_current p where (p.volume_id, p.organ_id) = (a.volume_id, k.part_id))) u;
comment on view current_state is 'The label states that coverage counts: the current labels, and unlabelled organs of which a whole is annotated.';

create view unhidden_pseudo_label as
    select l.volume_id, l.organ_id, l.round_id, confidence_bin(l.confidence) as bin
    from pseudo_label l
    where not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (l.volume_id, l.organ_id))
      and not exists (select from withheld_volume h where h.volume_id = l.volume_id)
      and not exists (select from rejected_mask j where j.mask_id = l.mask_id);
comment on view unhidden_pseudo_label is 'The pseudo labels of every round, published or not, where no annotation is current and the volume is not withheld, without rejected masks.';

-- MARK: Appending

create type state_delta as (
    scopes integer[], organ_id smallint, status label_status, origin label_origin, partial boolean, bin smallint, n bigint
);
comment on type state_delta is 'Label states gained (n above 0) or lost in volumes of the same scopes.';

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

create type organ_surplus as (scope_id integer, organ_id smallint, n bigint);
comment on type organ_surplus is 'The volumes with an organ known, beyond the first of each subject in a scope.';

-- The volumes of the subjects of some volumes that have several.
create function volumes_of_kin(p_volumes bigint[]) returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    return array(
        select k.id from (
            select distinct (select v.subject_id from volume v where v.id = p.id) as subject_id from unnest(p_volumes) p (id)) s
        cross join lateral (select v.id, count(*) over () as n from volume v where v.subject_id = s.subject_id offset 0) k
        where k.n > 1);
end $$;

-- The surplus of some subjects in every scope, from all of their volumes. p_subjects is parallel, where the volumes belonged to other
-- subjects before.
create function surplus_of(p_volumes bigint[], p_subjects bigint[] default null) returns setof organ_surplus
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if coalesce(cardinality(p_volumes), 0) < 2 then
        return;
    end if;
    return query
    with known as materialized (
        select k.volume_id, coalesce(k.subject_id, (select v.subject_id from volume v where v.id = k.volume_id)) as subject_id, a.organ_id
        from unnest(p_volumes, p_subjects) as k (volume_id, subject_id)
        cross join lateral (select c.organ_id from annotation_current c where c.volume_id = k.volume_id offset 0) a
        where (select true from volume_dataset d where d.volume_id = k.volume_id limit 1)
    ), whole as materialized (
        select subject_id, organ_id, count(*) - 1 as n from known group by 1, 2 having count(*) > 1
    ), own as (
        select d.dataset_id, k.subject_id, k.organ_id, count(*) - 1 as n
        from known k
        cross join lateral (select m.dataset_id from volume_dataset m where m.volume_id = k.volume_id offset 0) d
        group by 1, 2, 3 having count(*) > 1
    )
    select catalogue_scope(), w.organ_id, sum(w.n)::bigint from whole w group by 2
    union all
    select c.id, o.organ_id, sum(o.n)::bigint from own o join coverage_scope c on c.dataset_id = o.dataset_id group by 1, 2
    union all
    select c.id, w.organ_id, sum(w.n)::bigint
    from whole w cross join split s
    cross join lateral (
        select (select m.part from split_member m where m.split_id = s.id and m.subject_id = w.subject_id) as part offset 0) p
    join coverage_scope c on c.split_id = s.id and (c.part = p.part or (c.part is null and p.part is null))
    group by 1, 2;
end $$;

-- Appends the change of the surplus of volumes since p_before was read.
create function append_surplus(p_change bigint, p_volumes bigint[], p_before organ_surplus[]) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if coalesce(cardinality(p_volumes), 0) < 2 then
        return;
    end if;
    insert into surplus_delta
    select p_change, d.scope_id, d.organ_id, sum(d.n) from (
        select * from surplus_of(p_volumes)
        union all
        select b.scope_id, b.organ_id, -b.n from unnest(p_before) b
    ) d group by 2, 3 having sum(d.n) <> 0;
end $$;

create function record_annotations() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off
set jit = off as $$
declare
    deltas state_delta[];
    kin bigint[];
    surplus organ_surplus[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from (select distinct volume_id from added order by volume_id) a
    cross join lateral (select from volume v where v.id = a.volume_id offset 0 for no key update) v;
    -- Two volumes of one subject count an organ once.
    perform from (
        select distinct v.subject_id from added a
        cross join lateral (select subject_id from volume where id = a.volume_id offset 0) v order by 1) a
    cross join lateral (select from subject s where s.id = a.subject_id offset 0 for no key update) s;
    kin := volumes_of_kin(array(select distinct volume_id from added));
    surplus := array(select s from surplus_of(kin) s);

    with place as materialized (
        select v.volume_id, s.scopes from (select distinct volume_id from added) v
        cross join lateral (select c.scopes from volume_scopes c where c.volume_id = v.volume_id offset 0) s
        where (select true from withheld_volume h where h.volume_id = v.volume_id) is null
    ), pair as materialized (
        select p.volume_id, p.organ_id, c.scopes from (select distinct volume_id, organ_id from added) p join place c using (volume_id)
    ), latest as (
        select distinct on (p.volume_id, p.organ_id, a.release_id, a.rater, a.partitioned) p.volume_id, p.organ_id, a.*
        from pair p cross join lateral (
            select w.id, w.release_id, w.ranked_release, w.rater, w.partitioned, w.status, w.origin, w.extent is not null as partial from annotation w
            where w.volume_id = p.volume_id and w.organ_id = p.organ_id and not w.proposed offset 0) a
        order by p.volume_id, p.organ_id, a.release_id, a.rater, a.partitioned, a.id desc
    ), policy as materialized (
        select p.kind, p.datasets from annotation_policy p order by p.id desc limit 1
    ), best as (
        select distinct on (w.volume_id, w.organ_id) w.*
        from latest w left join release r on r.id = w.release_id left join policy p on true
        where w.status <> 'unlabelled' and not exists (select from withdrawn_dataset d where d.dataset_id = r.dataset_id)
        order by w.volume_id, w.organ_id, annotation_rank(p.kind, p.datasets, r.dataset_id, w.ranked_release) nulls first, w.origin,
            w.ranked_release desc nulls first, w.id desc
    ), chosen as materialized ( -- the current annotation, and the one before
        select p.volume_id, p.organ_id, p.scopes, b.id, b.status, b.origin, b.partial,
            o.place as old_place, o.annotation_id as old_id, o.status as old_status, o.origin as old_origin, o.partial as old_partial
        from pair p
        left join best b on b.volume_id = p.volume_id and b.organ_id = p.organ_id
        left join lateral (
            select a.ctid as place, a.annotation_id, a.status, a.origin, a.partial from annotation_current a
            where a.volume_id = p.volume_id and a.organ_id = p.organ_id offset 0) o on true
    ), gone as (
        delete from annotation_current where ctid = any (array(select old_place from chosen where id is null and old_id is not null))
    ), kept as (
        insert into annotation_current (volume_id, organ_id, annotation_id, status, origin, partial)
        select volume_id, organ_id, id, status, origin, partial from chosen where id is not null and id is distinct from old_id
        on conflict (volume_id, organ_id) do update
        set annotation_id = excluded.annotation_id, status = excluded.status, origin = excluded.origin, partial = excluded.partial
    ), flipped as materialized (
        select volume_id, organ_id, scopes, case when id is null then 1 else -1 end as n from chosen
        where (id is null) <> (old_id is null)
    ), covered as materialized ( -- pseudo labels that the annotation hides or shows
        select f.volume_id, f.organ_id, f.scopes, f.n, l.round_id, l.bin
        from flipped f cross join lateral (
            select p.round_id, confidence_bin(p.confidence) as bin from pseudo_label p
            where p.volume_id = f.volume_id and p.organ_id = f.organ_id
              and (select true from rejected_mask j where j.mask_id = p.mask_id) is null offset 0) l
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
        where not exists (select from chosen j where j.volume_id = b.volume_id and j.organ_id = b.organ_id)
        union all
        select j.volume_id, j.scopes, j.organ_id, j.status from chosen j
        where j.id is not null and j.organ_id in (select part_id from division union select whole_id from division)
    ), lone as ( -- parts that are known only through a whole, after and before
        select distinct w.scopes, w.volume_id, d.part_id, 1 as n from after w join division d on d.whole_id = w.organ_id
        where w.status = 'annotated'
          and not exists (select from after p where p.volume_id = w.volume_id and p.organ_id = d.part_id)
        union all
        select distinct w.scopes, w.volume_id, d.part_id, -1 from before w join division d on d.whole_id = w.organ_id
        where w.status = 'annotated'
          and not exists (select from before p where p.volume_id = w.volume_id and p.organ_id = d.part_id)
    ), difference as (
        select scopes, organ_id, status, origin, partial, null::smallint as bin, 1 as n from chosen where id is not null
        union all
        select scopes, organ_id, old_status, old_origin, old_partial, null, -1 from chosen where old_id is not null
        union all
        select scopes, organ_id, 'pseudo', 'model', false, bin, n from visible
        union all
        select scopes, organ_id, 'pseudo', 'model', false, null, n from shipped
        union all
        select array[(select k.id from coverage_scope k where k.round_id = r.id)], c.organ_id, 'pseudo', 'model', false, c.bin, c.n
        from covered c join round r on r.id = c.round_id and r.published_change_id is not null
        union all
        select scopes, part_id, 'unlabelled', 'expert', false, null, n from lone
    ), summed as (
        select scopes, organ_id, status, origin, partial, bin, sum(n) as n from difference group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0
    )
    select array_agg(row(scopes, organ_id, status, origin, partial, bin, n)::state_delta) into deltas from summed;

    perform append_deltas((select max(change_id) from added), deltas);
    perform append_surplus((select max(change_id) from added), kin, surplus);
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
    ), chosen as materialized ( -- where a release retracts its label, that of the newest release that has one becomes current
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
        delete from shipped_current where ctid = any (array(select old_place from chosen where id is null and old_id is not null))
    ), kept as (
        insert into shipped_current as c (volume_id, organ_id, shipped_label_id)
        select volume_id, organ_id, id from chosen where id is not null and id is distinct from old_id
        on conflict (volume_id, organ_id) do update set shipped_label_id = excluded.shipped_label_id
    ), shown as (
        select j.scopes, j.organ_id, case when j.id is null then -1 else 1 end as n from chosen j
        where (j.id is null) <> (j.old_id is null)
          and (select true from annotation_current a where a.volume_id = j.volume_id and a.organ_id = j.organ_id) is null
          and (select true from pseudo_label l
               where l.round_id = (select v.round_id from pseudo_pointer v where v.organ_id = j.organ_id)
                 and l.volume_id = j.volume_id and l.organ_id = j.organ_id
                 and (select true from rejected_mask r where r.mask_id = l.mask_id) is null) is null
    ), summed as (
        select scopes, organ_id, sum(n) as n from shown group by 1, 2 having sum(n) <> 0
    )
    select array_agg(row(scopes, organ_id, 'pseudo', 'model', false, null, n)::state_delta) into deltas from summed;

    perform append_deltas((select max(change_id) from added), deltas);
    return null;
end $$;

create trigger shipped_labels_are_recorded after insert on shipped_label
    referencing new table as added for each statement execute function record_shipped_labels();

-- Moves organs of the visible pseudo labels from one round to another (null: none) and appends the changes of counts.
-- The caller holds the pointer lock exclusively. Counts are summed before they are gathered, because a round may have millions
-- of labels.
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
    ), step as (
        select old_round as round_id, organ_id, -1 as n from move where old_round is not null
        union all
        select new_round, organ_id, 1 from move where new_round is not null
    ), side as ( -- a round is read once, whatever organs of it move
        select round_id, n, array_agg(organ_id) as organs from step group by 1, 2
    ), shown as materialized (
        select l.volume_id, l.organ_id, l.bin, r.n
        from side r
        cross join lateral (
            select s.volume_id, s.organ_id, s.bin from unhidden_pseudo_label s
            where s.round_id = r.round_id and s.organ_id = any (r.organs) offset 0) l
    ), beneath as ( -- a shipped label becomes visible where the pseudo label goes, and hidden where one comes
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

-- A source of a removed dataset is refused. A volume that is withheld, or whose subject is removed, is recomputed; all others
-- are counted in their new datasets and, where they had none, in the catalogue and in the splits.
create function record_sources() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off
set jit = off as $$
declare
    the_change bigint := (select max(change_id) from added);
    special bigint[];
    kin bigint[];
    surplus organ_surplus[];
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    if exists (select from added a join release r on r.id = a.release_id join withdrawn_dataset d using (dataset_id)) then
        raise exception 'the dataset is removed; no case can be added to it'
            using errcode = 'LA010', hint = 'restore it with lacuna dataset restore';
    end if;
    perform from (select distinct volume_id from added order by volume_id) a
    cross join lateral (select from volume v where v.id = a.volume_id offset 0 for no key update) v;
    -- Two new volumes of one subject count it once.
    perform from (
        select distinct v.subject_id from added a
        cross join lateral (select subject_id from volume where id = a.volume_id offset 0) v order by 1) a
    cross join lateral (select from subject s where s.id = a.subject_id offset 0 for no key update) s;
    kin := volumes_of_kin(array(select distinct volume_id from added));
    surplus := array(select s from surplus_of(kin) s);
    if exists (select from withdrawal) then
        select array_agg(distinct a.volume_id) into special from added a
        where exists (select from withheld_volume h where h.volume_id = a.volume_id) or withdrawal_of(a.volume_id) is not null;
    end if;

    with arrived as materialized (
        select a.volume_id, v.subject_id, (select true from volume_dataset m where m.volume_id = a.volume_id limit 1) as counts
        from (select distinct volume_id from added) a
        cross join lateral (select subject_id from volume where id = a.volume_id offset 0) v
        where a.volume_id <> all (coalesce(special, '{}'))
    ), fresh as materialized ( -- with the dataset, where the scope is one
        select distinct a.volume_id, a.subject_id, r.dataset_id,
            (select c.id from coverage_scope c where c.dataset_id = r.dataset_id) as scope_id
        from added n join arrived a on a.volume_id = n.volume_id join release r on r.id = n.release_id
        where (select true from volume_dataset m where m.volume_id = a.volume_id and m.dataset_id = r.dataset_id) is null
        union all
        select a.volume_id, a.subject_id, null, s.scope
        from arrived a cross join lateral (
            select unnest(v.scopes) as scope from volume_scopes v where v.volume_id = a.volume_id offset 0) s
        where a.counts is null
    ), kept as (
        insert into volume_dataset select volume_id, dataset_id from fresh where dataset_id is not null
    ), subjects as materialized (
        select f.scope_id, count(*) as n from (select distinct scope_id, dataset_id, subject_id from fresh) f
        where (
            select true from volume o cross join lateral (
                select from volume_dataset m
                where m.volume_id = o.id and (f.dataset_id is null or m.dataset_id = f.dataset_id) limit 1) m
            where o.subject_id = f.subject_id limit 1) is null
        group by f.scope_id
    ), volumes as (
        insert into volume_delta
        select the_change, f.scope_id, count(*), coalesce(max(s.n), 0)
        from fresh f left join subjects s using (scope_id) group by f.scope_id
    ), state as ( -- labels that the volume already has count in its new dataset too
        select f.scope_id, s.organ_id, s.status, s.origin, s.partial, s.bin
        from fresh f cross join lateral (select * from current_state c where c.volume_id = f.volume_id offset 0) s
        where f.dataset_id is not null
    ), counted as (
        insert into coverage_delta
        select the_change, scope_id, organ_id, status, origin, partial, count(*) from state
        group by scope_id, organ_id, status, origin, partial
    )
    insert into confidence_delta
    select the_change, scope_id, organ_id, bin, count(*) from state where bin is not null group by scope_id, organ_id, bin;

    perform append_surplus(the_change, kin, surplus);
    if special is not null then
        perform recompute_volumes(the_change, special);
    end if;
    return null;
end $$;

create trigger sources_are_recorded after insert on source
    referencing new table as added for each statement execute function record_sources();

create trigger history_is_append_only before update or delete or truncate on coverage_delta execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on confidence_delta execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on volume_delta execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on surplus_delta execute function refuse_rewriting();

grant select on coverage_scope, coverage_delta, confidence_delta, volume_delta, surplus_delta, coverage_snapshot, coverage_sum, confidence_sum,
    confidence_median, volume_sum, surplus_sum
    to lacuna_manager;
grant select on current_label, current_mask to lacuna_manager;
grant execute on function scopes_of(coverage_scope_kind[]) to lacuna_manager;
