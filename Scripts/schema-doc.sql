-- The schema as Markdown, one line a row: tables with columns, constraints, indexes, triggers and privileges; types; functions.
with tables as (
    select c.oid, c.relname, c.relkind, obj_description(c.oid, 'pg_class') as about
    from pg_class c where c.relnamespace = 'lacuna'::regnamespace and c.relkind in ('r', 'v')
),
lines as (
    select t.relname, 0 as part, 0 as position,
        '### `' || t.relname || '`' || case t.relkind when 'v' then ' (view)' else '' end || coalesce(E'\n\n' || t.about, '')
        || E'\n\n| column | type | |\n|---|---|---|' as line
    from tables t
    union all
    select t.relname, 1, a.attnum,
        '| `' || a.attname || '` | ' || format_type(a.atttypid, a.atttypmod) || ' | '
        || concat_ws('; ', case when a.attnotnull then 'not null' end,
            case when a.attidentity <> '' then 'identity' end,
            'default `' || replace(pg_get_expr(d.adbin, d.adrelid), 'lacuna.', '') || '`',
            col_description(t.oid, a.attnum)) || ' |'
    from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
    union all
    select t.relname, 2, 0, '' from tables t
    union all
    select t.relname, 3, row_number() over (partition by t.oid order by k.contype desc, k.conname collate "C")::integer,
        '* `' || k.conname || '`: `' || replace(pg_get_constraintdef(k.oid), 'lacuna.', '') || '`'
    from tables t join pg_constraint k on k.conrelid = t.oid and k.contype in ('p', 'u', 'f', 'c')
    union all
    select t.relname, 4, row_number() over (partition by t.oid order by i.indexrelid::regclass::text collate "C")::integer,
        '* index: `' || regexp_replace(replace(pg_get_indexdef(i.indexrelid), 'lacuna.', ''), '^.* USING ', '') || '`'
    from tables t join pg_index i on i.indrelid = t.oid
    where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = t.oid)
    union all
    select t.relname, 5, row_number() over (partition by t.oid order by g.tgname collate "C")::integer,
        '* trigger `' || g.tgname || '` calls `' || p.proname || '`'
    from tables t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal join pg_proc p on p.oid = g.tgfoid
    union all
    select t.relname, 6, 0, '* ' || concat_ws('; ',
        'select: ' || nullif(concat_ws(', ',
            case when has_table_privilege('lacuna_manager', t.oid, 'select') then 'manager' end,
            case when has_table_privilege('lacuna_trainer', t.oid, 'select') then 'trainer' end), ''),
        case when has_table_privilege('lacuna_manager', t.oid, 'insert') then 'insert: manager' end,
        case when has_any_column_privilege('lacuna_manager', t.oid, 'update') then 'update of some columns: manager' end)
    from tables t
    union all
    select t.relname, 7, 0, '' from tables t
),
types as (
    select '| `' || t.typname || '` | '
        || (select string_agg('`' || e.enumlabel || '`', ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid)
        || ' | ' || obj_description(t.oid, 'pg_type') || ' |' as line, t.typname
    from pg_type t where t.typnamespace = 'lacuna'::regnamespace and t.typtype = 'e'
),
functions as (
    select '| `' || p.proname || '(' || coalesce(array_to_string(p.proargnames[1:p.pronargs], ', '), '') || ')` | '
        || coalesce(nullif(concat_ws(', ',
            case when has_function_privilege('lacuna_manager', p.oid, 'execute') then 'manager' end,
            case when has_function_privilege('lacuna_trainer', p.oid, 'execute') then 'trainer' end), ''), '')
        || ' | ' || case when p.prosecdef then 'owner' else 'caller' end || ' | '
        || coalesce(obj_description(p.oid, 'pg_proc'), '') || ' |' as line, p.proname
    from pg_proc p where p.pronamespace = 'lacuna'::regnamespace and p.prorettype <> 'trigger'::regtype
)
select line from (
    select 0 as section, relname::text as name, part, position, line from lines
    union all
    select 1, '', 0, 0, E'### Types\n\n| type | values | |\n|---|---|---|'
    union all
    select 2, typname::text, 0, 0, line from types
    union all
    select 3, '', 0, 0, E'\n### Functions\n\n| function | may be called by | runs as | |\n|---|---|---|---|'
    union all
    select 4, proname::text, 0, 0, line from functions
) document
order by section, name collate "C", part, position, line;
