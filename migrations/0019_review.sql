-- What persons decide about predicted masks, and what that does to labels.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create type review_action as enum ('assign', 'accept', 'reject', 'submit', 'absent', 'skip', 'edit');
comment on type review_action is 'What happened: a person was assigned, or decided, or skipped the item; edit: a person imported another mask over a reviewed one.';
create type review_state as enum ('proposed', 'in_review', 'accepted', 'rejected', 'edited', 'absent');
comment on type review_state is 'The state of the review of an organ in a volume. proposed: a predicted mask waits for a decision. in_review: a person was assigned, or a reviewed label was edited and waits to be accepted.';

create table review (
    id bigint generated always as identity primary key,
    volume_id bigint not null references volume,
    organ_id smallint not null references organ,
    action review_action not null,
    state review_state,
    person text not null constraint person_has_a_name check (is_given_name(person)),
    login text not null,
    reason text constraint reason_has_text check (reason ~ '\S' and length(reason) <= 2000),
    mask_id bigint,
    made_mask_id bigint,
    parent_id bigint references review,
    change_id bigint references change,
    minutes real constraint minutes_are_of_a_day check (minutes > 0 and minutes <= 1440),
    dice real constraint dice_is_a_fraction check (dice between 0 and 1),
    readers smallint constraint readers_are_one_or_two check (readers in (1, 2)),
    is_opinion boolean not null default false,
    compared_id bigint references review,
    agrees boolean,
    agreement_dice real constraint agreement_is_a_fraction check (agreement_dice between 0 and 1),
    agreement_nsd real constraint surface_agreement_is_a_fraction check (agreement_nsd between 0 and 1),
    recorded_at timestamptz not null default clock_timestamp(),
    constraint only_a_skip_keeps_the_state check ((action = 'skip') = (state is null)),
    constraint only_an_assignment_has_readers check ((action = 'assign') = (readers is not null)),
    constraint an_opinion_is_a_decision_in_review check (
        not is_opinion or state = 'in_review' and action in ('accept', 'reject', 'submit', 'absent')),
    constraint two_decisions_agree_or_not check ((compared_id is null) = (agrees is null)),
    constraint only_compared_masks_have_an_agreement check (compared_id is not null or num_nonnulls(agreement_dice, agreement_nsd) = 0),
    constraint looked_at_is_of_this_volume_and_organ foreign key (mask_id, volume_id, organ_id) references mask (id, volume_id, organ_id),
    constraint made_is_of_this_volume_and_organ foreign key (made_mask_id, volume_id, organ_id) references mask (id, volume_id, organ_id)
);
create index on review (volume_id, organ_id, id);
create index on review (change_id) where change_id is not null;
create index on review (mask_id) where mask_id is not null;
create index on review (made_mask_id) where made_mask_id is not null;
create index on review (organ_id) where minutes is not null;
create index on review (compared_id) where compared_id is not null;
comment on table review is 'History of reviews of predicted masks, by organ and volume.';
comment on column review.state is 'The state from then on; null: as before.';
comment on column review.person is 'Who decided; of an assignment, who is to decide.';
comment on column review.login is 'The database login that recorded it.';
comment on column review.mask_id is 'The mask that was looked at; null where an absence was.';
comment on column review.made_mask_id is 'The mask of the annotation that was made or accepted; null where none was.';
comment on column review.parent_id is 'The event before of the same organ and volume.';
comment on column review.change_id is 'The change of labels; null where none changed.';
comment on column review.minutes is 'How long the person took; null where it is not known.';
comment on column review.readers is 'How many persons are to decide; null except for an assignment.';
comment on column review.is_opinion is 'Whether the decision waits for that of another reader, and changed no label.';
comment on column review.compared_id is 'The decision of the other reader that this one was compared with.';
comment on column review.agrees is 'Whether the two decisions agree; null where none was compared.';
comment on column review.agreement_dice is 'The Dice of the masks of the two readers; null where one of them has none.';
comment on column review.agreement_nsd is 'The share of the surfaces of the two masks within 2 mm of each other.';
comment on column review.dice is 'The Dice of the mask that was looked at and the one that was made; null where it was not measured.';
create trigger history_is_append_only before update or delete or truncate on review execute function refuse_rewriting();

