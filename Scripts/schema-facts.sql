-- What the migrations make, one fact a line: the object, the property and its value. The property 'text' is written by the server and
-- differs between its major versions. Names are not qualified by the search path, which must be pg_catalog.
with names as (
    select c.oid, c.relkind, c.relname, c.relowner, c.relacl, c.relpersistence, c.relrowsecurity, c.reloptions
    from pg_catalog.pg_class c
    where c.relnamespace = pg_catalog.to_regnamespace('lacuna')
),
kinds (relkind, kind, class) as (
    values ('r'::"char", 'table', 'r'::"char"), ('p', 'table', 'r'), ('v', 'view', 'r'), ('m', 'view', 'r'), ('S', 'sequence', 's')
),
routines as (
    select p.oid, p.proowner, p.proacl, p.prosecdef, p.proconfig, p.provolatile, p.proisstrict, p.proretset, p.prosrc, l.lanname,
        r.typname as result, p.proargnames,
        'function lacuna.' || p.proname || '('
            || coalesce((
                select pg_catalog.string_agg(t.typname, ', ' order by a.position)
                from pg_catalog.unnest(p.proargtypes) with ordinality a (type, position)
                join pg_catalog.pg_type t on t.oid = a.type), '')
            || ')' as subject
    from pg_catalog.pg_proc p
    join pg_catalog.pg_language l on l.oid = p.prolang
    join pg_catalog.pg_type r on r.oid = p.prorettype
    where p.pronamespace = pg_catalog.to_regnamespace('lacuna')
),
owned (subject, owner, acl) as (
    select 'schema lacuna', nspowner, coalesce(nspacl, pg_catalog.acldefault('n', nspowner))
    from pg_catalog.pg_namespace
    where nspname = 'lacuna'
    union all
    select k.kind || ' lacuna.' || n.relname, n.relowner, coalesce(n.relacl, pg_catalog.acldefault(k.class, n.relowner))
    from names n
    join kinds k using (relkind)
    union all
    select subject, proowner, coalesce(proacl, pg_catalog.acldefault('f', proowner)) from routines
    union all
    select 'type lacuna.' || t.typname, t.typowner, coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))
    from pg_catalog.pg_type t
    left join pg_catalog.pg_class c on c.oid = t.typrelid
    where t.typnamespace = pg_catalog.to_regnamespace('lacuna') and t.typelem = 0 and coalesce(c.relkind = 'c', true)
),
grants (subject, owner, acl) as (
    select subject, owner, acl from owned
    union all
    select 'column lacuna.' || n.relname || '.' || a.attname, n.relowner, a.attacl
    from names n
    join pg_catalog.pg_attribute a on a.attrelid = n.oid
    where a.attacl is not null and not a.attisdropped
    union all
    select 'new ' || case d.defaclobjtype when 'f' then 'functions' else d.defaclobjtype::text end || ' of '
            || pg_catalog.pg_get_userbyid(d.defaclrole) || coalesce(' in ' || s.nspname, ''),
        d.defaclrole, d.defaclacl
    from pg_catalog.pg_default_acl d
    left join pg_catalog.pg_namespace s on s.oid = d.defaclnamespace
    where d.defaclrole = pg_catalog.to_regrole('lacuna_owner') or s.nspname = 'lacuna'
),
facts (subject, property, value) as (
    select subject, 'owner', pg_catalog.pg_get_userbyid(owner) from owned
    union all
    select g.subject,
        'rights of ' || case g.grantee
            when g.owner then 'the owner' when 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(g.grantee) end,
        pg_catalog.string_agg(g.right_name, ' ' order by g.right_name collate "C")
    from (
        select s.subject, s.owner, e.grantee,
            e.privilege_type || case when e.is_grantable then ' WITH GRANT OPTION' else '' end as right_name
        from grants s, pg_catalog.aclexplode(s.acl) e
        where e.privilege_type <> 'MAINTAIN'
    ) g
    group by g.subject, g.owner, g.grantee
    union all
    select k.kind || ' lacuna.' || n.relname, 'form',
        n.relkind::text || ' ' || n.relpersistence::text || case when n.relrowsecurity then ' row security' else '' end
            || coalesce(' ' || pg_catalog.array_to_string(n.reloptions, ' '), '')
    from names n
    join kinds k using (relkind)
    union all
    select 'column lacuna.' || n.relname || '.' || a.attname, 'type',
        t.typname || case when a.atttypmod >= 0 then ' ' || a.atttypmod else '' end
            || case when a.attnotnull then ' not null' else '' end
            || case when a.atthasdef then ' default' else '' end || a.attidentity::text || a.attgenerated::text
    from names n
    join pg_catalog.pg_attribute a on a.attrelid = n.oid
    join pg_catalog.pg_type t on t.oid = a.atttypid
    where n.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped
    union all
    select 'index lacuna.' || n.relname, 'form',
        'on ' || t.relname || ' (' || i.indkey::text || ')' || case when i.indisunique then ' unique' else '' end
            || case when i.indpred is null then '' else ' partial' end || case when i.indisvalid then '' else ' invalid' end
    from names n
    join pg_catalog.pg_index i on i.indexrelid = n.oid
    join pg_catalog.pg_class t on t.oid = i.indrelid
    union all
    select 'constraint lacuna.' || n.relname || '.' || c.conname, 'form',
        c.contype::text || case when c.convalidated then '' else ' not valid' end
            || case when c.condeferrable then ' deferrable' else '' end || case when c.condeferred then ' deferred' else '' end
    from names n
    join pg_catalog.pg_constraint c on c.conrelid = n.oid
    where c.contype in ('c', 'f', 'p', 'u', 'x')
    union all
    select subject, 'security', case when prosecdef then 'definer' else 'invoker' end from routines
    union all
    select subject, 'settings', coalesce(pg_catalog.array_to_string(proconfig, '; '), 'none') from routines
    union all
    select subject, 'form',
        lanname || ' ' || provolatile::text || case when proisstrict then ' strict' else '' end
            || case when proretset then ' returns set of ' else ' returns ' end || result
            || coalesce(' (' || pg_catalog.array_to_string(proargnames, ', ') || ')', '')
    from routines
    union all
    select subject, 'source', prosrc from routines
    union all
    select 'trigger lacuna.' || n.relname || '.' || t.tgname, 'form',
        p.proname || ' ' || t.tgtype || ' (' || t.tgattr::text || ')' || case when t.tgqual is null then '' else ' when' end
            || case when t.tgdeferrable then ' deferrable' else '' end || case when t.tginitdeferred then ' deferred' else '' end
            || coalesce(' old ' || t.tgoldtable, '') || coalesce(' new ' || t.tgnewtable, '')
    from names n
    join pg_catalog.pg_trigger t on t.tgrelid = n.oid
    join pg_catalog.pg_proc p on p.oid = t.tgfoid
    where not t.tgisinternal
    union all
    select 'trigger lacuna.' || n.relname || '.' || case when t.tgisinternal then 'of foreign keys' else t.tgname end, 'state',
        case t.tgenabled when 'O' then 'enabled' when 'D' then 'disabled' when 'R' then 'replica' else 'always' end
    from names n
    join pg_catalog.pg_trigger t on t.tgrelid = n.oid
    group by n.relname, t.tgisinternal, case when t.tgisinternal then '' else t.tgname end, t.tgname, t.tgenabled
    having not t.tgisinternal or t.tgenabled <> 'O'
    union all
    select 'rule lacuna.' || n.relname || '.' || r.rulename, 'state', r.ev_enabled::text
    from names n
    join pg_catalog.pg_rewrite r on r.ev_class = n.oid
    where r.rulename <> '_RETURN'
    union all
    select 'policy lacuna.' || n.relname || '.' || p.polname, 'state', 'present'
    from names n
    join pg_catalog.pg_policy p on p.polrelid = n.oid
    union all
    select 'type lacuna.' || t.typname, 'labels', pg_catalog.string_agg(e.enumlabel, ' ' order by e.enumsortorder)
    from pg_catalog.pg_type t
    join pg_catalog.pg_enum e on e.enumtypid = t.oid
    where t.typnamespace = pg_catalog.to_regnamespace('lacuna')
    group by t.typname
    union all
    select 'role ' || r.rolname, 'form',
        case when r.rolcanlogin then 'login' else 'nologin' end || case when r.rolsuper then ' superuser' else '' end
            || case when r.rolbypassrls then ' bypassrls' else '' end || case when r.rolcreaterole then ' createrole' else '' end
            || case when r.rolreplication then ' replication' else '' end
    from pg_catalog.pg_roles r
    where r.rolname in ('lacuna_owner', 'lacuna_manager', 'lacuna_trainer')
    union all
    select 'role ' || pg_catalog.pg_get_userbyid(m.member), 'member', 'of ' || pg_catalog.pg_get_userbyid(m.roleid)
    from pg_catalog.pg_auth_members m
    where m.member = any (array[
        pg_catalog.to_regrole('lacuna_owner'), pg_catalog.to_regrole('lacuna_manager'), pg_catalog.to_regrole('lacuna_trainer')]::oid[])
    union all
    select 'setting session_replication_role', 'value', pg_catalog.current_setting('session_replication_role')
    union all
    select 'view lacuna.' || n.relname, 'text', pg_catalog.pg_get_viewdef(n.oid)
    from names n
    where n.relkind in ('v', 'm')
    union all
    select 'constraint lacuna.' || n.relname || '.' || c.conname, 'text', pg_catalog.pg_get_constraintdef(c.oid)
    from names n
    join pg_catalog.pg_constraint c on c.conrelid = n.oid
    where c.contype in ('c', 'f', 'p', 'u', 'x')
    union all
    select 'column lacuna.' || n.relname || '.' || a.attname, 'text', pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    from names n
    join pg_catalog.pg_attribute a on a.attrelid = n.oid
    join pg_catalog.pg_attrdef d on d.adrelid = n.oid and d.adnum = a.attnum
    union all
    select 'index lacuna.' || n.relname, 'text', pg_catalog.pg_get_indexdef(n.oid)
    from names n
    where n.relkind = 'i'
    union all
    select 'trigger lacuna.' || n.relname || '.' || t.tgname, 'text', pg_catalog.pg_get_triggerdef(t.oid)
    from names n
    join pg_catalog.pg_trigger t on t.tgrelid = n.oid
    where not t.tgisinternal
)
select
    subject, property,
    case when property in ('source', 'text')
        then pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(value, 'UTF8')), 'hex'), 16)
        else value end
from facts
order by subject collate "C", property collate "C", value collate "C"
