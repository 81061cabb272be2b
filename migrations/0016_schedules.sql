-- Schedules.
set local role lacuna_owner;
set local search_path = lacuna, pg_catalog;
