-- expect: must have the key "id id primary key"
-- logged
create table x (name text primary key);
