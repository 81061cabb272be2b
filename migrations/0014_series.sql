-- DICOM series: patient, study and series identifiers as hashes with a secret salt, so that names cannot be guessed from them.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

create table series_salt (
    sole boolean primary key default true check (sole),
    salt bytea not null check (octet_length(salt) = 32)
);
comment on table series_salt is 'The salt of the hashes in source_series, drawn once for each catalogue.';
insert into series_salt (salt) values (sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea));

create table source_series (
    source_id bigint primary key references source,
    patient bytea constraint patient_is_a_hash check (octet_length(patient) = 32),
    study bytea constraint study_is_a_hash check (octet_length(study) = 32),
    series bytea constraint series_is_a_hash check (octet_length(series) = 32)
);
create index on source_series (study);
create index on source_series (patient);
comment on table source_series is 'Salted hashes of the patient, study and series identifiers in the slices of a source; the identifiers themselves are not stored.';
comment on column source_series.patient is 'Null also where the files have an identifier that many anonymised files share.';

create trigger history_is_append_only before update or delete or truncate on source_series execute function refuse_rewriting();
create trigger history_is_append_only before update or delete or truncate on series_salt execute function refuse_rewriting();

create function record_series(p_source bigint, p_patient bytea, p_study bytea, p_series bytea, out own bigint, out other bigint)
language plpgsql security definer set search_path = pg_catalog, lacuna, pg_temp as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('series', 3));
    insert into source_series (source_id, patient, study, series) values (p_source, p_patient, p_study, p_series)
    on conflict (source_id) do nothing;
    select v.subject_id into own from source s join volume v on v.id = s.volume_id where s.id = p_source;
    select min(v.subject_id) into other
    from source_series k join source s on s.id = k.source_id join volume v on v.id = s.volume_id
    where (k.study = p_study
           or k.patient = p_patient and exists (
               select from source mine join release a on a.id = mine.release_id, release b
               where mine.id = p_source and b.id = s.release_id and a.dataset_id = b.dataset_id))
      and v.subject_id <> own;
end $$;
comment on function record_series(bigint, bytea, bytea, bytea) is 'Records the series of a source. own: the source''s subject; other: a different subject with a source of the same study, or of the same patient in the same dataset; null: none. Other recordings wait until the transaction ends.';

grant select on series_salt, source_series to lacuna_manager;
grant execute on function record_series(bigint, bytea, bytea, bytea) to lacuna_manager;
