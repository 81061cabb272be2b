-- Roles, the identity of the catalogue, activities and revisions.
-- lacuna_owner, which has no login, owns all objects; people are members of lacuna_manager, the daemon is a member of lacuna_trainer.

do $$
declare
    role_name text;
begin
    foreach role_name in array array['lacuna_owner', 'lacuna_manager', 'lacuna_trainer'] loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception when duplicate_object or unique_violation then
                null; -- another database of this cluster created it at the same moment
            end;
        end if;
    end loop;
    if not pg_has_role(current_user, 'lacuna_owner', 'member') then
        execute format('grant lacuna_owner to %I', current_user);
    end if;
end $$;

alter schema lacuna owner to lacuna_owner;
alter table lacuna.migration owner to lacuna_owner;
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

grant usage on schema lacuna to lacuna_manager, lacuna_trainer;
-- For the whole database: a revocation for one schema would leave the default right of everyone in force.
alter default privileges for role lacuna_owner revoke execute on functions from public;

create type label_status as enum ('annotated', 'absent', 'pseudo', 'unlabelled');
comment on type label_status is 'What is known of an organ in a volume: annotated by a mask, known to be absent, labelled by a model, or nothing.';
create type label_origin as enum ('expert', 'reviewed', 'assisted', 'model');
comment on type label_origin is 'Who made a label. The order is that in which competing annotations of one organ become current, the best first.';
create type split_part as enum ('train', 'confidence', 'validation', 'test');
comment on type split_part is 'The part of a split. In the order of strictness: when two subjects are merged, the later part holds.';

create table catalogue (
    singleton boolean primary key default true check (singleton),
    id uuid not null default gen_random_uuid(),
    created_at timestamptz not null default clock_timestamp()
);
insert into catalogue default values;
comment on table catalogue is 'The identity of this catalogue, in one row. The object store has the same id.';

create table revision_counter (
    singleton boolean primary key default true check (singleton),
    value bigint not null
);
insert into revision_counter (value) values (0);
comment on table revision_counter is 'The newest revision, in one row. The row stays locked from the assignment of a revision to the end of its transaction.';
comment on table migration is 'The migrations that were applied to this database, each with the SHA-256 of its file.';

create table activity (
    id bigint generated always as identity primary key,
    kind text not null constraint activity_kind_is_known check (kind in (
        'import', 'ontology', 'training', 'relabelling', 'evaluation', 'review', 'correction', 'rollback', 'adoption', 'split', 'removal',
        'export', 'partition', 'schedule', 'pruning', 'override')),
    agent text not null default session_user,
    account text default nullif(current_setting('lacuna_account.name', true), ''),
    program text not null,
    parameters jsonb not null default '{}' constraint parameters_are_an_object check (jsonb_typeof(parameters) = 'object'),
    reason text,
    accepted text[] not null default '{}',
    dataset text,
    started_at timestamptz not null default clock_timestamp()
);
comment on table activity is 'One import, training round, relabelling, review or rollback: who, when, which program version, which inputs (W3C PROV).';
comment on column activity.account is 'The operating system''s user who ran the program, as the program reported it; agent is the login.';
comment on column activity.parameters is 'The inputs, for people to read. No query reads them: what queries need is in columns, which a trigger fills.';
comment on column activity.reason is 'The reason that a person gave; from the parameter of that name.';
comment on column activity.accepted is 'The findings that the caller accepted at an import; from the parameter of that name.';
comment on column activity.dataset is 'The dataset that was imported, removed or purged; from the parameter of that name.';

create table change (
    id bigint generated always as identity primary key,
    activity_id bigint not null references activity,
    revision bigint unique,
    committed_at timestamptz
);
comment on table change is 'A change of label states. Its revision is assigned at commit, so that the order of revisions is the order of commits.';
comment on column change.revision is 'Null until the transaction commits.';
create index change_that_is_open on change (id) where revision is null;

-- The texts of a list in a JSON object; none where there is no list.
create function json_texts(p_object jsonb, p_key text) returns text[] language sql immutable as $$
    select coalesce(array_agg(t.text order by t.position), '{}')
    from jsonb_array_elements_text(case jsonb_typeof(p_object -> p_key) when 'array' then p_object -> p_key end)
        with ordinality as t (text, position)
$$;

-- Who and when is set here, whatever the statement says. The only place that reads the parameters of an activity for queries.
create function fill_activity_columns() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    new.agent := session_user;
    new.account := nullif(current_setting('lacuna_account.name', true), '');
    new.started_at := clock_timestamp();
    new.reason := new.parameters ->> 'reason';
    new.dataset := new.parameters ->> 'dataset';
    new.accepted := json_texts(new.parameters, 'accepted');
    return new;
end $$;