create function newest_published_round() returns bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select r.id from (select run_id from adoption order by id desc limit 1) a join round r on r.run_id = a.run_id
    where r.published_change_id is not null and not is_recalled(r.id) order by r.number desc limit 1
$$;
comment on function newest_published_round() is 'The newest round of the current run that has published labels and is not recalled.';

create view reviewable_mask as
    select c.volume_id, c.organ_id, l.mask_id, l.round_id, true as is_label, null::text as withheld, l.soft_dice, l.dice, l.dice_lower,
        l.dice_upper
    from current_label c join pseudo_label l on (l.round_id, l.volume_id, l.organ_id) = (c.round_id, c.volume_id, c.organ_id)
    union all
    select w.volume_id, w.organ_id, w.mask_id, w.round_id, false, w.withheld, w.soft_dice, w.dice, w.dice_lower, w.dice_upper
    from predicted_mask w
    where w.round_id = (select newest_published_round()) and w.withheld is not null
      and not exists (select from annotation_current a where (a.volume_id, a.organ_id) = (w.volume_id, w.organ_id))
      and not exists (select from withheld_volume h where h.volume_id = w.volume_id)
      and not exists (select from rejected_mask j where j.mask_id = w.mask_id);
comment on view reviewable_mask is 'The masks that a person can decide about: the visible pseudo labels of rounds, and the masks that the newest round of the current run withheld, of volumes in use where the organ is not annotated.';

create view review_current as
    select r.volume_id, r.organ_id, case
            when r.state in ('accepted', 'edited', 'absent') and not exists (
                select from annotation_current a where (a.volume_id, a.organ_id) = (r.volume_id, r.organ_id)) then 'proposed'
            when later.mask_id is not null then 'proposed'
            else r.state end as state,
        r.id as review_id, r.person, coalesce(later.mask_id, r.mask_id) as mask_id, r.made_mask_id, r.recorded_at
    from (
        select distinct on (v.volume_id, v.organ_id) v.* from review v where v.state is not null
        order by v.volume_id, v.organ_id, v.id desc) r
    left join lateral (
        select m.mask_id from reviewable_mask m join round on round.id = m.round_id
        where r.state = 'rejected' and (m.volume_id, m.organ_id) = (r.volume_id, r.organ_id) and round.published_change_id > r.change_id
        order by m.is_label desc limit 1) later on true
    where not exists (select from withheld_volume h where h.volume_id = r.volume_id);
comment on view review_current is 'The state of every organ in a volume in use with a review. Where the label that a decision made was retracted, and where a round that was published after a rejection predicted another mask, which mask_id then is, a mask is proposed again.';

