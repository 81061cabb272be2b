-- Nothing yet.
set local role lacuna_owner;
