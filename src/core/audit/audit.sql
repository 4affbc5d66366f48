-- name: log_add :exec
-- in: id int, lane int, seq int, at instant, actor int, person int, unit int, role word, kind word, subject int, body packed, touched bytes, hash bytes
insert into log_entry (id, lane, seq, at, actor, person, unit, role, kind, subject, body, touched, hash)
values (:id, :lane, :seq, :at, :actor, :person, :unit, :role, :kind, :subject, :body, :touched, :hash);

-- name: log_hold :one
-- in: subject int
-- out: held int
select count(*) as held from log_entry where subject = :subject and id = 0;
-- pg:
select length(pg_advisory_xact_lock(:subject)::text) as held;

-- name: log_lane_hold :one
-- in: lane int
-- out: held int
select 1 as held where :lane >= 0;
-- pg:
select case when pg_try_advisory_lock(21586, :lane::int) then 1 else 0 end as held;

-- name: log_lane_end :one
-- in: lane int, backend int
-- out: ended int
select 0 as ended where :lane >= 0 and :backend >= 0;
-- pg:
select count(pg_terminate_backend(pid)) as ended from pg_locks
where locktype = 'advisory' and classid = 21586 and objsubid = 2 and objid::bigint = :lane and pid = :backend::int
and database = (select oid from pg_database where datname = current_database());

-- name: log_order :one
-- in: subject int
-- out: id int, at instant?
select coalesce(max(id), 0) + 1 as id, (select max(at) from log_entry where subject = :subject) as at from log_entry;
-- pg:
select nextval('log_order') as id, (select at from log_entry where subject = :subject order by id desc limit 1) as at;

-- On SQLite there is one lane, and ids rise with seq: the last row is the head, and the log is not read through at each start.
-- name: log_head :one
-- in: lane int
select id, seq, at, hash from log_entry where lane = :lane order by id desc limit 1;
-- pg:
select id, seq, at, hash from log_entry where lane = :lane order by seq desc limit 1;

-- The hash of the entry before in its lane.
-- name: log_before :one
-- in: lane int, seq int, id int
select hash from log_entry where lane = :lane and id < :id and seq = :seq - 1 order by id desc limit 1;
-- pg:
select hash from log_entry where lane = :lane and seq = :seq - 1 and :id > 0;

-- name: log_of_subject :many
-- in: subject int, after int, without word, nor word, limit int
select id, lane, seq, at, actor, person, unit, role, kind, body, hash
from log_entry where subject = :subject and id > :after and kind <> :without and kind <> :nor
order by id limit :limit;

-- name: log_kinds_since :many
-- in: subjects json, since instant, without word, nor word
select distinct subject, kind from log_entry
where subject in (select value from json_each(:subjects)) and at >= :since and kind <> :without and kind <> :nor order by subject;
-- pg:
select distinct subject, kind from log_entry
where subject in (select cast(i as bigint) from json_array_elements_text(cast(:subjects as json)) i) and at >= :since and kind <> :without and kind <> :nor order by subject;

-- name: log_last_of :one
-- in: subject int
select id from log_entry where subject = :subject order by id desc limit 1;

-- name: log_all :each
-- in: after int
select id, lane, seq, at, actor, person, unit, role, kind, subject, body, touched, hash
from log_entry where id > :after order by id;

-- name: log_get :one
-- in: id int
select id, lane, seq, at, actor, person, unit, role, kind, subject, body, touched, hash
from log_entry where id = :id;

-- What a day has, in order of id. On SQLite times never go back from entry to entry, so a day lies between the ends of two days; an
-- open one has no end yet. :from and :until are its first moment and the next day's.
-- name: log_of_day :each
-- in: day date, from instant, until instant
select id, hash from log_entry
where id > coalesce((select max(last) from log_day where day < :day), 0) and id <= coalesce((select min(last) from log_day where day = :day), 9223372036854775807)
  and at >= :from and at < :until
order by id;
-- pg:
select id, hash from log_entry where at >= :from and at < :until and :day is not null order by id;

-- The first entry after the last closed day, which ended at :after.
-- name: log_first_open :one
-- in: after instant
select at from log_entry where id > coalesce((select max(last) from log_day), 0) and at >= :after order by id limit 1;
-- pg:
select at from log_entry where at >= :after order by at limit 1;

-- name: log_day_last :one
select day, entries, root, chain from log_day order by day desc limit 1;

-- name: log_day_get :one
-- in: day date
select day, entries, root, prev, chain, closed_at, stamp from log_day where day = :day;

-- name: log_day_all :each
select day, entries, root, prev, chain, closed_at, last, stamp from log_day order by day;

-- name: log_day_add :exec
-- in: day date, entries int, root bytes, prev bytes, chain bytes, closed_at instant, last int
insert into log_day (day, entries, root, prev, chain, closed_at, last) values (:day, :entries, :root, :prev, :chain, :closed_at, :last);

-- name: log_day_unstamped :many
select day, chain from log_day where stamp is null order by day limit 400;

-- name: log_day_stamp :exec
-- in: day date, stamp bytes
update log_day set stamp = :stamp where day = :day and stamp is null;

-- name: idempotency_get :one
-- in: actor int, key text
select request, answer from idempotency where actor = :actor and key = :key;

-- name: idempotency_add :exec
-- in: actor int, key text, request bytes, answer text, at instant
insert into idempotency (actor, key, request, answer, at) values (:actor, :key, :request, :answer, :at);

-- name: idempotency_expire :exec
-- in: before instant
delete from idempotency where at < :before;

-- Entries that a reader has not seen, in order of id. The statement sees one moment: when it sees an entry, it sees each that
-- took hold before it. On SQLite there is one lane; on PostgreSQL each lane is read from its own place.
-- name: log_unread :many
-- in: reader text, limit int
select e.id, e.lane, e.seq, e.at, e.actor, e.person, e.unit, e.subject, e.role, e.kind, e.body
from log_entry e
where e.id > coalesce((select max(r.last) from log_reader r where r.reader = :reader), 0)
order by e.id limit :limit;
-- pg:
with recursive lanes (lane) as (
  (select l.lane from log_entry l order by l.lane limit 1)
  union all
  select (select l.lane from log_entry l where l.lane > lanes.lane order by l.lane limit 1) from lanes where lanes.lane is not null
)
select e.id, e.lane, e.seq, e.at, e.actor, e.person, e.unit, e.subject, e.role, e.kind, e.body
from lanes
left join log_reader r on r.reader = :reader and r.lane = lanes.lane
cross join lateral (
  select x.id, x.lane, x.seq, x.at, x.actor, x.person, x.unit, x.subject, x.role, x.kind, x.body
  from log_entry x where x.lane = lanes.lane and x.seq > coalesce(r.seq, 0) order by x.seq limit :limit) e
order by e.id limit :limit;

-- name: log_reader_begin :exec
-- in: reader text, lane int
insert into log_reader (reader, lane, seq, last) values (:reader, :lane, 0, 0) on conflict (reader, lane) do nothing;

-- name: log_reader_move :exec
-- in: reader text, lane int, seq_before int, seq int, last int
update log_reader set seq = :seq, last = :last where reader = :reader and lane = :lane and seq = :seq_before;
