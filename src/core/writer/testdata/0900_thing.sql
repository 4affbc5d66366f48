-- A table for the tests of audit and writer.

-- logged
create table thing (
  id id primary key,
  name text not null unique,
  count int not null default 0
);
