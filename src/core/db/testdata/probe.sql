-- Queries of core/db's tests: every kind, every type, NULL and not.

-- name: unit_add :exec
-- in: id unit_id, name text
insert into unit (id, name) values (:id, :name);

-- name: item_add :exec
-- in: id item_id, unit unit_id, parent item_id?, title text, note text?, urgent bool, answered bool?, count int, score int?
-- in: made instant, due instant?, day date, last_day date?, fee money, paid money?, data json?, body bytes, seal bytes?
insert into item (id, unit, parent, title, note, urgent, answered, count, score, made, due, day, last_day, fee, paid, data, body, seal)
values (:id, :unit, :parent, :title, :note, :urgent, :answered, :count, :score, :made, :due, :day, :last_day, :fee, :paid, :data, :body, :seal);

-- name: item_get :one
-- in: id item_id
select id, unit, parent, title, note, urgent, answered, count, score, made, due, day, last_day, fee, paid, data, body, seal, colour
from item where id = :id;

-- name: item_list :many
-- in: unit unit_id?, least int, limit int
-- order: by_title = "i.title, i.id"; by_count = "i.count desc, i.id"
select i.id, i.title, i.count
from item i -- a comment inside
where (:unit is null or i.unit = :unit) and i.count >= :least
order by :order limit :limit;

-- name: item_each :each
select id, title, body from item order by id;

-- name: item_numbers :each
-- in: upto int
-- out: n int, label text
with recursive k(n) as (select 1 union all select n + 1 from k where n < :upto) select n, 'số ' || n as label from k;

-- name: item_retitle :exec
-- in: title text, id item_id, was text
update item set title = :title where id = :id and title = :was;

-- name: item_score :one
-- in: id item_id, by int
-- out: score int?
update item set score = coalesce(score, 0) + :by where id = :id returning score;

-- name: item_remove :exec
-- in: id item_id
delete from item where id = :id;

-- name: item_totals :one
-- out: n int, fees money?, mean int?
select count(*) as n, sum(fee) as fees, max(count) as mean from item;

-- name: unit_with_items :many
select u.name, i.title from unit u left join item i on i.unit = u.id order by u.id, i.id;

-- name: item_open_list :many
select id, title, unit_name from item_open order by id;

-- name: scratch_put :exec
-- in: name text, n int
insert into scratch (name, n) values (:name, :n) on conflict do nothing;

-- name: scratch_count :one
-- out: n int
select count(*) as n from scratch;

-- name: number_next :one
-- in: name text
insert into sequence (name, value) values (:name, 1) on conflict (name) do update set value = sequence.value + 1 returning value;

-- name: engine_name :one
-- out: engine text
select 'sqlite' as engine;
-- pg:
select 'pg' as engine;

-- name: catalogue_columns :many
-- out: table_name text, column_name text, storage text, required bool
select m.name as table_name, p.name as column_name, lower(p.type) as storage, p."notnull" as required
from sqlite_master m join pragma_table_info(m.name) p
where m.type = 'table' and m.name not like 'item_fts%' and m.name not like 'sqlite%' and m.name <> 'schema_migration'
order by m.name, p.cid;
-- pg:
select table_name::text collate "C" as table_name, column_name::text as column_name,
  case data_type when 'bigint' then 'integer' when 'bytea' then 'blob' else data_type::text end as storage, is_nullable = 'NO' as required
from information_schema.columns c
where table_schema = 'public' and table_name not like 'item_fts%' and table_name <> 'schema_migration'
  and exists (select 1 from pg_tables t where t.tablename = c.table_name)
order by 1, ordinal_position;

-- name: catalogue_indexes :many
-- out: table_name text, is_unique bool, column_names text
select m.name as table_name, l."unique" as is_unique, (select group_concat(name) from (select name from pragma_index_info(l.name) order by seqno)) as column_names
from sqlite_master m join pragma_index_list(m.name) l
where m.type = 'table' and l.origin <> 'pk' and m.name not like 'item_fts%' and m.name <> 'schema_migration'
order by 1, 3;
-- pg:
select c.relname::text collate "C" as table_name, i.indisunique as is_unique,
  (select string_agg(a.attname::text, ',' order by k.n) from unnest(i.indkey) with ordinality k(attnum, n)
   join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum) collate "C" as column_names
from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace s on s.oid = c.relnamespace
where s.nspname = 'public' and not i.indisprimary and c.relname not like 'item_fts%' and c.relname <> 'schema_migration'
order by 1, 3;
