-- fragment: all
id, account, list, what, filter, title, lang, state, asked_at, ended_at, dossiers, size, blob, wrapped, rights

-- name: workbook_add :exec
-- in: id workbook_id, account int, list text, what json, filter text, title text, lang text, asked_at instant
insert into workbook (id, account, list, what, filter, title, lang, state, asked_at)
values (:id, :account, :list, :what, :filter, :title, :lang, 'making', :asked_at);

-- name: workbook_get :one
-- in: id workbook_id
select @all from workbook where id = :id;

-- name: workbook_of :many
-- in: account int, limit int
select @all from workbook where account = :account order by id desc limit :limit;

-- name: workbook_ready :exec
-- in: id workbook_id, now instant, dossiers int, size int, blob text, wrapped bytes, rights text
update workbook set state = 'ready', ended_at = :now, dossiers = :dossiers, size = :size, blob = :blob, wrapped = :wrapped, rights = :rights where id = :id and state = 'making';

-- name: workbook_failed :exec
-- in: id workbook_id, now instant
update workbook set state = 'failed', ended_at = :now where id = :id and state = 'making';

-- name: workbook_drop :exec
-- in: id workbook_id
delete from workbook where id = :id;

-- name: workbook_before :many
-- in: before instant, limit int
select id, blob from workbook where asked_at < :before order by id limit :limit;

-- name: workbook_by_blob :many
-- in: blob text
select id from workbook where blob = :blob limit 1;

-- name: workbook_key_after :many
-- in: after workbook_id, limit int
select id, wrapped from workbook where id > :after and wrapped is not null order by id limit :limit;

-- name: workbook_rewrap :exec
-- in: id workbook_id, wrapped bytes
update workbook set wrapped = :wrapped where id = :id;
