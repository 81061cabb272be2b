-- Organs that are split and organs that are meant differently.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;

alter table activity drop constraint activity_kind_check;
alter table activity add constraint activity_kind_check check (kind in (
    'import', 'ontology', 'training', 'relabelling', 'evaluation', 'review', 'correction', 'rollback', 'adoption', 'split', 'removal',
    'export', 'partition'));

alter table organ_link drop constraint organ_link_relation_check;
alter table organ_link add constraint organ_link_relation_check check (relation in ('division', 'within', 'overlaps', 'variant'));
comment on column organ_link.relation is 'division: all divisions together are the whole; within: a part that does not fill it; overlaps: borders differ by convention; variant: what a dataset means by the whole''s name, kept apart.';

alter table organ add column host_id smallint references organ;
comment on column organ.host_id is 'The organ in which a lesion lies; null for an organ, and for a lesion of an unstated organ.';
comment on column organ.position is 'The order of lists. Shipped organs count from 1, those that a user adds from 10001.';
create unique index no_two_organs_have_one_position on organ (position) where position > 0;

grant update (host_id) on organ to lacuna_manager;

-- What a split wrote is found by its activity, to take it back.
create index on annotation (change_id) where rater = 'split';
