-- Work that the program does by itself: background jobs, outgoing mail, state changes for other systems.

-- unlogged: it says what is still to be done; what was done is in the log of the act that did it
create table job (
  id id primary key,
  kind text not null,
  payload json not null,
  run_key text,
  state text not null check (state in ('open', 'done', 'dead')),
  due instant not null,
  lease int not null default 0 check (lease >= 0),
  attempts int not null default 0 check (attempts >= 0),
  last_error text,
  made_at instant not null,
  ended_at instant,
  unique (kind, run_key)
);
create index job_by_due on job (state, due, id);

-- unlogged: a notice to a person, emptied once it is sent; the act that caused it is in the log
create table mail_outbox (
  id id primary key,
  mail_key text not null unique,
  recipient text not null,
  subject text not null,
  body text not null,
  state text not null check (state in ('queued', 'sent', 'failed')),
  made_at instant not null,
  ended_at instant,
  last_error text
);
create index mail_outbox_by_state on mail_outbox (state, made_at);

-- unlogged: copies of logged changes on their way to another system
create table outbox (
  id int primary key,
  topic text not null,
  subject_key text not null,
  body json not null,
  state text not null check (state in ('queued', 'delivered', 'skipped')),
  made_at instant not null,
  due instant not null,
  lease int not null default 0 check (lease >= 0),
  attempts int not null default 0 check (attempts >= 0),
  last_error text,
  ended_at instant
);
create index outbox_by_state on outbox (state, id);
-- only pg
create sequence outbox_order;
-- end
