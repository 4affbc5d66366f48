-- The catalogue: procedures, their versions with effective dates, and the bytes each version says.

-- unlogged: bytes under their own SHA-256, which the logged version holds: other bytes do not fit their key
create table pack_bytes (
  hash text primary key,
  bytes bytes not null
);

-- unlogged: one row that counts changes, so that memory kept from the tables below is read again
create table catalogue_revision (
  id int primary key check (id = 1),
  revision int not null
);
insert into catalogue_revision (id, revision) values (1, 1);

-- logged
create table procedure (
  id id primary key,
  slug text not null unique,
  made_at instant not null
);

-- logged
create table procedure_version (
  id id primary key,
  procedure id not null references procedure,
  number int not null check (number > 0),
  state text not null check (state in ('proposed', 'reviewed', 'published', 'expired', 'rejected')),
  hash text not null references pack_bytes,
  national_code text,
  name text not null,
  sort_key text not null,
  note text,
  valid_from date,
  valid_to date,
  decision_number text,
  decision_date date,
  reason text,
  proposed_by int not null,
  proposed_at instant not null,
  reviewed_by int,
  reviewed_at instant,
  published_by int,
  published_at instant,
  ended_by int,
  ended_at instant,
  unique (procedure, number)
);
create index procedure_version_by_state on procedure_version (state, sort_key, id);
