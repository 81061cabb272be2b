-- Roles, the catalogue's own identity, activities and revisions.
-- Objects belong to lacuna_owner, which nobody logs in as; people are members of lacuna_manager, the daemon of lacuna_trainer.

do $$
declare
    role_name text;
begin
    foreach role_name in array array['lacuna_owner', 'lacuna_manager', 'lacuna_trainer'] loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception when duplicate_object or unique_violation then
                null; -- another database of this cluster made it at the same moment
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
-- For the whole database: revoked in one schema only, the right that everyone has by default would stay.
alter default privileges for role lacuna_owner revoke execute on functions from public;

create type label_status as enum ('annotated', 'absent', 'pseudo', 'unlabelled');
-- In the order in which competing annotations of one organ become current: the best first.
create type label_origin as enum ('expert', 'reviewed', 'assisted', 'model');
-- In the order that wins when two subjects prove to be one: the strictest last.
create type split_part as enum ('train', 'confidence', 'validation', 'test');

create table catalogue (
    singleton boolean primary key default true check (singleton),
    id uuid not null default gen_random_uuid(),
    created_at timestamptz not null default clock_timestamp()
);
insert into catalogue default values;

create table revision_counter (
    singleton boolean primary key default true check (singleton),
    value bigint not null
);
insert into revision_counter (value) values (0);

create table activity (
    id bigint generated always as identity primary key,
    kind text not null check (kind in (
        'import', 'ontology', 'training', 'relabelling', 'evaluation', 'review', 'correction', 'rollback', 'adoption', 'split', 'removal',
        'export', 'partition')),
    agent text not null default session_user,
    account text default nullif(current_setting('lacuna_account.name', true), ''),
    program text not null,
    parameters jsonb not null default '{}',
    started_at timestamptz not null default clock_timestamp()
);
comment on column activity.account is 'The operating system''s user who ran the program, as it says; agent is the login.';
comment on table activity is 'One import, training round, relabelling, review or rollback: who, when, which program version, which inputs (W3C PROV).';

create table change (
    id bigint generated always as identity primary key,
    activity_id bigint not null references activity,
    revision bigint unique,
    committed_at timestamptz
);
comment on table change is 'A committed change of label states. Its revision is drawn at commit, so that revision order is commit order.';
create index change_that_is_open on change (id) where revision is null;

create function draw_revision() returns trigger language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
declare
    drawn bigint;
begin
    update revision_counter set value = value + 1 returning value into drawn;
    update change set revision = drawn, committed_at = clock_timestamp() where id = new.id;
    return null;
end $$;

create constraint trigger change_draws_its_revision_at_commit after insert on change
    deferrable initially deferred for each row execute function draw_revision();

create function refuse_rewriting() returns trigger language plpgsql as $$
begin
    raise exception 'history is append-only: % on lacuna.% is refused', lower(tg_op), tg_table_name
        using errcode = 'LA002', hint = 'record a new version; it supersedes the old one';
end $$;

create function only_draw_revision_once() returns trigger language plpgsql as $$
begin
    if old.revision is null and new.revision is not null and (new.id, new.activity_id) = (old.id, old.activity_id) then
        return new;
    end if;
    raise exception 'history is append-only: update on lacuna.change is refused' using errcode = 'LA002';
end $$;

create trigger history_is_append_only before update or delete or truncate on activity execute function refuse_rewriting();
create trigger history_is_append_only before delete or truncate on change execute function refuse_rewriting();
create trigger revision_is_drawn_once before update on change for each row execute function only_draw_revision_once();

-- Rows join a change that is still open: one that has its revision is history, and a statement belongs to one change.
create function check_open_change(p_first bigint, p_last bigint) returns void language plpgsql security definer
set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    if p_first <> p_last or exists (select from change where id = p_first and revision is not null) then
        raise exception 'history is append-only: rows of one statement belong to one change that is not committed yet'
            using errcode = 'LA002';
    end if;
end $$;

create function start_activity(p_kind text, p_program text, p_parameters jsonb) returns bigint
language sql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
    insert into activity (kind, agent, program, parameters) values (p_kind, session_user, p_program, p_parameters) returning id
$$;

-- The change that this transaction has open (nobody else's shows), else a new one.
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

-- Advisory lock keys, all in one place.
-- pointers: shared by whoever adds labels, exclusive for whoever moves the pointers of pseudo labels.
create function pointer_lock() returns bigint language sql immutable as $$ select 5497853841001 $$;
-- objects: shared while bytes wait for the rows that name them, exclusive for the sweep of unnamed bytes.
create function object_lock() returns bigint language sql immutable as $$ select 5497853841002 $$;
-- compaction: one at a time.
create function compaction_lock() returns bigint language sql immutable as $$ select 5497853841003 $$;

grant execute on function current_revision(), pointer_lock(), object_lock() to lacuna_manager, lacuna_trainer;
grant select on catalogue, activity, change to lacuna_manager, lacuna_trainer;
grant select on migration, revision_counter to lacuna_manager, lacuna_trainer;
grant insert on activity, change to lacuna_manager;
