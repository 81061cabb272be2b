-- Schedules: cron expressions, due ticks, data triggers, history, and the adoption of scheduled runs.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

-- Cron -------------------------------------------------------------------------------------------------------------------------

create type cron_times as (
    minutes integer[], hours integer[], days integer[], months integer[], weekdays integer[], needs_both boolean, each_hour boolean);
comment on type cron_times is 'A parsed cron expression: the allowed values of each field, ascending, Sunday being weekday 0. needs_both: a day fits where both its day of month and its weekday fit; else either is enough. each_hour: every hour is allowed.';

create function cron_value(p_text text, p_field text, p_low integer, p_high integer, p_names text[]) returns integer
language plpgsql immutable as $$
declare
    the_value integer := case when p_text ~ '^\d{1,2}$' then p_text::integer else p_low - 1 + array_position(p_names, lower(p_text)) end;
begin
    if the_value is null or the_value not between p_low and p_high then
        raise exception 'the % % of the cron expression is not one of % to %', p_field, quote_literal(p_text), p_low, p_high
            using errcode = 'LA004', hint = format('give %s to %s', p_low, p_high)
                || case when cardinality(p_names) > 0 then format(', or a name from %s to %s', p_names[1], p_names[cardinality(p_names)]) else '' end;
    end if;
    return the_value;
end $$;
comment on function cron_value(text, text, integer, integer, text[]) is 'A number or a name of a field of a cron expression; the first name is the lowest value.';

create function cron_field(p_text text, p_field text, p_low integer, p_high integer, p_names text[] default null) returns integer[]
language plpgsql immutable as $$
declare
    last integer := case p_high when 7 then 6 else p_high end; -- Sunday is weekday 0 and 7
    part text;
    parsed text[];
    first integer;
    final integer;
    step integer;
    allowed integer[] := '{}';
begin
    foreach part in array string_to_array(p_text, ',') loop
        parsed := regexp_match(part, '^(?:\*|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?$');
        step := coalesce(parsed[3]::integer, 1);
        if parsed is null or step not between 1 and p_high then
            raise exception 'the % % of the cron expression is not a value, a range, a list or a step from % to %', p_field,
                quote_literal(part), p_low, p_high
                using errcode = 'LA004', hint = format('give such as *, %s, %s-%s, */2, or several with commas', p_low, p_low, last);
        end if;
        first := case when parsed[1] is null then p_low else cron_value(parsed[1], p_field, p_low, p_high, p_names) end;
        final := case
            when parsed[2] is not null then cron_value(parsed[2], p_field, p_low, p_high, p_names)
            when parsed[1] is null or parsed[3] is not null then greatest(first, last)
            else first end;
        if p_high = 7 and final = 0 and first > 0 then
            final := 7; -- a range to Sunday
        end if;
        if final < first then
            raise exception 'the % % of the cron expression ends before it begins', p_field, quote_literal(part)
                using errcode = 'LA004', hint = format('give an ascending range within %s to %s', p_low, p_high);
        end if;
        allowed := allowed || array(select case when p_high = 7 then v % 7 else v end from generate_series(first, final, step) v);
    end loop;
    return array(select distinct v from unnest(allowed) v order by v);
end $$;
comment on function cron_field(text, text, integer, integer, text[]) is 'The allowed values of a field of a cron expression, ascending. Refuses with the field, the value and the range.';

create function parse_cron(p_expression text) returns cron_times
language plpgsql immutable strict as $$
declare
    the_text text := lower(btrim(p_expression, e' \t'));
    fields text[];
    parsed cron_times;
begin
    the_text := case the_text
        when '@hourly' then '0 * * * *'
        when '@daily' then '0 0 * * *'
        when '@midnight' then '0 0 * * *'
        when '@weekly' then '0 0 * * 0'
        when '@monthly' then '0 0 1 * *'
        when '@yearly' then '0 0 1 1 *'
        when '@annually' then '0 0 1 1 *'
        else the_text end;
    fields := regexp_split_to_array(the_text, '[ \t]+');
    if cardinality(fields) <> 5 or length(the_text) > 200 then
        raise exception 'the cron expression % does not have five fields', quote_literal(left(p_expression, 200)) using errcode = 'LA004',
            hint = 'give minute, hour, day of month, month and weekday, such as ''0 2 * * 1-5'', or one of @hourly, @daily, @weekly, @monthly, @yearly';
    end if;
    parsed.minutes := cron_field(fields[1], 'minute', 0, 59);
    parsed.hours := cron_field(fields[2], 'hour', 0, 23);
    parsed.days := cron_field(fields[3], 'day of month', 1, 31);
    parsed.months := cron_field(fields[4], 'month', 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}');
    parsed.weekdays := cron_field(fields[5], 'weekday', 0, 7, '{sun,mon,tue,wed,thu,fri,sat}');
    parsed.needs_both := fields[3] like '*%' or fields[5] like '*%';
    parsed.each_hour := cardinality(parsed.hours) = 24;
    return parsed;
end $$;
comment on function parse_cron(text) is 'A cron expression of five fields, or one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually, parsed.';

create function zone_offset(p_instant timestamptz, p_zone text) returns interval language sql stable as $$
    select (p_instant at time zone p_zone) - (p_instant at time zone 'UTC')
$$;
comment on function zone_offset(timestamptz, text) is 'How far the clocks of a zone are ahead of UTC at an instant.';

create function local_time(p_instant timestamptz, p_zone text) returns text language plpgsql stable as $$
begin
    return to_char(p_instant at time zone p_zone, 'YYYY-MM-DD HH24:MI');