-- What a person records belongs to an activity of the same login. Functions that run as the owner check their callers themselves;
-- an administrator is outside of the promise.
create function require_own_activities() returns trigger language plpgsql
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_agent text;
begin
    if current_user <> 'lacuna_owner' and not (select rolsuper from pg_roles where rolname = current_user) then
        select a.agent into the_agent from (select distinct activity_id from added) n join activity a on a.id = n.activity_id
        where a.agent <> session_user limit 1;
        if found then
            raise exception 'the activity is of login %, not of %', the_agent, session_user
                using errcode = 'LA015', hint = 'record an activity of your own';
        end if;
    end if;
    return null;
end $$;

create function is_given_name(p_name text) returns boolean language sql immutable as $$
    select p_name ~ '\S' and length(p_name) <= 200 and p_name !~ '^\s|\s$|/' and p_name not in ('.', '..')
       and p_name !~ U&'[\0001-\001f\007f-\009f\00ad\061c\180e\200b-\200f\2028-\202e\2060-\206f\feff\fff9-\fffb]'
$$;
comment on function is_given_name(text) is 'Whether a text can be the name of a dataset, a release or a split: up to 200 characters, without spaces at its ends, slashes, control characters and invisible marks, and neither . nor .. .';

create trigger columns_are_filled_from_parameters before insert on activity for each row execute function fill_activity_columns();

create function assign_revision() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    next_revision bigint;
begin
    update revision_counter set value = value + 1 returning value into next_revision;
    update change set revision = next_revision, committed_at = clock_timestamp() where id = new.id;
    return null;
end $$;

create constraint trigger revision_is_assigned_at_commit after insert on change
    deferrable initially deferred for each row execute function assign_revision();

create function refuse_rewriting() returns trigger language plpgsql as $$
begin
    raise exception 'history is append-only: % on lacuna.% is refused', lower(tg_op), tg_table_name
        using errcode = 'LA002', hint = 'record a new version, which supersedes the old one';
end $$;

create function allow_one_revision() returns trigger language plpgsql as $$
begin
    if old.revision is null and new.revision is not null and (new.id, new.activity_id) = (old.id, old.activity_id) then
        return new;
    end if;
    raise exception 'history is append-only: update on lacuna.change is refused' using errcode = 'LA002';
end $$;

create trigger history_is_append_only before update or delete or truncate on activity execute function refuse_rewriting();
create trigger activities_are_of_the_login after insert on change
    referencing new table as added for each statement execute function require_own_activities();
create trigger history_is_append_only before delete or truncate on change execute function refuse_rewriting();
create trigger revision_is_assigned_once before update on change for each row execute function allow_one_revision();

-- Refuses rows for a change that has its revision, and statements whose rows belong to several changes.
create function check_open_change(p_first bigint, p_last bigint) returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if p_first <> p_last or exists (select from change where id = p_first and revision is not null) then
        raise exception 'history is append-only: rows of one statement belong to one change that is not committed yet'
            using errcode = 'LA002';
    end if;
end $$;

create function require_open_change() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform check_open_change(min(change_id), max(change_id)) from added;
    return null;
end $$;

create function start_activity(p_kind text, p_program text, p_parameters jsonb) returns bigint
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    insert into activity (kind, agent, program, parameters) values (p_kind, session_user, p_program, p_parameters) returning id
$$;

-- The open change of this transaction (those of others are not visible), else a new one.
create function open_change(p_kind text) returns bigint language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    the_change bigint := (select max(id) from change where revision is null);
begin
    if the_change is null then
        insert into change (activity_id) values (start_activity(p_kind, 'lacuna', '{}')) returning id into the_change;
    end if;
    return the_change;
end $$;

create function current_revision() returns bigint language sql stable security definer
set search_path = pg_catalog, lacuna, pg_temp as $$ select value from revision_counter $$;
comment on function current_revision() is 'The newest revision; 0 in an empty catalogue.';

-- The keys of the advisory locks.
create function pointer_lock() returns bigint language sql immutable as $$ select 5497853841001 $$;
comment on function pointer_lock() is 'Key of the lock that writers of labels share and that is exclusive for moving the pointers of pseudo labels. Locks are taken in one order: objects, pointers, schedules, jobs, runs and rounds.';
create function object_lock() returns bigint language sql immutable as $$ select 5497853841002 $$;
comment on function object_lock() is 'Key of the lock that is shared from the storing of bytes to the commit of their rows, and exclusive for the sweep of unreferenced bytes.';
create function compaction_lock() returns bigint language sql immutable as $$ select 5497853841003 $$;
comment on function compaction_lock() is 'Key of the exclusive lock of the compaction of coverage.';

grant execute on function current_revision(), pointer_lock(), object_lock() to lacuna_manager, lacuna_trainer;
grant execute on function is_given_name(text) to lacuna_manager;
grant select on activity to lacuna_manager;
grant select on catalogue, change to lacuna_manager, lacuna_trainer;
grant select on migration, revision_counter to lacuna_manager, lacuna_trainer;
grant insert on activity, change to lacuna_manager;
