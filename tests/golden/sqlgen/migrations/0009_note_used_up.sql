-- expect: 0009_note_used_up.sql:4: create table needs
-- logged
create table x (id id primary key);
create table y (id id primary key);
