-- The append-only log: one entry an act, chained per lane; a day's entries are the leaves of one Merkle tree.

-- unlogged: it is the log
create table log_entry (
  id int primary key,
  lane int not null,
  seq int not null,
  at instant not null,
  day date not null,
  actor int not null,
  person int not null,
  unit int not null,
  role text not null,
  kind text not null,
  subject int not null,
  body json not null,
  touched bytes not null,
  prev bytes not null,
  hash bytes not null
);
create index log_entry_by_subject on log_entry (subject, id);
create index log_entry_by_day on log_entry (day, id);
-- only pg
create index log_entry_by_lane_pg on log_entry (lane, seq);
create sequence log_order;
-- end

-- unlogged: it is the log
create table log_day (
  day date primary key,
  entries int not null,
  root bytes not null,
  prev bytes not null,
  chain bytes not null,
  closed_at instant not null,
  stamp bytes
);

-- unlogged: answers to repeated requests, kept thirty days
create table idempotency (
  actor int not null,
  key text not null,
  request bytes not null,
  answer text not null,
  at instant not null,
  primary key (actor, key)
);
create index idempotency_by_at on idempotency (at);
