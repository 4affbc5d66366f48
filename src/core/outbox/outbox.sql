-- name: outbox_order :one
-- out: id int
select coalesce(max(id), 0) + 1 as id from outbox;
-- pg:
select nextval('outbox_order') as id;

-- name: outbox_insert :exec
-- in: id int, topic text, subject_key text, body json, at instant
insert into outbox (id, topic, subject_key, body, state, made_at, due) values (:id, :topic, :subject_key, :body, 'queued', :at, :at);

-- name: outbox_head :one
select id, topic, subject_key, body, made_at, due, attempts, last_error from outbox where state = 'queued' order by id limit 1;

-- name: outbox_head_locked :one
select id, topic, subject_key, body, made_at, due, attempts, last_error from outbox where state = 'queued' order by id limit 1;
-- pg:
select id, topic, subject_key, body, made_at, due, attempts, last_error from outbox where state = 'queued' order by id limit 1 for update;

-- name: outbox_take :exec
-- in: id int, lease int, until instant
update outbox set lease = :lease, due = :until, attempts = attempts + 1 where id = :id;

-- name: outbox_delivered :exec
-- in: id int, lease int, at instant
update outbox set state = 'delivered', lease = 0, ended_at = :at, last_error = null where id = :id and lease = :lease and state = 'queued';

-- name: outbox_again :exec
-- in: id int, lease int, due instant, last_error text
update outbox set lease = 0, due = :due, last_error = :last_error where id = :id and lease = :lease and state = 'queued';

-- name: outbox_give_up :exec
-- in: id int, at instant
update outbox set state = 'skipped', lease = 0, ended_at = :at
where id = :id and state = 'queued' and id = (select min(o.id) from outbox o where o.state = 'queued');

-- name: outbox_count :one
-- out: n int, oldest instant?
select count(*) as n, min(made_at) as oldest from outbox where state = 'queued';

-- Is the first change due, and are there old ones to sweep?
-- name: outbox_work :one
-- in: now instant, before instant
-- out: to_send int, to_sweep int
select (select count(*) from outbox o where o.due <= :now and o.id = (select min(q.id) from outbox q where q.state = 'queued')) as to_send,
  (select count(*) from outbox o where o.state <> 'queued' and o.ended_at < :before and o.id < (select max(m.id) from outbox m)) as to_sweep;

-- name: outbox_sweep :exec
-- in: before instant
delete from outbox where state <> 'queued' and ended_at < :before and id < (select max(o.id) from outbox o);
