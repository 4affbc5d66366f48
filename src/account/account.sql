-- name: account_row :one
-- in: id account_id
select id, login, kind, state, person, name, email, email_confirmed, phone, key, identity_hash, identity, identity_seen, tax_code,
  password, password_at, totp, epoch, lang, created
from account where id = :id;

-- name: account_of_login :one
-- in: login text
select id from account where login = :login;

-- name: account_of_email :one
-- in: email text
select id from account where email = :email;

-- name: account_of_identity :one
-- in: identity_hash bytes
select id from account where identity_hash = :identity_hash;

-- name: account_of_tax_code :one
-- in: tax_code text
select id from account where tax_code = :tax_code;

-- name: account_of_official :one
-- in: person person_id
select id from account where person = :person;

-- name: account_insert :exec
-- in: id account_id, login text, kind text, person person_id?, name text, sort_key text, folded text, email text?, email_confirmed instant?, phone text, key bytes?, identity_hash bytes?, identity bytes?, identity_seen instant?, tax_code text?, password text?, password_at instant?, totp bytes?, lang text, created instant
insert into account (id, login, kind, state, person, name, sort_key, folded, email, email_confirmed, phone, key, identity_hash, identity, identity_seen,
  tax_code, password, password_at, totp, epoch, lang, created)
values (:id, :login, :kind, 'active', :person, :name, :sort_key, :folded, :email, :email_confirmed, :phone, :key, :identity_hash, :identity,
  :identity_seen, :tax_code, :password, :password_at, :totp, 1, :lang, :created);

-- name: account_epoch :one
-- in: id account_id
select epoch, state from account where id = :id;

-- What an act asks first; session and token are 0 where there is none.
-- name: account_alive :one
-- in: id account_id, session int, token int
-- out: shown int
select epoch, state,
  (select count(*) from session s where s.id = :session and s.account = :id) + (select count(*) from api_token t where t.id = :token and t.account = :id) as shown
from account where id = :id;

-- name: account_bump :exec
-- in: id account_id
update account set epoch = epoch + 1 where id = :id;

-- name: account_set_state :exec
-- in: id account_id, state text
update account set state = :state, epoch = epoch + 1 where id = :id;

-- name: account_key_after :many
-- in: after account_id, limit int
select id, key from account where id > :after and key is not null order by id limit :limit;

-- name: account_rewrap :exec
-- in: id account_id, key bytes
update account set key = :key where id = :id;

-- name: account_rehash :exec
-- in: id account_id, password text
update account set password = :password where id = :id;

-- name: account_set_password :exec
-- in: id account_id, password text, password_at instant
update account set password = :password, password_at = :password_at, epoch = epoch + 1 where id = :id;

-- name: account_set_email :exec
-- in: id account_id, email text, at instant
update account set email = :email, email_confirmed = :at, epoch = epoch + 1 where id = :id;

-- name: account_set_identity_seen :exec
-- in: id account_id, at instant
update account set identity_seen = :at where id = :id;

-- name: account_set_identity_doubted :exec
-- in: id account_id
update account set identity_seen = null, epoch = epoch + 1 where id = :id;

-- name: account_set_lang :exec
-- in: id account_id, lang text
update account set lang = :lang where id = :id;

-- name: account_set_totp :exec
-- in: id account_id, totp bytes?
update account set totp = :totp, epoch = epoch + 1 where id = :id;

-- name: account_list :many
-- in: q text, kind text?, limit int, skip int
select id, login, kind, state, name, totp, created from account
where (:q = '' or folded like '%' || :q || '%') and (:kind is null or kind = :kind)
order by sort_key, id limit :limit offset :skip;

-- name: session_insert :exec
-- in: id int, account account_id, token_hash bytes, csrf bytes, stage text, secret bytes?, epoch int, now instant, expires instant, address text, agent text
insert into session (id, account, token_hash, csrf, stage, secret, epoch, created, seen, expires, address, agent)
values (:id, :account, :token_hash, :csrf, :stage, :secret, :epoch, :now, :now, :expires, :address, :agent);

-- name: session_of_token :one
-- in: token_hash bytes
select s.id, s.account, s.csrf, s.stage, s.secret, s.epoch, s.seen, s.expires, a.epoch as account_epoch, a.state, a.kind, a.person, a.name
from session s join account a on a.id = s.account where s.token_hash = :token_hash;

