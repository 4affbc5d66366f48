-- Telling people and other systems what happened.

-- unlogged: the state last put into the outbox for a dossier of another system, so that a state is told once
create table notify_portal (
  dossier int primary key,
  state int not null check (state between 1 and 10),
  at instant not null
);

-- What happened before there was a reader is told to nobody.
insert into log_reader (reader, lane, seq, last) select 'notify', lane, max(seq), max(id) from log_entry group by lane;
