-- Holds the number of a migration that another branch brings.
set local search_path = lacuna, pg_catalog;
