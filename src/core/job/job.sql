-- name: job_insert :exec
-- in: id job_id, kind text, payload json, run_key text?, due instant, made_at instant
insert into job (id, kind, payload, run_key, state, due, made_at)
values (:id, :kind, :payload, :run_key, 'open', :due, :made_at)
on conflict do nothing;

-- name: job_first_due :one
-- in: now instant
select due from job where state = 'open' and due <= :now order by due, id limit 1;

-- name: job_claimable :one
-- in: now instant
select id, kind, payload, attempts from job where state = 'open' and due <= :now order by due, id limit 1;
-- pg:
select id, kind, payload, attempts from job where state = 'open' and due <= :now order by due, id limit 1 for update skip locked;

-- name: job_leased :one
-- in: lease int
select id, kind, payload, attempts from job where state = 'open' and lease = :lease;

-- name: job_take :exec
-- in: id job_id, lease int, until instant
update job set lease = :lease, due = :until, attempts = attempts + 1 where id = :id;

-- name: job_postpone :exec
-- in: id job_id, lease int, due instant, attempts int, last_error text
update job set lease = 0, due = :due, attempts = :attempts, last_error = :last_error
where id = :id and lease = :lease and state = 'open';

-- A lease is an id (core/db/id.h): its node stands in bits 14 to 21.
-- name: job_release :exec
-- in: node int, now instant
update job set lease = 0, due = :now where state = 'open' and lease <> 0 and (lease >> 14) & 255 = :node;

-- name: job_hold :exec
-- in: id job_id, lease int, until instant
update job set due = :until where id = :id and lease = :lease and state = 'open';

-- name: job_end :exec
-- in: id job_id, lease int, at instant
update job set state = 'done', lease = 0, ended_at = :at where id = :id and lease = :lease and state = 'open';

-- name: job_forget :exec
-- in: id job_id
delete from job where id = :id and run_key is null and state = 'done';

-- name: job_bury :exec
-- in: id job_id, lease int, at instant, last_error text, hopeless bool
update job set state = 'dead', lease = 0, ended_at = :at, last_error = :last_error, hopeless = :hopeless
where id = :id and lease = :lease and state = 'open';

-- name: job_revive :exec
-- in: id job_id, now instant
update job set state = 'open', lease = 0, attempts = 0, due = :now, ended_at = null, hopeless = 0 where id = :id and state = 'dead';

-- What was given up until then, of a kind, and is not hopeless.
-- fragment: taken_up
state = 'dead' and hopeless = 0 and kind = :kind and ended_at <= :until

-- name: job_take_up :exec
-- in: kind text, until instant, now instant
update job set state = 'open', lease = 0, attempts = 0, due = :now, ended_at = null where @taken_up;

-- name: job_may_take_up :one
-- in: kind text, until instant
select id from job where @taken_up limit 1;

-- name: job_of_key :one
-- in: kind text, key text
select state, due, lease, attempts, last_error, ended_at from job where kind = :kind and run_key = :key;

-- name: job_discard :exec
-- in: id job_id
delete from job where id = :id and state = 'dead';

-- name: job_sweep :exec
-- in: before instant
delete from job where state = 'done' and ended_at < :before;

-- name: job_open_count :one
-- in: now instant
-- out: n int, running int, late int, oldest instant?
select count(*) as n,
  coalesce(sum(case when lease <> 0 then 1 else 0 end), 0) as running,
  coalesce(sum(case when lease = 0 and due <= :now then 1 else 0 end), 0) as late,
  min(case when lease = 0 and due <= :now then due end) as oldest
from job where state = 'open';

-- name: job_dead_count :one
-- out: n int
select count(*) as n from job where state = 'dead';

-- name: job_dead_rows :many
-- in: limit int
select id, kind, payload, attempts, last_error, made_at, ended_at, hopeless from job where state = 'dead' order by ended_at desc, id limit :limit;
