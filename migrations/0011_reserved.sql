-- Holds the number; nothing to do.
select 1;
