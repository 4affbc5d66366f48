-- A table for the tests of audit and writer; the log's columns as migration 0095 makes them, which speaks of dossiers, too.
alter table log_entry alter column role type word;
alter table log_entry alter column kind type word;

-- logged
create table thing (
  id id primary key,
  name text not null unique,
  count int not null default 0
);

-- derived: by hand; as a search index is
create table thing_note (
  id int primary key,
  words text not null
);