-- Refuses a decision about another mask than the one that can be decided about now. The caller holds the pointer lock and the volume.
create function require_reviewable(p_volume bigint, p_organ smallint, p_action review_action, p_mask bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    place text := (select key from organ where id = p_organ) || ' in volume ' || p_volume;
    the_label record;
    last record;
begin
    if exists (select from withheld_volume where volume_id = p_volume) then
        raise exception 'volume % is removed or excluded', p_volume using errcode = 'LA010', hint = 'restore it, or review another volume';
    end if;
    select r.action, r.state, r.person into last from review r
    where r.volume_id = p_volume and r.organ_id = p_organ and r.state is not null order by r.id desc limit 1;
    select a.mask_id into the_label from annotation_current c join annotation a on a.id = c.annotation_id
    where c.volume_id = p_volume and c.organ_id = p_organ;
    if found then
        if the_label.mask_id is distinct from p_mask or p_action = 'reject' or p_action = 'accept' and last.state is distinct from 'in_review'
            or not exists (
                select from review r where r.volume_id = p_volume and r.organ_id = p_organ and r.made_mask_id = the_label.mask_id) then
            raise exception '% is annotated already%', place, case
                when last.state in ('accepted', 'edited', 'absent') then ': ' || replace(last.state::text, '_', ' ') || ' by ' || last.person
                else '' end
                using errcode = 'LA017', hint = 'lacuna review history shows the decisions; lacuna mask import records a correction';
        end if;
    elsif not exists (
        select from reviewable_mask m where m.volume_id = p_volume and m.organ_id = p_organ and m.mask_id = p_mask) then
        raise exception '%', coalesce('mask ' || p_mask || ' of ' || place || ' is not proposed', 'no mask of ' || place || ' is proposed') || coalesce(
            (select ': it was rejected by ' || r.person from rejected_mask j join review r on r.change_id = j.change_id
             where j.mask_id = p_mask limit 1),
            (select ': mask ' || m.mask_id || ' is' from reviewable_mask m
             where m.volume_id = p_volume and m.organ_id = p_organ order by m.is_label desc limit 1), '')
            using errcode = 'LA017', hint = 'look at the mask that is proposed now: lacuna mask show';
    end if;
end $$;

-- Hides a predicted mask from the labels at a change, and counts that. Where it was visible, a shipped label below becomes visible.
create function hide_mask(p_change bigint, p_mask bigint) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    deltas state_delta[];
begin
    with target as (
        select m.volume_id, m.organ_id, s.scopes from mask m
        cross join lateral (select v.scopes from volume_scopes v where v.volume_id = m.volume_id offset 0) s
        where m.id = p_mask
    ), label as materialized ( -- in each round that has it
        select l.round_id, s.organ_id, s.bin, t.scopes, t.volume_id
        from pseudo_label l join unhidden_pseudo_label s on (s.round_id, s.volume_id, s.organ_id) = (l.round_id, l.volume_id, l.organ_id)
        cross join target t where l.mask_id = p_mask
    ), shown as materialized (
        select l.* from label l join pseudo_pointer v on (v.organ_id, v.round_id) = (l.organ_id, l.round_id)
    ), difference as (
        select scopes, organ_id, bin, -1 as n from shown
        union all
        select array[(select k.id from coverage_scope k where k.round_id = r.id)], l.organ_id, l.bin, -1
        from label l join round r on r.id = l.round_id and r.published_change_id is not null
        union all
        select s.scopes, s.organ_id, null, 1 from shown s
        join shipped_current c on (c.volume_id, c.organ_id) = (s.volume_id, s.organ_id)
    )
    select array_agg(row(scopes, organ_id, 'pseudo', 'model', false, bin, n)::state_delta) into deltas from difference;
    insert into rejected_mask (mask_id, change_id) values (p_mask, p_change);
    perform append_deltas(p_change, deltas);
end $$;

create function review_readers(
    p_volume bigint, p_organ smallint, p_mask bigint, p_person text,
    out needs_two boolean, out opinion bigint, out action review_action, out person text, out mask_id bigint)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    with open as (
        select r.* from review r
        where r.volume_id = p_volume and r.organ_id = p_organ and r.id > coalesce((
            select max(e.id) from review e
            where e.volume_id = p_volume and e.organ_id = p_organ and e.state <> 'in_review'), 0)
    )
    select coalesce((select max(a.readers) from open a) = 2, false), o.id, o.action, o.person,
        case o.action when 'submit' then o.made_mask_id when 'accept' then o.mask_id end
    from (select) one left join lateral (
        select * from open p where p.is_opinion and p.mask_id = p_mask and p.person <> p_person order by p.id desc limit 1) o on true
$$;
comment on function review_readers(bigint, smallint, bigint, text) is 'Whether two readers are to decide about an organ in a volume, and the newest decision of another reader than the person about the same mask, with its mask, that waits for a second one.';

-- The annotation of a decision, which replaces one by another person; that of a reader who waits for another one is proposed.
create function annotate_reviewed(
    p_volume bigint, p_organ smallint, p_person text, p_mask bigint, p_extent integer[], p_change bigint, p_proposed boolean) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    insert into annotation (volume_id, organ_id, rater, status, origin, mask_id, extent, parent_id, change_id, proposed)
    select p_volume, p_organ, a.rater, 'unlabelled', a.origin, null::bigint, null::integer[], a.id, p_change, false
    from annotation_current c join annotation a on a.id = c.annotation_id
    where c.volume_id = p_volume and c.organ_id = p_organ and a.release_id is null and not a.partitioned
      and a.rater is distinct from p_person and not p_proposed
    union all
    select p_volume, p_organ, p_person, case when p_mask is null then 'absent' else 'annotated' end::label_status, 'reviewed', p_mask,
        p_extent,
        (select a.id from annotation a where a.volume_id = p_volume and a.organ_id = p_organ and a.release_id is null
            and a.rater = p_person and not a.partitioned and a.proposed = p_proposed order by a.id desc limit 1), p_change, p_proposed
$$;

create function decide_review(
    p_volume bigint, p_organ text, p_action review_action, p_mask bigint, p_person text, p_reason text, p_minutes real, p_dice real,
    p_program text, p_content bytea default null, p_object bytea default null, p_offset bigint default null, p_length bigint default null,
    p_voxels bigint default null, p_known bigint default null, p_box integer[] default null, p_extent integer[] default null,
    p_readers smallint default 1, p_adjudicates boolean default false, p_compared bigint default null, p_agrees boolean default null,
    p_agreement_dice real default null, p_agreement_nsd real default null,
    out the_review bigint, out the_mask bigint, out the_change bigint)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
declare
    the_organ smallint := (select id from organ where key = p_organ);
    the_activity bigint;
    is_annotated boolean;
    other record;
    waits boolean := false;
    the_state review_state;
begin
    if the_organ is null or p_action is null or p_action = 'edit' or not coalesce(is_given_name(p_person), false) then
        raise exception 'a decision has an organ, an action and a person' using errcode = 'LA004';
    end if;
    perform pg_advisory_xact_lock_shared(pointer_lock());
    perform from volume where id = p_volume for no key update;
    if not found then
        raise exception 'no volume % exists', coalesce(p_volume::text, 'null') using errcode = 'LA004';
    end if;
    perform require_reviewable(p_volume, the_organ, p_action, p_mask);
    is_annotated := exists (select from annotation_current c where c.volume_id = p_volume and c.organ_id = the_organ);
    if p_action in ('accept', 'reject', 'submit', 'absent') and not is_annotated and not coalesce(p_adjudicates, false) then
        select * into other from review_readers(p_volume, the_organ, p_mask, p_person);
        if other.opinion is distinct from p_compared or (p_compared is null) <> (p_agrees is null) then
            raise exception 'the decision of another reader about % in volume % is new', p_organ, p_volume
                using errcode = 'LA017', hint = 'run the command again';
        end if;
        waits := other.needs_two and not coalesce(p_agrees, false);
    elsif p_compared is not null then
        raise exception 'only the decision of a second reader is compared' using errcode = 'LA004';
    end if;
    if p_action = 'accept' and not is_annotated and exists (select from mask where id = p_mask and voxels = 0) then
        raise exception 'mask % is empty, and an annotation is not', p_mask using errcode = 'LA004', hint = 'lacuna review absent records that the organ is absent';
    end if;
    if (p_content is not null) <> (p_action = 'submit' or p_action = 'accept' and not is_annotated and not waits) then
        raise exception 'a mask belongs to an edit, and to the acceptance of a predicted mask' using errcode = 'LA004';
    end if;
    the_state := case when waits then 'in_review' else case p_action
        when 'assign' then 'in_review'
        when 'accept' then 'accepted'
        when 'reject' then 'rejected'
        when 'submit' then case when is_annotated then 'in_review' else 'edited' end
        when 'absent' then 'absent' end end;
    if p_action in ('reject', 'absent') and not waits or p_content is not null then
        the_activity := start_activity('review', p_program, jsonb_build_object(
            'volume', p_volume, 'organ', p_organ, 'action', p_action, 'mask', p_mask, 'person', p_person, 'reason', p_reason));
        insert into change (activity_id) values (the_activity) returning id into the_change;
    end if;
    if p_content is not null then
        insert into mask (volume_id, organ_id, activity_id, parent_id, content_sha256, object_digest, object_offset, object_length, voxels,
            known_voxels, box)
        values (p_volume, the_organ, the_activity, p_mask, p_content, p_object, p_offset, p_length, p_voxels, p_known, p_box)
        returning id into the_mask;
    elsif p_action = 'accept' and not waits then
        the_mask := p_mask;
    end if;
    insert into review (volume_id, organ_id, action, state, person, login, reason, mask_id, made_mask_id, parent_id, change_id, minutes,
        dice, readers, is_opinion, compared_id, agrees, agreement_dice, agreement_nsd)
    values (p_volume, the_organ, p_action, the_state, p_person, session_user, p_reason, p_mask, the_mask,
        (select max(r.id) from review r where r.volume_id = p_volume and r.organ_id = the_organ), the_change, p_minutes, p_dice,
        case when p_action = 'assign' then p_readers end, waits, p_compared, p_agrees, p_agreement_dice, p_agreement_nsd)
    returning id into the_review;
    if p_action = 'reject' and not waits then
        perform hide_mask(the_change, p_mask);
    elsif the_change is not null then
        perform annotate_reviewed(p_volume, the_organ, p_person, the_mask, p_extent, the_change, waits);
    end if;
end $$;
comment on function decide_review(bigint, text, review_action, bigint, text, text, real, real, text, bytea, bytea, bigint, bigint, bigint, bigint, integer[], integer[], smallint, boolean, bigint, boolean, real, real) is
    'Records what a person decides about the mask of an organ in a volume that the person looked at, and changes the label: accept and submit make the given mask an annotation of origin reviewed whose parent is the mask looked at, absent records the absence, and reject hides the mask. Where two readers were asked for, the first decision, and a second one that does not agree with it, wait: they change no label, and the mask of an edit is proposed only, unless the person adjudicates. accept of an edited label, assign and skip change none. Refused (LA017) where that mask is no longer the one to decide about, and (LA010) for a volume that is removed or excluded.';

-- A reviewed label over which a person recorded another mask waits to be accepted again.
create function reopen_reviews() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp set jit = off as $$
begin
    if not exists (select from added where release_id is null and mask_id is not null and not proposed) then
        return null;
    end if;
    insert into review (volume_id, organ_id, action, state, person, login, mask_id, made_mask_id, parent_id, change_id)
    select a.volume_id, a.organ_id, 'edit', 'in_review', case when is_given_name(a.rater) then a.rater else 'a person' end, session_user,
        last.made_id, a.mask_id, last.id, a.change_id
    from added a join annotation_current c on c.annotation_id = a.id and (c.volume_id, c.organ_id) = (a.volume_id, a.organ_id)
    cross join lateral (
        select r.id, r.state, r.change_id, (
            select m.made_mask_id from review m
            where m.volume_id = a.volume_id and m.organ_id = a.organ_id and m.made_mask_id is not null order by m.id desc limit 1) as made_id
        from review r where r.volume_id = a.volume_id and r.organ_id = a.organ_id and r.state is not null
        order by r.id desc limit 1) last
    where a.release_id is null and a.mask_id is not null and not a.proposed and last.change_id is distinct from a.change_id
      and (last.state in ('accepted', 'edited', 'absent') or last.state = 'in_review' and last.made_id is not null);
    return null;
end $$;

create trigger reviewed_labels_are_reviewed_again after insert on annotation
    referencing new table as added for each statement execute function reopen_reviews();

grant select on review, review_current, reviewable_mask to lacuna_manager;
grant execute on function newest_published_round(), review_readers(bigint, smallint, bigint, text) to lacuna_manager;
grant execute on function decide_review(bigint, text, review_action, bigint, text, text, real, real, text, bytea, bytea, bigint, bigint, bigint, bigint, integer[], integer[], smallint, boolean, bigint, boolean, real, real) to lacuna_manager;
