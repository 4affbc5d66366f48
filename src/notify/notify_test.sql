-- name: notify_test_mails :many
-- in: keys text
select m.id, m.mail_key, m.recipient, m.subject, m.body from mail_outbox m where m.mail_key like :keys order by m.made_at, m.mail_key;

-- name: notify_test_changes :many
select o.id, o.topic, o.subject_key, o.body from outbox o order by o.id;

-- name: notify_test_lang :exec
-- in: id account_id
update account set lang = 'en' where id = :id;
