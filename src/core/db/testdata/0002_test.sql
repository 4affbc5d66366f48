-- Tables for core/db's own tests.

-- logged
create table unit (
  id id primary key,
  name text not null unique
);

-- logged
create table item (
  id id primary key,
  unit id not null references unit,
  parent id references item,
  title text not null,
  note text,
  urgent bool not null default 0,
  answered bool,
  count int not null,
  score int,
  made instant not null,
  due instant,
  day date not null,
  last_day date,
  fee money not null check (fee >= 0),
  paid money,
  data json,
  body bytes not null,
  seal bytes
);
create index item_by_unit on item (unit, made, id);
create unique index item_by_title on item (unit, title);

-- unlogged: a scratch table of the tests
create table scratch (
  name text not null,
  n int not null,
  primary key (name, n)
);

create view item_open as select i.id, i.title, u.name as unit_name from item i join unit u on u.id = i.unit where i.answered is null;

-- only sqlite
-- derived: from item
create virtual table item_fts using fts5(title, tokenize = 'unicode61');
-- end
-- only pg
-- derived: from item
create table item_fts (title text, words tsvector);
create index item_fts_pg on item_fts using gin (words);
-- end
