-- expect: create table needs a line before it
-- unlogged:
create table x (name text primary key);