exception when invalid_parameter_value then
    return to_char(p_instant at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"');
end $$;
comment on function local_time(timestamptz, text) is 'What the clocks of a time zone show at an instant, for people to read, such as 2026-12-01 02:00. Where the server does not know the zone the time is in UTC, and UTC follows it.';

create function first_instant_after_gap(p_late timestamptz, p_gap double precision, p_zone text) returns timestamptz
language plpgsql stable as $$
declare
    after_gap interval := zone_offset(p_late, p_zone);
    early double precision := extract(epoch from p_late) - p_gap; -- before the change
    late double precision := extract(epoch from p_late);          -- after it
    middle double precision;
begin
    while late - early > 1 loop
        middle := floor((early + late) / 2);
        if zone_offset(to_timestamp(middle), p_zone) = after_gap then
            late := middle;
        else
            early := middle;
        end if;
    end loop;
    return to_timestamp(late);
end $$;
comment on function first_instant_after_gap(timestamptz, double precision, text) is 'The instant at which the clocks of a zone are set forward, by p_gap seconds, within as many seconds before p_late.';

create function instants_of(p_local timestamp, p_zone text, p_each boolean) returns setof timestamptz
language plpgsql stable as $$
declare
    last timestamptz := p_local at time zone p_zone; -- of two passes the later; a skipped time is moved forward
    gap double precision := extract(epoch from (last at time zone p_zone) - p_local);
    first timestamptz := (p_local - zone_offset(last - interval '24 hours', p_zone)) at time zone 'UTC';
begin
    if gap > 0 then
        if not p_each then
            return next first_instant_after_gap(last, gap, p_zone);
        end if;
    elsif first < last and first at time zone p_zone = p_local then
        return next first;
        if p_each then
            return next last;
        end if;
    else
        return next last;
    end if;
end $$;
comment on function instants_of(timestamp, text, boolean) is 'When the clocks of a zone show a local time. Normally one instant: for a time that a change of the clocks skips the first instant after it, for one that comes twice the earlier. p_each: every real pass instead, thus none or two.';

create function cron_next_on(p_times cron_times, p_day timestamp, p_zone text, p_after timestamptz) returns timestamptz
language plpgsql stable as $$
declare
    ahead interval := zone_offset((p_day - interval '3 hours') at time zone p_zone, p_zone);
    target timestamp := (p_after at time zone 'UTC') + ahead;
    the_hour integer;
    the_minute integer;
    candidate timestamp;
begin
    if ahead <> zone_offset((p_day + interval '27 hours') at time zone p_zone, p_zone) then
        return (
            select min(i) from unnest(p_times.hours) h cross join unnest(p_times.minutes) m
            cross join lateral instants_of(p_day + make_interval(hours => h, mins => m), p_zone, p_times.each_hour) i
            where i > p_after);
    end if;
    foreach the_hour in array p_times.hours loop
        if p_day + make_interval(hours => the_hour + 1) > target then
            foreach the_minute in array p_times.minutes loop
                candidate := p_day + make_interval(hours => the_hour, mins => the_minute);
                if candidate > target then
                    return (candidate - ahead) at time zone 'UTC';
                end if;
            end loop;
        end if;
    end loop;
    return null;
end $$;
comment on function cron_next_on(cron_times, timestamp, text, timestamptz) is 'The first instant of a local day, after p_after, at which a cron expression is due; null where there is none. Hours and minutes alone are compared, except on days around a change of the clocks.';

create function cron_next(p_expression text, p_zone text, p_after timestamptz) returns timestamptz
language plpgsql stable strict security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    times cron_times := parse_cron(p_expression);
    day timestamp := date_trunc('day', p_after at time zone p_zone) - interval '1 day';
    last_day timestamp := day + interval '3000 days'; -- a 29 February is up to eight years away
    found timestamptz;
begin
    while day < last_day loop
        if extract(month from day)::integer = any (times.months) and (
            case when times.needs_both
                then extract(day from day)::integer = any (times.days) and extract(dow from day)::integer = any (times.weekdays)
                else extract(day from day)::integer = any (times.days) or extract(dow from day)::integer = any (times.weekdays) end)
        then
            found := cron_next_on(times, day, p_zone, p_after);
            if found is not null then
                return found;
            end if;
        end if;
        day := day + interval '1 day';
    end loop;
    return null;
end $$;
comment on function cron_next(text, text, timestamptz) is 'The first instant after p_after at which a cron expression is due in a time zone; null where it never is. A local time that a change of the clocks skips is due at the first instant after it, one that comes twice at its earlier pass; an expression for every hour at every real pass.';

create function upcoming(p_expression text, p_zone text, p_first timestamptz, p_count integer) returns timestamptz[]
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    instants timestamptz[] := array_remove(array[p_first], null);
begin
    while cardinality(instants) between 1 and p_count - 1 loop
        instants := instants || cron_next(p_expression, p_zone, instants[cardinality(instants)]);
    end loop;
    return instants;
exception when invalid_parameter_value then
    return instants;
end $$;
comment on function upcoming(text, text, timestamptz, integer) is 'The given instant and those at which a cron expression is due after it, as many as p_count; none where the given one is null, and no other where the server does not know the time zone.';

create function require_zone(p_zone text, p_hint text default 'give an IANA name, such as Europe/Paris') returns void
language plpgsql stable as $$
begin
    if not exists (select from pg_timezone_names where name = p_zone and name !~ '^(posix|right|localtime|Factory)') then
        raise exception 'no time zone is named %', coalesce(p_zone, 'null') using errcode = 'LA004', hint = p_hint;
    end if;
end $$;
comment on function require_zone(text, text) is 'Refuses a text that is not the IANA name of a time zone.';

create function require_cron(p_expression text, p_zone text) returns timestamptz language plpgsql stable as $$
declare
    the_next timestamptz := cron_next(p_expression, p_zone, clock_timestamp());
begin
    if the_next is null then
        raise exception 'the cron expression % is never due', quote_literal(p_expression) using errcode = 'LA004',
            hint = 'give a day that its months have';
    end if;
    return the_next;
end $$;
comment on function require_cron(text, text) is 'The next instant at which a cron expression is due; refuses one that is wrong or never due.';

create function require_jitter(p_jitter interval, p_expression text, p_zone text) returns void language plpgsql stable as $$
declare
    instants timestamptz[] := upcoming(p_expression, p_zone, require_cron(p_expression, p_zone), 32);
    shortest interval := (select min(b - a) from unnest(instants[:31], instants[2:]) as t (a, b));
begin
    if p_jitter > shortest then
        raise exception 'a jitter of % is longer than the % between two ticks of %', p_jitter, shortest, quote_literal(p_expression)
            using errcode = 'LA004', hint = format('give a jitter of at most %s, so that no run starts after the tick that follows', shortest);
    end if;
end $$;
comment on function require_jitter(interval, text, text) is 'Refuses a jitter that is longer than the shortest time between the next ticks of a cron expression.';

-- Tables -----------------------------------------------------------------------------------------------------------------------

create type overlap_rule as enum ('skip', 'queue');
comment on type overlap_rule is 'What becomes of a tick while a run of its schedule is open: it is skipped, or it waits for the end of that run.';
create type catch_up_rule as enum ('none', 'once');
comment on type catch_up_rule is 'What becomes of ticks that no daemon was there for: all are skipped, or the newest of them runs.';
create type adoption_rule as enum ('never', 'if-better');
comment on type adoption_rule is 'Whether a scheduled run becomes the current one by itself, where it is not worse.';
create type start_rule as enum ('scratch', 'previous');
comment on type start_rule is 'What round 0 of a scheduled run starts from: new weights, or those of the schedule''s previous run.';
create type tick_cause as enum ('cron', 'data', 'run-now', 'catch-up');
comment on type tick_cause is 'Why a tick exists: its time had come, enough annotations were new, a person asked for it, or it makes up for ticks that were missed.';
create type schedule_action_kind as enum ('create', 'pause', 'resume', 'run-now', 'retry', 'remove');
comment on type schedule_action_kind is 'What a person did with a schedule.';

create table schedule (
    id bigint generated always as identity primary key,
    name text not null constraint schedule_has_a_name check (name ~ '^[A-Za-z0-9_.-]{1,50}$' and name !~ '^\.'),
    config jsonb not null constraint schedule_has_sections check (jsonb_typeof(config) = 'object' and octet_length(config::text) <= 1048576),
    split_id integer not null references split,
    origins label_origin[] not null,
    trains_unassigned boolean not null,
    modalities text[] not null,
    organs text[] not null constraint schedule_has_organs check (cardinality(organs) > 0),
    mapped text[] not null,
    accepted text[] not null,
    cron text,
    time_zone text not null,
    when_new integer constraint a_data_trigger_counts check (when_new >= 1),
    quiet interval not null constraint quiet_time_is_bounded check (quiet between interval '0' and interval '24 hours'),
    window_start time,
    window_end time,
    jitter interval not null constraint jitter_is_bounded check (jitter between interval '0' and interval '24 hours'),
    overlap overlap_rule not null,
    catch_up catch_up_rule not null,
    adopt adoption_rule not null,
    adopt_margin real not null constraint margin_is_a_dice check (adopt_margin between 0 and 1),
    adopt_volumes integer not null constraint volumes_are_compared check (adopt_volumes >= 1),
    start_from start_rule not null,
    max_hours real constraint a_run_has_time check (max_hours > 0 and max_hours <= 8760),
    is_paused boolean not null default false,
    is_removed boolean not null default false,
    created_revision bigint not null,
    seen_revision bigint not null,
    last_number integer not null,
    next_due timestamptz,
    constraint a_schedule_has_a_trigger check (cron is not null or when_new is not null),
    constraint a_window_has_two_ends check ((window_start is null) = (window_end is null) and window_start is distinct from window_end
        or window_start is null and window_end is null),
    constraint accepted_organs_are_mapped check (cardinality(mapped) = cardinality(accepted)),
    constraint an_active_cron_has_a_next_instant check ((next_due is null) = (cron is null or is_paused or is_removed))
);
create unique index schedule_in_use on schedule (name) where not is_removed;
create index schedule_due on schedule (next_due) where next_due is not null;
create index schedule_of_data on schedule (seen_revision) where when_new is not null and not is_paused and not is_removed;
comment on table schedule is 'What makes runs by itself: a configuration with the times or the number of new annotations at which a run of it starts.';
comment on column schedule.name is 'The runs are named NAME-1, NAME-2 and so on. A removed schedule releases its name, and a later one of that name continues its numbers.';
comment on column schedule.config is 'The sections run, learning and grid of the configuration, each key with its value. What queries need is in columns.';
comment on column schedule.mapped is 'The organs of the class mapping; accepted is parallel, the preferred organ first.';
comment on column schedule.cron is 'When ticks are due, in time_zone; null: no tick is due by time.';
comment on column schedule.when_new is 'A tick is due when as many annotations are new since the revision that the schedule''s last finished run trained on, or since its creation. Null: no tick is due by data.';
comment on column schedule.quiet is 'Annotations are counted when no revision was made for this time, or ten times as long after the first one.';
comment on column schedule.window_start is 'Local time from which runs may start; a run that is due outside of the window waits for it.';
comment on column schedule.window_end is 'Local time up to which runs may start; before window_start: on the next day.';
comment on column schedule.jitter is 'A run by time is delayed by a share of this, which depends on the schedule and the instant alone.';
comment on column schedule.adopt_margin is 'The loss of mean paired Dice of an organ up to which a run is not worse.';
comment on column schedule.adopt_volumes is 'Organs with fewer volumes that both runs were evaluated on are not compared.';
comment on column schedule.max_hours is 'Hours after its first start, or after that of a retry, at which a run is stopped; null: no limit.';
comment on column schedule.created_revision is 'The newest revision when the schedule was created.';
comment on column schedule.seen_revision is 'The revision up to which annotations were counted.';
comment on column schedule.last_number is 'The number of the newest tick that is not skipped.';
comment on column schedule.next_due is 'The next instant of cron; null where there is none or the schedule is paused.';

create table tick (
    id bigint generated always as identity primary key,
    schedule_id bigint not null references schedule,
    instant timestamptz not null,
    cause tick_cause not null,
    number integer constraint ticks_are_numbered check (number >= 1),
    new_annotations bigint,
    skipped text constraint a_skipped_tick_has_a_reason check (skipped ~ '\S' and length(skipped) <= 1000),
    note text constraint a_note_has_a_text check (note ~ '\S'),
    missed integer constraint missed_ticks_are_counted check (missed >= 1),
    enqueued_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    unique (schedule_id, instant),
    unique (schedule_id, number),
    constraint a_tick_runs_or_is_skipped check (number is not null or skipped is not null),
    constraint a_skipped_tick_has_no_job check (skipped is null or enqueued_at is null),
    constraint missed_ticks_are_skipped check (missed is null or skipped is not null)
);
create index tick_queued on tick (schedule_id) where skipped is null and enqueued_at is null;
comment on table tick is 'The instants at which schedules were due. Each is one run, however many daemons there are, or skipped with its reason.';
comment on column tick.number is 'The number of its run; null for a tick that was skipped at once.';
comment on column tick.new_annotations is 'The annotations that were new, where they were counted.';
comment on column tick.skipped is 'Why nothing runs for it.';
comment on column tick.note is 'What a person should know of its run: that it does not start from the weights that its schedule asks for.';
comment on column tick.missed is 'The number of ticks that the row represents, for which no daemon was running; instant is the first of them.';
comment on column tick.enqueued_at is 'When its job was created; null for a skipped tick, and for one that waits for another run of its schedule.';

alter table job add constraint job_is_of_a_tick foreign key (tick_id) references tick;

create table schedule_action (
    id bigint generated always as identity primary key,
    schedule_id bigint not null references schedule,
    kind schedule_action_kind not null,
    tick_id bigint references tick,
    activity_id bigint not null references activity
);
create index on schedule_action (schedule_id);
comment on table schedule_action is 'What persons did with schedules; who, when and why is in the activity.';
comment on column schedule_action.tick_id is 'The tick that was made or retried.';
create trigger history_is_append_only before update or delete or truncate on schedule_action execute function refuse_rewriting();

create table schedule_clock (
    singleton boolean primary key default true check (singleton),
    latest timestamptz not null
);
insert into schedule_clock (latest) values (clock_timestamp());
comment on table schedule_clock is 'The latest time of the server, within ten seconds, at which ticks were fired, in one row: it shows that the clock was set back.';

-- Firing -----------------------------------------------------------------------------------------------------------------------

create function schedule_jobs(p_schedule bigint) returns setof bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select j.id from job j join tick t on t.id = j.tick_id where j.state = 'waiting' and j.kind = 'run' and t.schedule_id = p_schedule
    union all
    select j.id from job j join tick t on t.id = j.tick_id where j.state = 'running' and j.kind = 'run' and t.schedule_id = p_schedule
$$;
comment on function schedule_jobs(bigint) is 'The jobs of a schedule that wait or run.';

create function open_ticks(p_schedule bigint) returns setof integer
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select t.number from schedule_jobs(p_schedule) o (job_id) join job j on j.id = o.job_id join tick t on t.id = j.tick_id
    union all
    select number from tick where schedule_id = p_schedule and skipped is null and enqueued_at is null
$$;
comment on function open_ticks(bigint) is 'The numbers of a schedule''s ticks that are neither skipped nor ended.';

create function last_run_of_schedule(p_schedule bigint, p_before integer default null) returns bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select j.run_id from tick t join job j on j.tick_id = t.id
    where t.schedule_id = p_schedule and j.state = 'done' and (p_before is null or t.number < p_before)
    order by t.number desc limit 1
$$;
comment on function last_run_of_schedule(bigint, integer) is 'The newest finished run of a schedule, of a tick before the given one; null where there is none.';

create function trained_revision(p_schedule schedule) returns bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select coalesce((select revision from run where id = last_run_of_schedule(p_schedule.id)), p_schedule.created_revision)
$$;
comment on function trained_revision(schedule) is 'The revision that the last finished run of a schedule trained on; before the first one that of its creation.';

create function new_annotations(p_schedule schedule) returns bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select count(*) from snapshot_of_plan(p_schedule.split_id, p_schedule.origins, p_schedule.trains_unassigned, p_schedule.modalities,
        p_schedule.organs, p_schedule.mapped, p_schedule.accepted) s
    join annotation a on a.id = s.annotation_id join change c on c.id = a.change_id
    where c.revision > trained_revision(p_schedule)
$$;
comment on function new_annotations(schedule) is 'The number of (volume, organ) annotations that the next run of a schedule would use and that are newer than the revision its last finished run trained on.';

create function window_opening(p_schedule schedule, p_instant timestamptz) returns timestamptz
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    start time := p_schedule.window_start;
    the_end time := p_schedule.window_end;
    day timestamp := date_trunc('day', p_instant at time zone p_schedule.time_zone);
    local time := (p_instant at time zone p_schedule.time_zone)::time;
begin
    if start is null or start < the_end and local >= start and local < the_end
        or start > the_end and (local >= start or local < the_end) then
        return p_instant;
    end if;
    if local >= start then
        day := day + interval '1 day';
    end if;
    return (select i from instants_of(day + start, p_schedule.time_zone, false) i);
end $$;
comment on function window_opening(schedule, timestamptz) is 'The first instant, not before the given one, at which a run of a schedule may start.';

create function upcoming_starts(p_schedule schedule, p_count integer) returns timestamptz[]
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    tick timestamptz := p_schedule.next_due;
    starts timestamptz[] := '{}';
begin
    while tick is not null and cardinality(starts) < p_count loop
        starts := starts || case when p_schedule.window_start is null then tick else window_opening(p_schedule, tick) end;
        tick := cron_next(p_schedule.cron, p_schedule.time_zone, starts[cardinality(starts)]);
    end loop;
    return starts;
exception when invalid_parameter_value then
    return case when cardinality(starts) = 0 then array[tick] else starts end;
end $$;
comment on function upcoming_starts(schedule, integer) is 'The instants at which the next runs of a schedule''s cron expression may start, without jitter, as many as p_count: ticks outside of the window are one start, when it opens. None where the schedule has no expression or is paused; only the next tick where the server does not know the time zone.';

create function delay_of_tick(p_schedule schedule, p_instant timestamptz) returns interval
language sql stable as $$
    select p_schedule.jitter * (
        ('x' || left(md5(p_schedule.id || ' ' || extract(epoch from p_instant)), 6))::bit(24)::integer / 16777216.0)
$$;
comment on function delay_of_tick(schedule, timestamptz) is 'The delay of a tick by jitter: the same for every daemon.';

create function enqueue_tick(p_schedule schedule, p_tick bigint, p_due timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_job bigint := enqueue_run(p_tick);
begin
    update job set due = p_due where id = the_job;
    update tick set enqueued_at = clock_timestamp() where id = p_tick;
end $$;

create function skip_tick(
    p_schedule bigint, p_instant timestamptz, p_cause tick_cause, p_reason text, p_missed integer default null,
    p_new bigint default null) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    insert into tick (schedule_id, instant, cause, skipped, missed, new_annotations)
    values (p_schedule, p_instant, p_cause, p_reason, p_missed, p_new)
    on conflict (schedule_id, instant) do nothing
$$;
comment on function skip_tick(bigint, timestamptz, tick_cause, text, integer, bigint) is 'Records that nothing runs for a tick, or for several that were missed.';

create function take_number(p_schedule bigint) returns integer
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_name text;
    the_number integer;
begin
    select name, last_number into the_name, the_number from schedule where id = p_schedule;
    loop
        the_number := the_number + 1;
        exit when not exists (select from run where name = the_name || '-' || the_number);
    end loop;
    update schedule set last_number = the_number where id = p_schedule;
    return the_number;
end $$;
comment on function take_number(bigint) is 'The next number of a schedule whose run does not exist yet.';

create function add_tick(
    p_schedule schedule, p_instant timestamptz, p_cause tick_cause, p_present timestamptz, p_new bigint default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_open integer[] := array(select open_ticks(p_schedule.id));
    the_tick bigint;
begin
    if exists (select from tick where schedule_id = p_schedule.id and instant = p_instant) then
        return null; -- the clock was set back
    end if;
    if cardinality(the_open) > (case p_schedule.overlap when 'queue' then 1 else 0 end) then
        perform skip_tick(p_schedule.id, p_instant, p_cause,
            format('run %s-%s of this schedule has not ended', p_schedule.name, (select max(n) from unnest(the_open) n)), null, p_new);
        return null;
    end if;
    insert into tick (schedule_id, instant, cause, number, new_annotations)
    values (p_schedule.id, p_instant, p_cause, take_number(p_schedule.id), p_new) returning id into the_tick;
    if cardinality(the_open) = 0 then
        perform enqueue_tick(p_schedule, the_tick, case p_cause
            when 'run-now' then p_present
            when 'data' then window_opening(p_schedule, p_instant)
            else window_opening(p_schedule, p_instant + delay_of_tick(p_schedule, p_instant)) end);
    end if;
    return the_tick;
end $$;
comment on function add_tick(schedule, timestamptz, tick_cause, timestamptz, bigint) is 'Records a tick with its run, or as skipped or waiting where a run of the schedule is open. Null where it does not run, or was recorded before. The schedule is locked.';

create function missed_reason(p_schedule schedule, p_count integer, p_first timestamptz, p_last timestamptz, p_why text) returns text
language sql stable as $$
    select case when p_count = 1 then format('the tick of %s was missed', local_time(p_first, p_schedule.time_zone))
        else format('%s%s ticks from %s to %s were missed', p_count, case when p_count >= 1000 then ' or more' else '' end,
            local_time(p_first, p_schedule.time_zone), local_time(p_last, p_schedule.time_zone)) end || ': ' || p_why
$$;

create function stop_schedule(p_schedule schedule, p_reason text) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    update schedule set is_paused = true, next_due = null where id = p_schedule.id;
    perform record_schedule_action(p_schedule.id, 'pause', 'lacunad', p_reason);
end $$;
comment on function stop_schedule(schedule, text) is 'Pauses a schedule that cannot go on by itself; the reason is in its actions.';

create function stop_failed_schedule(
    p_schedule schedule, p_instant timestamptz, p_cause tick_cause, p_state text, p_problem text) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_reason text := left(format('the schedule cannot be fired (SQLSTATE %s): %s', p_state, p_problem), 1000);
begin
    perform skip_tick(p_schedule.id, p_instant, p_cause, the_reason);
    perform stop_schedule(p_schedule, the_reason);
end $$;
comment on function stop_failed_schedule(schedule, timestamptz, tick_cause, text, text) is 'Records a tick that could not be fired as skipped, with the error, and pauses its schedule: the others go on.';

create function is_passing(p_state text) returns boolean language sql immutable as $$
    select left(p_state, 2) in ('40', '53', '55', '57', '58')
$$;
comment on function is_passing(text) is 'Whether an error is of the server or of a conflict, so that a later call may succeed, and not of what was to be done.';

create function plan_next_instant(p_schedule schedule, p_after timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_next timestamptz := cron_next(p_schedule.cron, p_schedule.time_zone, p_after);
begin
    if the_next is null then
        perform stop_schedule(p_schedule,
            format('the cron expression %s has no further instant within 3000 days', quote_literal(p_schedule.cron)));
    else
        update schedule set next_due = the_next where id = p_schedule.id;
    end if;
end $$;
comment on function plan_next_instant(schedule, timestamptz) is 'Sets the next instant of a schedule by time; pauses one that has none.';

create function fire_cron(p_schedule schedule, p_present timestamptz) returns integer[]
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    instant timestamptz := p_schedule.next_due;
    newest timestamptz;  -- the newest instant that is due
    earlier timestamptz; -- the newest before it
    due integer := 0;
    on_time timestamptz := p_present - interval '5 minutes';
    is_late boolean;
    missed integer;
    fresh bigint;
    fired bigint;
begin
    while instant <= p_present loop
        earlier := newest;
        newest := instant;
        due := due + 1;
        instant := cron_next(p_schedule.cron, p_schedule.time_zone, case when due = 1000 then greatest(instant, on_time) else instant end);
    end loop;
    is_late := newest < on_time;
    missed := due - case when is_late and p_schedule.catch_up = 'none' then 0 else 1 end;
    if missed > 0 then
        perform skip_tick(p_schedule.id, p_schedule.next_due, 'cron', missed_reason(p_schedule, missed, p_schedule.next_due,
            case when missed = due then newest else earlier end, 'no daemon was running, or the clock was set forward'), missed);
    end if;
    if missed < due then
        if p_schedule.when_new is not null then
            fresh := new_annotations(p_schedule);
        end if;
        if fresh = 0 then
            perform skip_tick(p_schedule.id, newest, 'cron',
                'no annotation that it would use is newer than revision ' || trained_revision(p_schedule), null, 0);
        else
            fired := add_tick(p_schedule, newest, case when is_late then 'catch-up' else 'cron' end::tick_cause, p_present, fresh);
        end if;
    end if;
    perform plan_next_instant(p_schedule, greatest(newest, p_present));
    return array[(fired is not null)::integer, missed];
end $$;
comment on function fire_cron(schedule, timestamptz) is 'Fires the ticks by time of a schedule that are due; returns the numbers of ticks that run and that were missed. A tick is missed where it is more than five minutes late, or a later one is due as well. Of more than a thousand, those that are on time are counted too.';

create function data_due(p_schedule schedule, p_present timestamptz) returns timestamptz
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select case when newest.committed_at > p_present then p_present -- the clock was set back
        else least(newest.committed_at + p_schedule.quiet, first.committed_at + 10 * p_schedule.quiet) end
    from change newest left join change first on first.revision = p_schedule.seen_revision + 1
    where newest.revision = current_revision() and newest.revision > p_schedule.seen_revision
      and not exists (select open_ticks(p_schedule.id))
$$;
comment on function data_due(schedule, timestamptz) is 'When the new annotations of a schedule are to be counted; null where no revision is new or a run of the schedule is open.';

create function fire_data(p_schedule schedule, p_present timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    seen bigint := current_revision();
    fresh bigint;
begin
    if not coalesce(data_due(p_schedule, p_present) <= p_present, false) then
        return false;
    end if;
    fresh := new_annotations(p_schedule);
    update schedule set seen_revision = seen where id = p_schedule.id;
    return fresh >= p_schedule.when_new and add_tick(p_schedule, p_present, 'data', p_present, fresh) is not null;
end $$;
comment on function fire_data(schedule, timestamptz) is 'Counts the new annotations of a schedule where that is due, and fires a tick where they are enough.';

create function follow_clock(p_present timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_latest timestamptz;
    the_schedule schedule;
begin
    select latest into the_latest from schedule_clock
    where p_present not between latest - interval '1 minute' and latest + interval '10 seconds' for update skip locked;
    if not found then
        return;
    end if;
    update schedule_clock set latest = p_present;
    if p_present < the_latest then -- the clock was set back
        for the_schedule in select * from schedule where next_due is not null order by id for update loop
            begin
                perform plan_next_instant(the_schedule, p_present);
            exception when others then
                if is_passing(sqlstate) then
                    raise;
                end if;
                perform stop_failed_schedule(the_schedule, p_present, 'cron', sqlstate, sqlerrm);
            end;
        end loop;
        update job set due = p_present
        where id = any (array(
            select id from job
            where state = 'waiting' and kind = 'run' and tick_id is not null and due > p_present + interval '3 days' order by id for update));
    end if;
end $$;
comment on function follow_clock(timestamptz) is 'Notices that the clock of the server was set back, and computes the next instants again. Ticks that were fired before are not fired again.';

create function enqueue_queued(p_present timestamptz) returns integer
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_schedule schedule;
    the_tick tick;
    enqueued integer := 0;
begin
    for the_tick in select * from tick where skipped is null and enqueued_at is null order by id loop
        select * into the_schedule from schedule
        where id = the_tick.schedule_id and (not is_paused or the_tick.cause = 'run-now') for update skip locked;
        continue when not found or exists (select schedule_jobs(the_schedule.id))
            or not exists (select from tick where id = the_tick.id and skipped is null and enqueued_at is null);
        begin
            perform enqueue_tick(the_schedule, the_tick.id,
                case the_tick.cause when 'run-now' then p_present else window_opening(the_schedule, p_present) end);
            enqueued := enqueued + 1;
        exception when others then
            if is_passing(sqlstate) then
                raise;
            end if;
            perform stop_failed_schedule(the_schedule, p_present, the_tick.cause, sqlstate, sqlerrm);
        end;
    end loop;
    return enqueued;
end $$;
comment on function enqueue_queued(timestamptz) is 'Creates the jobs of ticks that waited for the end of another run of their schedule. Those of a paused schedule wait on, but for those that a person asked for, which wait for no window either. Returns their number.';

create function fire_ticks_at(
    p_present timestamptz, out next_due timestamptz, out seconds double precision, out fired integer, out missed integer)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
#variable_conflict use_column
declare
    the_schedule schedule;
    counts integer[];
begin
    perform follow_clock(p_present);
    fired := enqueue_queued(p_present);
    missed := 0;
    for the_schedule in
        select * from schedule s where s.next_due <= p_present order by s.next_due, s.id for update skip locked
    loop
        begin
            counts := fire_cron(the_schedule, p_present);
            fired := fired + counts[1];
            missed := missed + counts[2];
        exception when others then
            if is_passing(sqlstate) then
                raise;
            end if;
            perform stop_failed_schedule(the_schedule, the_schedule.next_due, 'cron', sqlstate, sqlerrm);
        end;
    end loop;
    for the_schedule in
        select * from schedule s
        where s.when_new is not null and not s.is_paused and not s.is_removed and s.seen_revision < current_revision()
          and data_due(s, p_present) <= p_present
        order by s.id for update skip locked
    loop
        begin
            fired := fired + fire_data(the_schedule, p_present)::integer;
        exception when others then
            if is_passing(sqlstate) then
                raise;
            end if;
            perform stop_failed_schedule(the_schedule, p_present, 'data', sqlstate, sqlerrm);
        end;
    end loop;
    if fired > 0 then
        perform pg_notify('lacuna', 'job');
    end if;
    select min(n.instant) into next_due from (
        -- What is due and was not fired here is being fired by another daemon.
        select min(greatest(s.next_due, p_present + interval '100 ms')) from schedule s
        union all
        select min(greatest(data_due(s, p_present), p_present + interval '100 ms')) from schedule s
        where s.when_new is not null and not s.is_paused and not s.is_removed and s.seen_revision < current_revision()
        union all
        select min(j.due) from job j where j.state = 'waiting' and j.kind = 'run' and j.tick_id is not null and j.due > p_present
    ) n (instant);
    seconds := extract(epoch from next_due - p_present);
end $$;
comment on function fire_ticks_at(timestamptz) is 'As fire_ticks, at a given time. A schedule that cannot be fired is paused with the reason; the others are not concerned.';

create function fire_ticks(out next_due timestamptz, out seconds double precision, out fired integer, out missed integer)
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select * from fire_ticks_at(clock_timestamp())
$$;
comment on function fire_ticks() is 'Fires all ticks that are due by the clock of the server, each once however many daemons call it. Returns the next instant at which something may be due, the seconds until then (null: nothing is foreseen), and the numbers of ticks that run and that were missed. To be called then, after each notification on the channel lacuna, and at least once a minute.';

-- Wakes the daemons, once in a transaction that adds annotations.
create function notify_of_labels() returns trigger language plpgsql as $$
begin
    perform pg_notify('lacuna', 'label');
    return null;
end $$;

create trigger daemons_are_notified after insert on annotation for each statement execute function notify_of_labels();

-- Wakes the daemons when a scheduled run has ended: another tick of its schedule may wait for that.
create function notify_of_schedules() returns trigger language plpgsql as $$
begin
    perform pg_notify('lacuna', 'schedule');
    return null;
end $$;

create trigger daemons_are_notified after update of state on job for each row
    when (new.tick_id is not null and new.state in ('done', 'dead', 'cancelled')) execute function notify_of_schedules();

-- The runs of ticks ------------------------------------------------------------------------------------------------------------

create function previous_run(p_schedule bigint, p_number integer) returns bigint
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select run_id from last_run_of_schedule(p_schedule, p_number) l (run_id) join schedule s on s.id = p_schedule
    where s.start_from = 'previous' and not exists (
        select from round r join contaminated_checkpoint c on c.round_id = r.id where r.run_id = l.run_id)
$$;
comment on function previous_run(bigint, integer) is 'The run from whose weights the run of a tick starts; null from scratch, and where the last finished run was trained on data that are removed or held out now.';

-- The weights that a run of a tick starts from are decided when the run is created.
create function record_run_start() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    insert into run_start (run_id, previous_run_id)
    select new.run_id, p.run_id from tick t cross join lateral previous_run(t.schedule_id, t.number) p (run_id)
    where t.id = new.tick_id and p.run_id is not null;
    if not found then
        update tick t set note = 'starts from new weights: ' || run_name(last_run_of_schedule(s.id, t.number))
            || ' was trained on data that are removed or held out now'
        from schedule s
        where t.id = new.tick_id and s.id = t.schedule_id and s.start_from = 'previous'
          and last_run_of_schedule(s.id, t.number) is not null;
    end if;
    return null;
end $$;

create trigger starts_of_runs_are_recorded after update of run_id on job for each row
    when (new.tick_id is not null and old.run_id is null and new.run_id is not null) execute function record_run_start();

create function tick_of_job(p_job bigint, p_token bigint)
returns table (
    schedule text, number integer, cause tick_cause, run_name text, config jsonb, previous_run text, adopt adoption_rule, max_hours real,
    seconds_left double precision, attempt integer)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
#variable_conflict use_column
begin
    perform hold_job(p_job, p_token, 'run');
    return query
    select s.name, t.number, t.cause, coalesce(r.name, s.name || '-' || t.number), s.config,
        (select p.name from run p where p.id = case when j.run_id is null then previous_run(s.id, t.number)
            else (select b.previous_run_id from run_start b where b.run_id = j.run_id) end),
        s.adopt, s.max_hours, s.max_hours * 3600 - extract(epoch from clock_timestamp() - j.begun_at)::float8, j.attempts
    from job j join tick t on t.id = j.tick_id join schedule s on s.id = t.schedule_id left join run r on r.id = j.run_id
    where j.id = p_job;
end $$;
comment on function tick_of_job(bigint, bigint) is 'What the holder of a run''s job does for its tick: the run''s name, the configuration by sections, the run whose weights it starts from (null: from scratch), whether it is adopted, the hours after which it stops and the seconds that are left of them (null: no limit), and the attempt. No row for a run that was started by hand.';

create type tick_outcome as enum ('waiting', 'running', 'done', 'failed', 'cancelled', 'skipped');
comment on type tick_outcome is 'What became of a tick, by its job: failed is a job that is not tried again.';

create view schedule_history as
    select t.id as tick_id, t.schedule_id, s.name as schedule, t.instant, t.cause, t.number, t.new_annotations, t.missed,
        case when t.skipped is not null then 'skipped' when j.id is null then 'waiting' when j.state = 'dead' then 'failed'
            else j.state::text end::tick_outcome as outcome,
        case when t.skipped is not null then t.skipped
            when j.id is null and s.is_paused and t.cause <> 'run-now' then 'waits for lacuna schedule resume'
            when j.id is null then 'waits for the end of another run of the schedule' else coalesce(reason_of_job(j), t.note) end as reason,
        j.id as job_id, j.attempts, j.due, j.ended_at, r.id as run_id, r.name as run, r.revision
    from tick t join schedule s on s.id = t.schedule_id left join job j on j.tick_id = t.id left join run r on r.id = j.run_id;
comment on view schedule_history is 'The ticks of schedules with what became of them; a failed one waits for schedule retry. revision: that whose annotations the run trained on.';

-- Adoption ---------------------------------------------------------------------------------------------------------------------

create type adoption_decision as enum ('adopted', 'proposed');
comment on type adoption_decision is 'Whether a scheduled run became the current one by itself, or waits for a person.';

create table adoption_proposal (
    run_id bigint primary key references run,
    current_run_id bigint references run,
    decision adoption_decision not null,
    reason text not null constraint a_decision_has_a_reason check (reason ~ '\S'),
    recorded_at timestamptz not null default clock_timestamp()
);
create index on adoption_proposal (current_run_id);
comment on table adoption_proposal is 'The scheduled runs that were compared with the current run at their end.';
comment on column adoption_proposal.current_run_id is 'The run that was the current one; null: none.';
create trigger history_is_append_only before update or delete or truncate on adoption_proposal execute function refuse_rewriting();

create table adoption_comparison (
    run_id bigint not null references run,
    organ_id smallint not null references organ,
    volumes integer not null,
    current_dice real not null,
    dice real not null,
    is_compared boolean not null,
    is_worse boolean not null,
    primary key (run_id, organ_id)
);
comment on table adoption_comparison is 'The mean held-out Dice of the last rounds of a run and of the current run, over the volumes that both were evaluated on.';
comment on column adoption_comparison.is_compared is 'Whether the volumes are enough to compare the organ.';
comment on column adoption_comparison.is_worse is 'Whether the run loses more than the margin of its schedule.';
create trigger history_is_append_only before update or delete or truncate on adoption_comparison execute function refuse_rewriting();

create function paired_dice(p_run bigint, p_current bigint)
returns table (organ_id smallint, volumes bigint, current_dice double precision, dice double precision)
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select e.organ_id, count(*), avg(c.dice::double precision), avg(e.dice::double precision)
    from evaluation e join evaluation c on c.volume_id = e.volume_id and c.organ_id = e.organ_id
    where e.round_id = (select id from round where run_id = p_run order by number desc limit 1)
      and c.round_id = (select id from round where run_id = p_current order by number desc limit 1)
      and e.dice is not null and c.dice is not null
      and not exists (select from withheld_volume h where h.volume_id = e.volume_id)
    group by e.organ_id
$$;
comment on function paired_dice(bigint, bigint) is 'The mean held-out Dice of the last rounds of two runs by organ, over the volumes that both were evaluated on.';

create function hidden_by(p_run bigint, p_current bigint) returns text
language sql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    select string_agg(o.key, ', ' order by o.position) from organ o
    cross join lateral (
        select round_id from round_pointer p where p.run_id = p_current and p.organ_id = o.id order by p.id desc limit 1) shown
    where shown.round_id is not null and (
        select round_id from round_pointer p where p.run_id = p_run and p.organ_id = o.id order by p.id desc limit 1) is null
$$;
comment on function hidden_by(bigint, bigint) is 'The organs that a run labels now and another does not; null where there is none.';

create function reason_against_adoption(p_run bigint, p_current bigint) returns text
language plpgsql stable security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    worse text;
    hidden text := hidden_by(p_run, p_current);
begin
    if p_current is null then
        return 'no run is the current one';
    end if;
    select string_agg(format('%s %s instead of %s', o.key, round(c.dice::numeric, 3), round(c.current_dice::numeric, 3)), ', ' order by o.position)
    into worse from adoption_comparison c join organ o on o.id = c.organ_id where c.run_id = p_run and c.is_worse;
    return case
        when worse is not null then 'the held-out Dice is worse: ' || worse
        when hidden is not null then 'the current run has labels of organs for which this one has none: ' || hidden
        when not exists (select from adoption_comparison where run_id = p_run and is_compared)
            then 'no organ has enough volumes on which both runs were evaluated' end;
end $$;
comment on function reason_against_adoption(bigint, bigint) is 'Why a run that was compared does not become the current one by itself; null where it does.';

create function adopt_if_better(p_job bigint, p_token bigint, p_program text) returns adoption_decision
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_run bigint;
    the_schedule schedule;
    the_current bigint;
    the_reason text;
begin
    perform pg_advisory_xact_lock(pointer_lock());
    the_run := hold_claim(p_job, p_token);
    select s.* into the_schedule from job j join tick t on t.id = j.tick_id join schedule s on s.id = t.schedule_id where j.id = p_job;
    if not found or the_schedule.adopt = 'never' then
        return null;
    end if;
    if exists (select from round where run_id = the_run and state <> 'published') then
        raise exception '% has rounds that are not closed', run_name(the_run) using errcode = 'LA005';
    end if;
    select run_id into the_current from adoption order by id desc limit 1;
    if the_current = the_run or exists (select from adoption_proposal where run_id = the_run) then
        return (select decision from adoption_proposal where run_id = the_run);
    end if;
    insert into adoption_comparison
    select the_run, d.organ_id, d.volumes, d.current_dice, d.dice, d.volumes >= the_schedule.adopt_volumes,
        d.volumes >= the_schedule.adopt_volumes and d.dice < d.current_dice - the_schedule.adopt_margin
    from paired_dice(the_run, the_current) d;
    the_reason := reason_against_adoption(the_run, the_current);
    insert into adoption_proposal (run_id, current_run_id, decision, reason)
    values (the_run, the_current, case when the_reason is null then 'adopted' else 'proposed' end::adoption_decision,
        coalesce(the_reason, 'no organ is worse by more than ' || the_schedule.adopt_margin));
    if the_reason is null then
        perform adopt_run(the_run, p_program, format('schedule %s: not worse than %s', the_schedule.name, run_name(the_current)));
        return 'adopted';
    end if;
    return 'proposed';
end $$;
comment on function adopt_if_better(bigint, bigint, text) is 'At the end of a scheduled run, before it is finished: makes it the current run where its schedule asks for that and it is not worse on any organ, else records a proposal with the comparison. Null where the schedule does not ask, or the run is the current one already. A repeated call changes nothing.';

create view open_proposal as
    select p.run_id, r.name as run, c.name as current_run, p.reason, p.recorded_at
    from adoption_proposal p join run r on r.id = p.run_id left join run c on c.id = p.current_run_id
    where p.decision = 'proposed' and not exists (select from adoption a where a.run_id = p.run_id)
      and p.current_run_id is not distinct from (select a.run_id from adoption a order by a.id desc limit 1);
comment on view open_proposal is 'Scheduled runs that wait for round adopt: they were compared with the run that is still the current one, and did not become it by themselves.';

-- Persons ----------------------------------------------------------------------------------------------------------------------

create function record_schedule_action(
    p_schedule bigint, p_kind schedule_action_kind, p_program text, p_reason text default null, p_tick bigint default null) returns void
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    insert into schedule_action (schedule_id, kind, tick_id, activity_id)
    select p_schedule, p_kind, p_tick, start_activity('schedule', p_program, jsonb_strip_nulls(jsonb_build_object(
        'schedule', (select name from schedule where id = p_schedule), 'action', p_kind, 'reason', p_reason)));
    select pg_notify('lacuna', 'schedule');
$$;

create function use_schedule(p_schedule bigint) returns schedule
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_schedule schedule;
begin
    select * into the_schedule from schedule where id = p_schedule and not is_removed for update;
    if not found then
        raise exception 'the schedule does not exist, or was removed' using errcode = 'LA004', hint = 'lacuna schedule list shows all';
    end if;
    return the_schedule;
end $$;
comment on function use_schedule(bigint) is 'Locks a schedule until the transaction ends; refuses one that was removed.';

create function create_schedule(
    p_name text, p_config jsonb, p_split text, p_origins label_origin[], p_trains_unassigned boolean, p_modalities text[],
    p_organs text[], p_mapped text[], p_accepted text[], p_cron text, p_time_zone text, p_when_new integer, p_quiet_seconds double precision,
    p_window_start time, p_window_end time, p_jitter_seconds double precision, p_overlap overlap_rule, p_catch_up catch_up_rule,
    p_adopt adoption_rule, p_adopt_margin real, p_adopt_volumes integer, p_start_from start_rule, p_max_hours real, p_program text)
returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_split integer;
    unknown text;
    the_schedule bigint;
begin
    select id into the_split from split where name = p_split;
    if not found then
        raise exception 'no split is named %', p_split using errcode = 'LA004', column = 'split', hint = 'create it with lacuna split create';
    end if;
    select string_agg(distinct coalesce(k, 'null'), ', ') into unknown
    from unnest(p_organs || p_mapped || p_accepted) k where not exists (select from organ where key = k);
    if unknown is not null then
        raise exception 'unknown organs: %', unknown using errcode = 'LA004', hint = 'lacuna organ list shows the keys';
    end if;
    perform require_zone(p_time_zone);
    if exists (select from schedule where name = p_name and not is_removed) then
        raise exception 'a schedule is named % already', p_name using errcode = 'LA005', hint = 'give another name, or remove it first';
    end if;
    if p_cron is not null and p_jitter_seconds > 0 then
        perform require_jitter(make_interval(secs => p_jitter_seconds), p_cron, p_time_zone);
    end if;
    insert into schedule (name, config, split_id, origins, trains_unassigned, modalities, organs, mapped, accepted, cron, time_zone, when_new,
        quiet, window_start, window_end, jitter, overlap, catch_up, adopt, adopt_margin, adopt_volumes, start_from, max_hours,
        created_revision, seen_revision, last_number, next_due)
    select p_name, p_config, the_split, p_origins, p_trains_unassigned, p_modalities, p_organs, p_mapped, p_accepted, p_cron, p_time_zone,
        p_when_new, make_interval(secs => p_quiet_seconds), p_window_start, p_window_end, make_interval(secs => p_jitter_seconds), p_overlap,
        p_catch_up, p_adopt, p_adopt_margin, p_adopt_volumes, p_start_from, p_max_hours, current_revision(), current_revision(),
        coalesce((select max(last_number) from schedule where name = p_name), 0),
        case when p_cron is not null then require_cron(p_cron, p_time_zone) end
    returning id into the_schedule;
    perform record_schedule_action(the_schedule, 'create', p_program);
    return the_schedule;
end $$;
comment on function create_schedule(text, jsonb, text, label_origin[], boolean, text[], text[], text[], text[], text, text, integer, double precision, time, time, double precision, overlap_rule, catch_up_rule, adoption_rule, real, integer, start_rule, real, text) is 'Creates a schedule. Refuses an unknown split, organ or time zone, a cron expression that is wrong or never due, and a jitter that is longer than the time between two of its ticks. p_mapped and p_accepted are parallel: the class mapping.';

create function pause_schedule(p_schedule bigint, p_program text, p_reason text) returns boolean
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if (use_schedule(p_schedule)).is_paused then
        return false;
    end if;
    update schedule set is_paused = true, next_due = null where id = p_schedule;
    perform record_schedule_action(p_schedule, 'pause', p_program, p_reason);
    return true;
end $$;
comment on function pause_schedule(bigint, text, text) is 'Ends the firing of ticks until the schedule is resumed; false where it is paused already. A run that waits for a daemon, or runs, is not concerned, nor is one that a person asks for; a tick that waits for the end of another run waits for the resumption too.';

create function resume_schedule(p_schedule bigint, p_program text) returns boolean
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_schedule schedule := use_schedule(p_schedule);
begin
    if not the_schedule.is_paused then
        return false;
    end if;
    perform require_zone(the_schedule.time_zone,
        'update the time zones of the server, or remove the schedule and create it again with another one');
    update schedule set is_paused = false, next_due = case when cron is not null then require_cron(cron, time_zone) end where id = p_schedule;
    perform record_schedule_action(p_schedule, 'resume', p_program);
    return true;
end $$;
comment on function resume_schedule(bigint, text) is 'Lets a paused schedule fire ticks again, from now on: ticks during the pause are not made up for. False where it is not paused. Refuses a time zone that does not exist, and a cron expression that is never due.';

create function run_schedule(p_schedule bigint, p_program text) returns integer
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_schedule schedule := use_schedule(p_schedule);
    the_open integer := (select max(n) from open_ticks(p_schedule) n);
    the_tick bigint;
begin
    if the_open is not null and the_schedule.overlap = 'skip' then
        raise exception 'run %-% of this schedule has not ended', the_schedule.name, the_open
            using errcode = 'LA005', hint = 'wait for its end, or cancel its job with lacuna job cancel';
    end if;
    the_tick := add_tick(the_schedule, clock_timestamp(), 'run-now', clock_timestamp());
    if the_tick is null then
        raise exception 'a run of schedule % waits already', the_schedule.name using errcode = 'LA005',
            hint = 'wait for its start' || case when the_schedule.is_paused then '; the pause may keep it until lacuna schedule resume' else '' end;
    end if;
    perform record_schedule_action(p_schedule, 'run-now', p_program, null, the_tick);
    perform pg_notify('lacuna', 'job');
    return (select number from tick where id = the_tick);
end $$;
comment on function run_schedule(bigint, text) is 'Makes a tick now, whatever the window and the number of new annotations, of a paused schedule too, and returns its number. Refused while a run of the schedule is open, except that one may wait where the schedule queues.';

create function retry_schedule(p_schedule bigint, p_program text) returns integer
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_schedule schedule := use_schedule(p_schedule);
    the_tick tick;
    the_job job;
begin
    select t.* into the_tick from tick t where t.schedule_id = p_schedule and t.enqueued_at is not null order by t.number desc limit 1;
    select j.* into the_job from job j where j.tick_id = the_tick.id;
    if the_job.state is null or the_job.state not in ('dead', 'cancelled') then
        raise exception 'the last run of schedule % has not failed', the_schedule.name
            using errcode = 'LA005', hint = 'lacuna schedule run-now starts a new run';
    end if;
    perform retry_job(the_job.id);
    perform record_schedule_action(p_schedule, 'retry', p_program, null, the_tick.id);
    return the_tick.number;
end $$;
comment on function retry_schedule(bigint, text) is 'Returns the newest run of a schedule to the queue, where it failed or was cancelled, and returns its number. It continues from its last state, with all its attempts.';

create function remove_schedule(p_schedule bigint, p_program text, p_reason text) returns bigint
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    cancelled bigint;
    dropped bigint;
begin
    perform use_schedule(p_schedule);
    update schedule set is_removed = true, next_due = null where id = p_schedule;
    update tick set skipped = 'the schedule was removed' where schedule_id = p_schedule and skipped is null and enqueued_at is null;
    get diagnostics dropped = row_count;
    update job j set state = 'cancelled', token = j.token + 1, reason = 'the schedule was removed', ended_at = clock_timestamp()
    from schedule_jobs(p_schedule) o (job_id) where j.id = o.job_id and j.state = 'waiting';
    get diagnostics cancelled = row_count;
    perform record_schedule_action(p_schedule, 'remove', p_program, p_reason);
    return cancelled + dropped;
end $$;
comment on function remove_schedule(bigint, text, text) is 'Removes a schedule; its history and its runs stay. Cancels its runs that wait, and returns their number. A run that a daemon trains goes on.';

grant execute on function fire_ticks(), tick_of_job(bigint, bigint), adopt_if_better(bigint, bigint, text) to lacuna_trainer;
grant select on schedule, tick, schedule_action, schedule_history, adoption_proposal, adoption_comparison, open_proposal to lacuna_manager;
grant execute on function local_time(timestamptz, text), upcoming_starts(schedule, integer), new_annotations(schedule), trained_revision(schedule),
    create_schedule(text, jsonb, text, label_origin[], boolean, text[], text[], text[], text[], text, text, integer, double precision, time, time,
        double precision, overlap_rule, catch_up_rule, adoption_rule, real, integer, start_rule, real, text),
    pause_schedule(bigint, text, text), resume_schedule(bigint, text), run_schedule(bigint, text), retry_schedule(bigint, text),
    remove_schedule(bigint, text, text) to lacuna_manager;
