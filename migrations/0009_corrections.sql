-- This number belongs to the corrections.
set local role lacuna_owner;
