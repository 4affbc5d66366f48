-- name: mail_add :exec
-- in: id mail_outbox_id, mail_key text, recipient text, subject text, body text, made_at instant
insert into mail_outbox (id, mail_key, recipient, subject, body, state, made_at)
values (:id, :mail_key, :recipient, :subject, :body, 'queued', :made_at)
on conflict do nothing;

-- name: mail_get :one
-- in: id mail_outbox_id
select id, mail_key, recipient, subject, body, state, made_at from mail_outbox where id = :id;

-- name: mail_sent :exec
-- in: id mail_outbox_id, at instant
update mail_outbox set state = 'sent', recipient = '', subject = '', body = '', ended_at = :at, last_error = null where id = :id;

-- name: mail_failed :exec
-- in: id mail_outbox_id, at instant, last_error text
update mail_outbox set state = 'failed', ended_at = :at, last_error = :last_error where id = :id and state = 'queued';

-- name: mail_sweep :exec
-- in: before instant
delete from mail_outbox where state <> 'queued' and ended_at < :before;

-- name: mail_counts :one
-- out: queued int, failed int, oldest instant?
select coalesce(sum(case when state = 'queued' then 1 else 0 end), 0) as queued,
  coalesce(sum(case when state = 'failed' then 1 else 0 end), 0) as failed,
  min(case when state = 'queued' then made_at end) as oldest
from mail_outbox where state <> 'sent';

-- name: mail_forget :exec
-- in: words text
delete from mail_outbox where body like '%' || :words || '%' or subject like '%' || :words || '%';
