-- The ledger, and one digest of what keeps the promises of the schema: owners, rights, functions, triggers, constraints, roles.
-- Every session runs it, so it reads few tables and joins little. schema-facts.sql lists the same and more, one fact a line.
select
    (select pg_catalog.string_agg(m.number || ' ' || m.sha256, ',' order by m.number) from lacuna.migration m),
    (select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.string_agg(
        line, E'\n' order by line collate "C"), 'UTF8')), 'hex')
    from (
        select 'n ' || pg_catalog.pg_get_userbyid(n.nspowner) || ' ' || a.item::text as line
        from pg_catalog.unnest(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) a (item)
        union all
        select 'r ' || c.relname || ' ' || c.relkind::text || c.relrowsecurity::text || ' ' || pg_catalog.pg_get_userbyid(c.relowner)
            || ' ' || coalesce(c.reloptions::text, '') || ' '
            || case when pg_catalog.current_setting('server_version_num')::integer < 170000 then a.item::text
                else pg_catalog.replace(a.item::text, 'm/', '/') end
        from pg_catalog.pg_class c, pg_catalog.unnest(coalesce(
            c.relacl, pg_catalog.acldefault(case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner))) a (item)
        where c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm', 'S')
        union all
        select 'k ' || c.relname || ' ' || k.attname || ' ' || a.item::text
        from pg_catalog.pg_attribute k
        join pg_catalog.pg_class c on c.oid = k.attrelid, pg_catalog.unnest(k.attacl) a (item)
        where k.attacl is not null and c.relnamespace = n.oid
        union all
        select 'f ' || p.proname || ' ' || p.pronargs || ' ' || p.prosecdef::text || p.provolatile::text || p.proisstrict::text || ' '
            || coalesce(p.proconfig::text, '') || ' ' || pg_catalog.pg_get_userbyid(p.proowner) || ' ' || p.prosrc
        from pg_catalog.pg_proc p
        where p.pronamespace = n.oid
        union all
        select 'a ' || p.proname || ' ' || p.pronargs || ' ' || a.item::text
        from pg_catalog.pg_proc p, pg_catalog.unnest(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a (item)
        where p.pronamespace = n.oid
        union all
        select 't ' || c.relname || ' ' || t.tgname || ' ' || p.proname || ' ' || t.tgtype || ' ' || t.tgenabled::text
        from pg_catalog.pg_class c
        join pg_catalog.pg_trigger t on t.tgrelid = c.oid and (not t.tgisinternal or t.tgenabled <> 'O')
        join pg_catalog.pg_proc p on p.oid = t.tgfoid
        where c.relnamespace = n.oid
        union all
        select 'c ' || c.conname || ' ' || c.contype::text || c.convalidated::text || c.condeferrable::text || c.condeferred::text
        from pg_catalog.pg_constraint c
        where c.connamespace = n.oid and c.contype in ('c', 'f', 'p', 'u', 'x')
        union all
        select 'y ' || t.typname || ' ' || pg_catalog.pg_get_userbyid(t.typowner) || ' ' || coalesce(t.typacl::text, '')
        from pg_catalog.pg_type t
        where t.typnamespace = n.oid and t.typtype in ('e', 'd')
        union all
        select 'd ' || d.defaclobjtype::text || pg_catalog.pg_get_userbyid(d.defaclrole) || ' ' || d.defaclacl::text
        from pg_catalog.pg_default_acl d
        where d.defaclrole = pg_catalog.to_regrole('lacuna_owner')
        union all
        select 'o ' || r.rolname || ' ' || r.rolcanlogin::text || r.rolsuper::text || r.rolbypassrls::text || r.rolcreaterole::text
        from pg_catalog.pg_roles r
        where r.rolname in ('lacuna_owner', 'lacuna_manager', 'lacuna_trainer')
        union all
        select 'm ' || pg_catalog.pg_get_userbyid(m.member) || ' ' || pg_catalog.pg_get_userbyid(m.roleid)
        from pg_catalog.pg_auth_members m
        where m.member in (
            pg_catalog.to_regrole('lacuna_owner'), pg_catalog.to_regrole('lacuna_manager'), pg_catalog.to_regrole('lacuna_trainer'))
        union all
        select 's ' || pg_catalog.current_setting('session_replication_role')
    ) lines)
from pg_catalog.pg_namespace n
where n.nspname = 'lacuna'
