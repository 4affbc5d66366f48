-- A migration after the first release: the table changes.

alter table item add column colour text;
-- unlogged: goes again
create table gone (name text primary key);
drop table gone;
alter table scratch add column extra bool not null default 0;
create index scratch_by_n on scratch (n);
