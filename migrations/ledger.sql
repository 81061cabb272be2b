-- The ledger of migrations. Every role may read the schema's version. Can be repeated.
set local client_min_messages = warning;
create schema if not exists lacuna;
create table if not exists lacuna.migration (
    number integer constraint migration_pkey primary key,
    name text not null,
    sha256 text not null constraint migration_sha256_is_hexadecimal check (sha256 ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz not null,
    program text not null
);
do $$
begin
    if not has_table_privilege('public', 'lacuna.migration', 'select') then
        grant usage on schema lacuna to public;
        grant select on lacuna.migration to public;
    end if;
end
$$;
