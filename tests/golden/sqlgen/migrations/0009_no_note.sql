-- expect: 0009_no_note.sql:2: create table needs a line before it
create table x (name text primary key);
