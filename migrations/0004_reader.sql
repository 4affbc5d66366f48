-- Readers of the log that must miss nothing.

-- How far each reader of the log has come, per lane: on PostgreSQL entries of several lanes become visible out of the
-- order of their ids, those of one lane never.
-- unlogged: it follows the log; what was read is written in the same transaction as what was made of it
create table log_reader (
  reader text not null,
  lane int not null,
  seq int not null,
  last int not null,
  primary key (reader, lane)
);