-- name: session_list :many
-- in: account account_id
select id, created, seen, address, agent from session
where account = :account and stage = 'full' order by seen desc, id desc limit 100;

-- name: session_end :exec
-- in: id int, account account_id
delete from session where id = :id and account = :account;

-- name: session_end_all :exec
-- in: account account_id
delete from session where account = :account;

-- name: session_end_others :exec
-- in: account account_id, keep int
delete from session where account = :account and id <> :keep;

-- name: session_set_epoch :exec
-- in: id int, epoch int
update session set epoch = :epoch where id = :id;

-- name: session_set_secret :exec
-- in: id int, secret bytes?
update session set secret = :secret where id = :id;

-- name: session_seen :exec
-- in: id int, now instant
update session set seen = :now where id = :id and seen < :now;

-- The rows that session_expire, token_expire, try_expire, recovery_expire and used_code_expire would take; counted no further than one each.
-- name: sweep_due :one
-- in: now instant, idle instant, tries instant, recovery instant, codes int
-- out: n int
select (select count(*) from (select 1 from session where expires < :now or seen < :idle limit 1) s) +
  (select count(*) from (select 1 from api_token where expires < :now limit 1) t) +
  (select count(*) from (select 1 from login_try where last < :tries limit 1) l) +
  (select count(*) from (select 1 from recovery where expires < :recovery limit 1) r) +
  (select count(*) from (select 1 from used_code where step < :codes limit 1) u) as n;

-- name: session_expire :exec
-- in: now instant, idle instant
delete from session where expires < :now or seen < :idle;

-- name: token_insert :exec
-- in: id int, account account_id, token_hash bytes, epoch int, now instant, expires instant
insert into api_token (id, account, token_hash, epoch, created, seen, expires)
values (:id, :account, :token_hash, :epoch, :now, :now, :expires);

-- name: token_of_hash :one
-- in: token_hash bytes
select t.id, t.account, t.epoch, t.expires, a.epoch as account_epoch, a.state, a.kind, a.person, a.name
from api_token t join account a on a.id = t.account where t.token_hash = :token_hash;

-- name: token_end :exec
-- in: token_hash bytes, account account_id
delete from api_token where token_hash = :token_hash and account = :account;

-- name: token_end_all :exec
-- in: account account_id
delete from api_token where account = :account;

-- name: token_expire :exec
-- in: now instant
delete from api_token where expires < :now;

-- name: try_get :one
-- in: key bytes
select fails, last, locked_until from login_try where key = :key;

-- name: try_put :exec
-- in: key bytes, fails int, now instant, locked_until instant
insert into login_try (key, fails, last, locked_until) values (:key, :fails, :now, :locked_until)
on conflict (key) do update set fails = excluded.fails, last = excluded.last, locked_until = excluded.locked_until;

-- name: used_code_last :one
-- in: account account_id, from int, to int
-- out: step int
select coalesce(max(step), -1) as step from used_code where step between :from and :to and account = :account;

-- name: used_code_put :exec
-- in: account account_id, step int
insert into used_code (step, account) values (:step, :account);

-- name: used_code_expire :exec
-- in: before int
delete from used_code where step < :before;

-- name: try_expire :exec
-- in: before instant
delete from login_try where last < :before;

-- name: recovery_insert :exec
-- in: id int, ticket_hash bytes, purpose text, account account_id?, code_hash bytes, email text, body bytes?, now instant, expires instant
insert into recovery (id, ticket_hash, purpose, account, code_hash, email, body, tries, created, expires)
values (:id, :ticket_hash, :purpose, :account, :code_hash, :email, :body, 0, :now, :expires);

-- name: recovery_get :one
-- in: ticket_hash bytes
select id, purpose, account, code_hash, email, body, tries, expires from recovery where ticket_hash = :ticket_hash;

-- name: recovery_count :one
-- in: email text, since instant
-- out: n int
select count(*) as n from recovery where email = :email and created > :since;

-- name: recovery_tried :exec
-- in: id int
update recovery set tries = tries + 1 where id = :id;

-- name: recovery_end :exec
-- in: id int
update recovery set tries = 1000, body = null where id = :id;

-- name: recovery_expire :exec
-- in: before instant
delete from recovery where expires < :before;
